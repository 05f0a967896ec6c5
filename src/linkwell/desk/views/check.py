"""Check: what was found, grouped by what it does, with what, where, why and what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.checking.drift import Drift, load_profile
from linkwell.checking.report import HEADINGS
from linkwell.desk import doing
from linkwell.desk.desk import Desk
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.files import open_elsewhere
from linkwell.desk.views.waiting import begin
from linkwell.errors import LinkwellError
from linkwell.forecast.outlook import still_title
from linkwell.specification.model import Specification

MOST_ROWS = 30
_FIXABLE = {"now": "in the file or the specification", "source": "only where it is recorded"}
# where at the desk a finding is mended: the page, and the words that lead there
_PAGES = {
    "value_not_in_list": ("words", "Say what these words mean"),
    "value_loses_meaning": ("words", "Look at what these words mean"),
    "person_not_told": ("told", "Say who has been told"),
    "person_objected": ("people", "See people’s choices"),
    "review_due": ("not-held", "Look at it again"),
    "missing_column": ("not-held", "Say that you do not hold it"),
    "unanswered_question": ("describe-question", "Answer it"),
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The last check, and a button to check again."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            doing.look_over(desk, job)

        return begin(request, "Checking your files", work, begins=reverse("check"), then=reverse("check"))
    spec = desk.specification_or_none()
    report = desk.check_report()
    context: dict[str, Any] = {
        "spec": spec, "files": desk.choices.sources(), "report": report, "fresh": desk.check_is_fresh,
        "questions": len(spec.unanswered()) if spec else 0,
        "elsewhere": [path.name for path in desk.choices.paths() if open_elsewhere(path)],
    }  # fmt: skip
    context["asked_told"] = desk.workspace.notices.exists()
    if report:
        context |= _findings(report) | _moved(desk, spec)
        context["marked"] = [path.name for path in _marked(desk)]
    return render(request, "desk/check.html", context)


def _moved(desk: Desk, spec: Specification | None) -> dict[str, Any]:
    """What moved since the last delivery; nothing before there was one."""
    now = desk.workspace.checked / "check-profile.json"
    if spec is None or not desk.workspace.last_delivery.exists() or not now.exists():
        return {}
    try:
        moved = doing.moved_since(desk, load_profile(now))
        since = date.fromisoformat(load_profile(desk.workspace.last_delivery)["day"])
    except (LinkwellError, KeyError, ValueError):  # changed by hand: compares with nothing
        return {}
    return {"since": since, "moved": [_placed(spec, each) for each in moved or ()]}


def _placed(spec: Specification, each: Drift) -> tuple[str, str]:
    """Where it moved, by the names people know, and what."""
    table = spec.table(each.table)
    field = table.field(each.field) if table and each.field else None
    name = table.label.partition(":")[0] if table else each.table
    return (f"{name}: {field.label}" if field else name), each.what


@require_http_methods(["GET", "POST"])
def outlook(request: HttpRequest) -> HttpResponse:
    """Will you see anything? Worked out from the checked files, here and for nobody else."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            doing.checked(desk, job)

        here = reverse("check-outlook")
        return begin(request, "Working out what you would see", work, begins=here, then=here)
    spec = desk.specification_or_none()
    verdict = desk.verdict(spec) if spec else None
    expected = doing.expected(desk, spec, verdict) if spec and verdict else None
    return render(request, "desk/check_outlook.html", {
        "expected": expected, "checked": bool(desk.check_report()), "still_title": still_title(),
    })  # fmt: skip


def _findings(report: dict[str, Any]) -> dict[str, Any]:
    groups = []
    for severity, (heading, words) in HEADINGS.items():
        found = [_shown(each) for each in report["findings"] if each["severity"] == severity.value]
        if found:
            groups.append({"heading": heading, "words": words, "findings": found, "severity": severity.value})
    blocking = sum(each["severity"] == "block" for each in report["findings"])
    staying = sum(each["refused"] for each in report["counts"])
    title = f"{report['people']:,} {'person is' if report['people'] == 1 else 'people are'} ready to go"
    if blocking:
        title = f"{blocking} {'thing' if blocking == 1 else 'things'} to mend before anything can leave"
    return {"groups": groups, "title": title, "staying": staying}


def _shown(finding: dict[str, Any]) -> dict[str, Any]:
    rows = finding["rows"]
    said = ", ".join(f"{row}" for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        said += f" and {len(rows) - MOST_ROWS:,} more"
    mended = (
        "" if finding["fix"].startswith("Nothing") else f"It can be mended {_FIXABLE[finding['fixable']]}."
    )
    return {**finding, "said": said, "word": "Row" if len(rows) == 1 else "Rows", "mended": mended,
            "place": finding["file"] or finding["table"], "page": _PAGES.get(finding["code"])}  # fmt: skip


def _marked(desk: Desk) -> list[Any]:
    return sorted(desk.workspace.checked.glob("*-marked.xlsx"))


@require_GET
def marked(request: HttpRequest, number: int) -> HttpResponse | FileResponse:
    """One marked copy, to open in a spreadsheet."""
    found = _marked(desk_of(request))
    if number >= len(found):
        return redirect("check")
    return FileResponse(
        found[number].open("rb"), as_attachment=True, filename=found[number].name, content_type=_XLSX
    )


@require_GET
def report(request: HttpRequest) -> FileResponse:
    """The report as a page of its own, to keep or print; it names rows and columns, never a value."""
    path = desk_of(request).workspace.checked / "check-report.html"
    if not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="check-report.html", content_type="text/html"
    )
