"""People's choices: who has been told, by privacy statement and date, and what stands in where nobody did."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.checking.cover import Starts, count_cover
from linkwell.checking.notices import OPEN_END, Basis, NoticeCover, Statement
from linkwell.desk import doing, drafts, told
from linkwell.desk.desk import Desk
from linkwell.desk.forms_people import BasisForm, StatementForm
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.objections import listed_objections
from linkwell.desk.views.waiting import begin
from linkwell.errors import LinkwellError
from linkwell.specification.model import Specification

AT_ONCE = 20_000  # rows counted while the page is made; more are counted when asked for


@require_GET
def hub(request: HttpRequest) -> HttpResponse:
    """Told, asked, said no: where each stands."""
    desk = desk_of(request)
    report = desk.check_report()
    counts = {each["code"]: each["count"] for each in report.get("findings", ())}
    return render(request, "desk/people.html", {
        "cover": told.cover_of(desk), "listed": listed_objections(desk),
        "report": report, "not_told": counts.get("person_not_told", 0),
        "objected": counts.get("person_objected", 0), "fresh": desk.check_is_fresh,
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Statements, bases, and how many have been told; counting reads the files, so it is asked for."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            doing.count_starts(desk, job)

        here = reverse("told")
        return begin(request, "Counting who has been told", work, begins=here, then=here)
    cover = told.cover_of(desk)
    spec = desk.specification_or_none()
    starts = _starts(desk, spec) if spec and (cover.statements or cover.bases) else None
    count = count_cover(starts, cover) if starts is not None else None
    return render(request, "desk/told.html", {
        "cover": cover, "any": bool(cover.statements or cover.bases), "undo": told.may_undo(desk),
        "count": count, "written": bool(spec and count and told.is_written(spec, count, cover)),
        "may_count": bool(spec and desk.choices.sources()), "open_end": OPEN_END,
    })  # fmt: skip


def _starts(desk: Desk, spec: Specification) -> tuple[Starts, ...] | None:
    """When everybody started; worked out at once where the file is small and in memory already."""
    tables = desk.tables()
    if tables is not None and sum(map(len, tables)) <= AT_ONCE and desk.starts(spec) is None:
        try:
            doing.count_starts(desk, Job("", "", ""))
        except LinkwellError:  # said when the count is asked for
            return None
    return desk.starts(spec)


@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, number: int = -1) -> HttpResponse:
    """One version of the statement; `number` is its place in the list, without one it is new."""
    desk = desk_of(request)
    cover = told.cover_of(desk)
    found = _at(cover.statements, number)
    if drafts.kept_while_typing(request, desk):
        return HttpResponse(status=204)
    form = drafts.form_of(StatementForm, request, desk, _of_statement(found) if found else {})
    if request.method == "POST" and "forget" not in request.POST and form.is_valid():
        given = form.cleaned_data
        made = Statement(
            version=given["version"].strip(),
            shown_from=given["shown_from"],
            shown_to=given["shown_to"] or OPEN_END,
            names_stats_nz=given["names_stats_nz"] == "yes",
            channel=given["channel"].strip(),
        )
        return _kept(request, desk, told.with_statement(cover, made, at=number), f"“{made.version}” is kept.")
    return _page(request, form, "statement", number, "A privacy statement people were shown")


def _of_statement(found: Statement) -> dict[str, Any]:
    return {
        "version": found.version, "shown_from": found.shown_from, "channel": found.channel,
        "shown_to": None if found.shown_to == OPEN_END else found.shown_to,
        "names_stats_nz": "yes" if found.names_stats_nz else "no",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def basis(request: HttpRequest, number: int = -1) -> HttpResponse:
    """What stands in for a statement, for people who started between two days."""
    desk = desk_of(request)
    cover = told.cover_of(desk)
    found = _at(cover.bases, number)
    if drafts.kept_while_typing(request, desk):
        return HttpResponse(status=204)
    form = drafts.form_of(BasisForm, request, desk, vars(found) if found else {})
    if request.method == "POST" and "forget" not in request.POST and form.is_valid():
        given = form.cleaned_data
        made = Basis(
            kind=given["kind"],
            started_from=given["started_from"],
            started_to=given["started_to"],
            how=given["how"].replace("\r\n", "\n").strip(),
            recorded=found.recorded if found else timezone.localdate(),
        )
        return _kept(request, desk, told.with_basis(cover, made, at=number), "It is kept.")
    return _page(request, form, "basis", number, "For people nobody told at the time")


def _at(listed: tuple[Any, ...], number: int) -> Any:
    """The one at this place; None for a new one.

    Raises:
        Http404: there is none at this place any more.
    """
    if number < 0:
        return None
    if number >= len(listed):
        raise Http404
    return listed[number]


def _kept(request: HttpRequest, desk: Desk, cover: NoticeCover, words: str) -> HttpResponse:
    told.change(desk, cover)
    drafts.forget(desk, request)
    desk.tell(words)
    return redirect("told")


def _page(request: HttpRequest, form: Any, kind: str, number: int, title: str) -> HttpResponse:
    return render(request, "desk/told_form.html", {
        "form": form, "title": title, "kind": kind, "number": number, "new": number < 0,
    })  # fmt: skip


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take one off, take the last change back, or write what was counted into the specification."""
    desk = desk_of(request)
    kind, _, at = request.POST.get("remove", "").partition(" ")
    if "undo" in request.POST:
        told.undo(desk)
        desk.tell("The last change is taken back.")
    elif "write" in request.POST:
        spec, cover = desk.specification(), told.cover_of(desk)
        starts = _starts(desk, spec)
        if starts is not None:
            told.write(desk, spec, count_cover(starts, cover))
            desk.tell("It stands in your specification.")
    elif kind in ("statement", "basis") and at.isdecimal():
        told.change(desk, told.without(told.cover_of(desk), kind, int(at)))
        desk.tell("It is taken off. You can take that back below.")
    return redirect("told")
