"""Totals instead of data about people: worked out here from the chosen files, safe to show, nothing sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.checking.totals import TotalsTable, totals_csv, totals_of
from linkwell.desk import doing
from linkwell.desk.desk import Desk
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.waiting import begin
from linkwell.pages.files import attached
from linkwell.primer import with_implied


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The totals, or how to get them."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            doing.checked(desk, job)

        here = reverse("totals")
        return begin(request, "Counting", work, begins=here, then=here)
    spec = desk.specification_or_none()
    answers = desk.answers
    return render(request, "desk/totals.html", {
        "tables": _tables(desk), "described": spec is not None,
        "question": answers.notes.get("least_intrusive", ""),
        "answered": with_implied(answers.choices).get("least_intrusive", ""),
    })  # fmt: skip


def _tables(desk: Desk) -> tuple[TotalsTable, ...] | None:
    spec = desk.specification_or_none()
    verdict = desk.verdict(spec) if spec else None
    return totals_of(spec, verdict, as_of=timezone.localdate()) if spec and verdict else None


@require_GET
def save(request: HttpRequest) -> HttpResponse:
    """The totals as a file a spreadsheet opens."""
    tables = _tables(desk_of(request))
    if tables is None:
        return redirect("totals")
    return attached(totals_csv(tables), "totals.csv", "text/csv; charset=utf-8")
