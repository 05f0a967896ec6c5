"""A project's lab: the catalogue beside the editor, statements tried on the twin, counts from the release
desk; and the custodian's having its database built. Whether somebody may is asked in one place
(`labs.working.enter`), on every page, anew.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linkwell.custody.labs import batches, databases, turns, working, workspace
from linkwell.custody.labs.granted import PERSON
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.permissions import BUILD_DATABASE, WORK_IN_LAB
from linkwell.custody.labs.states import WORK, WorkState
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.seeing import named
from linkwell.portal.access import page, signed_in
from linkwell.portal.views.lab_forms import CountForm, RunForm, StatementForm
from linkwell.portal.views.projects import find

SHOWN = 20
"""Of what was asked, the newest."""


@page("projects/<slug:code>/database", name="project-database", who=BUILD_DATABASE, methods=("POST",))
def build(request: HttpRequest, code: str) -> HttpResponse:
    """Have the project's database built."""
    databases.build(by=signed_in(request), project=find(request, code))
    messages.success(request, "Its database is being built. This page shows how it went.")
    return redirect("project", code)


@page("projects/<slug:code>/lab/", name="project-lab", who=WORK_IN_LAB, methods=("GET",))
def lab(request: HttpRequest, code: str) -> HttpResponse:
    """The lab of a project."""
    found = _mine(request, code)
    again = request.GET.get("again", "")
    earlier = found.lab_work.filter(number=int(again)).first() if again.isdecimal() else None
    text = str(earlier.asked.get("text", "")) if earlier else ""
    return _show(request, found, StatementForm(initial={"text": text}), _count_form(found))


@page("projects/<slug:code>/lab/statement", name="project-statement", who=WORK_IN_LAB, methods=("POST",))
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """Have a statement tried."""
    found, form = _mine(request, code), StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, found, form, _count_form(found))
    if form.batch is not None:
        name, data = form.batch
        brought, _ = batches.bring(by=signed_in(request), project=found, name=name, data=data)
        return redirect("project-lab-work", code, brought.number)
    left = working.try_script(by=signed_in(request), project=found, texts=form.texts)
    if len(left) > 1:
        messages.success(request, f"{len(left)} statements wait to be tried, one after the other.")
        return redirect("project-lab", code)
    return redirect("project-lab-work", code, left[0][0].number)


@page("projects/<slug:code>/lab/run", name="project-run", who=WORK_IN_LAB, methods=("POST",))
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Run the batches on the real rows."""
    found, form = _mine(request, code), RunForm(request.POST)
    if not form.is_valid():
        return _show(request, found, StatementForm(), _count_form(found), form)
    minutes, again = int(form.cleaned_data["minutes"]), form.cleaned_data["which"] == "all"
    left = batches.run(by=signed_in(request), project=found, minutes=minutes, again=again)
    return redirect("project-lab-work", code, left[0][0].number)


@page("projects/<slug:code>/lab/count", name="project-count", who=WORK_IN_LAB, methods=("POST",))
def count(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a count."""
    found = _mine(request, code)
    form = _count_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, StatementForm(), form)
    made, _ = working.ask_count(
        by=signed_in(request), project=found, table=form.cleaned_data["table"], columns=form.columns(),
        purpose=form.cleaned_data["purpose"], amount=form.cleaned_data.get("amount", ""),
        unit=form.cleaned_data.get("unit") or "events",
    )  # fmt: skip
    return redirect("project-lab-work", code, made.number)


@page("projects/<slug:code>/lab/<int:number>/", name="project-lab-work", who=WORK_IN_LAB, methods=("GET",))
def work(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One statement or count, and its answer."""
    found = _mine(request, code)
    one = found.lab_work.filter(number=number).select_related("database__refresh").first()
    if one is None:
        raise Http404
    context = {
        "project": found,
        "work": one,
        "meaning": WORK.meaning[WorkState(one.state)],
        "before": turns.before(one.reference),
        "tables": [_rows(table) for table in one.answer.get("tables", [])],
    }
    return render(request, "portal/lab_work.html", context)


def _mine(request: HttpRequest, code: str) -> Project:
    """The project, if it names this person and their access is open now."""
    found, person = find(request, code), signed_in(request)
    if not named(found, person):
        raise Http404
    working.enter(by=person, project=found)
    return found


def _count_form(found: Project, data: Any = None) -> CountForm:
    return CountForm(workspace.tables(found), data)


def _show(
    request: HttpRequest, found: Project, editor: StatementForm, counting: CountForm,
    running: RunForm | None = None,
) -> HttpResponse:  # fmt: skip
    database = databases.current(found)
    assert database is not None, "enter asked"
    context = {
        "project": found,
        "database": database,
        "datasets": datasets(database),
        "tables": workspace.tables(found),
        "editor": editor,
        "counting": counting,
        "batches": _batches(found, database),
        "running": running or RunForm(),
        # whose errors the page's head tells
        "form": next((each for each in (counting, running) if each is not None and each.errors), editor),
        "done": [(each, _heading(each)) for each in found.lab_work.all()[:SHOWN]],
    }
    return render(request, "portal/lab.html", context)


def _batches(found: Project, database: ProjectDatabase) -> list[tuple[LabWork, bool]]:
    """The batches in use, and whether each was run on this database."""
    standing = workspace.in_use(found)
    done = workspace.ran_on(database) if standing else set()
    return [(each, each.number in done) for each in standing]


def datasets(database: ProjectDatabase) -> list[dict[str, Any]]:
    """What the database holds, from the catalogue: variables with meaning, codes and what is missing."""
    notes: dict[tuple[str, str], list[str]] = {}
    for note in database.notes:
        notes.setdefault((note["table"], note["column"]), []).append(note["note"])
    return [
        {
            **dataset,
            "variables": [
                {**each, "caveats": list(dict.fromkeys([*each["caveats"],
                                                        *notes.get((dataset["name"], each["name"]), [])]))}
                for each in dataset["variables"] if each["name"] in database.columns[dataset["name"]]
            ],
            "own": PERSON in database.columns[dataset["name"]],
        }
        for dataset in database.refresh.catalogue.get("datasets", [])
        if dataset["name"] in database.columns
    ]  # fmt: skip


def _heading(each: LabWork) -> str:
    """A line that tells one piece of work from another."""
    if each.kind == "count":
        by = ", ".join(each.asked["by"])
        return f"Count of {each.asked['table']}" + (f" by {by}" if by else "")
    if each.kind in ("batch", "run"):
        return f"{'Batch' if each.kind == 'batch' else 'Run of'} {each.asked['name']}"
    return " ".join(str(each.asked["text"]).split())[:80]


def _rows(table: dict[str, Any]) -> dict[str, Any]:
    """A released table row by row, as the page shows it."""
    means = table.get("means") or [None] * len(table["values"])
    values = zip(table["labels"], table["values"], table["marks"], means, strict=True)
    rows = [(labels, "S" if value is None else value, mark, mean) for labels, value, mark, mean in values]
    return {"title": table["title"], "dimensions": table["dimensions"], "rows": rows,
            "hidden": "S" in table["marks"], "carried": "C" in table["marks"],
            "measure": table.get("measure", ""), "unit": table.get("unit", "")}  # fmt: skip
