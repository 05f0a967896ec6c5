"""See what leaves and what stays, side by side, and what that is for one invented person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from linkwell.desk import doing
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.waiting import begin
from linkwell.specification.model import Compartment
from linkwell.supply.person import Leaves, about_invented_person, about_person
from linkwell.supply.preview import preview

_HALVES = (
    (Compartment.IDENTITY, "Names and numbers",
     "Seen only by the few people who find each person once. Taken away again afterwards."),
    (Compartment.CONTENT, "Service details",
     "Kept without the name, and only ever counted together with others."),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Side by side, with the reason of each; seeing it is a step of the road."""
    desk = desk_of(request)
    spec = desk.specification_or_none()
    if spec is None or not desk.check_report():
        return render(request, "desk/look_none.html", {"described": spec is not None})
    verdict = desk.verdict(spec)
    if verdict is None:
        if request.method == "GET":
            return render(request, "desk/look_none.html", {"described": True, "again": True})

        def work(job: Job) -> None:
            doing.checked(desk, job)

        return begin(request, "Working out what leaves", work, begins=reverse("look"), then=reverse("look"))
    if request.method == "POST":
        desk.choose(looked=spec.digest)
        return redirect("hand")
    shown = preview(spec, verdict)
    labels = {table.name: table.label.partition(":")[0] for table in spec.tables}
    halves = []
    for compartment, title, words in (
        ("identity", "Names and numbers", "Sealed apart. Seen only by the people who find each person once."),
        ("content", "Service details", "Sealed apart. Never seen together with names."),
    ):
        tables = [
            {
                "label": labels[name],
                "rows": rows,
                "fields": [each for each in shown.leaves if each.table == name],
            }
            for name, rows in shown.rows_leaving
            if any(each.table == name and each.compartment == compartment for each in shown.leaves)
        ]
        halves.append({"title": title, "words": words, "tables": tables})
    return render(request, "desk/look.html", {
        "halves": halves, "stays": shown.stays,
        "rows_staying": [each for each in shown.rows_staying if each[1]],
        "blocks": verdict.blocks, "fresh": desk.check_is_fresh, "people": verdict.people,
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest) -> HttpResponse:
    """What would leave about an invented person; or, by the organisation's own number, about one who asks.

    The number is posted, so that it stands in no address, and is kept nowhere.
    """
    desk = desk_of(request)
    spec = desk.specification_or_none()
    if spec is None:
        return render(request, "desk/look_none.html", {"described": False})
    verdict = desk.verdict(spec)
    number = request.POST.get("number", "").strip()
    real = bool(request.method == "POST" and number and verdict is not None)
    leaves = about_person(spec, verdict, number) if real and verdict else about_invented_person(spec)
    views = [(title, words, _once(leaves, half)) for half, title, words in _HALVES]
    return render(request, "desk/look_person.html", {
        "views": views, "leaves": leaves, "stays": spec.not_supplied, "organisation": spec.organisation,
        "real": real, "may_ask": verdict is not None, "checked": bool(desk.check_report()),
        "problem": "Write your own number of that person" if request.method == "POST" and not number else "",
    })  # fmt: skip


def _once(leaves: tuple[Leaves, ...], half: Compartment) -> list[Leaves]:
    """What leaves in one half; the same value of two tables is shown once."""
    return list({(each.label, each.value): each for each in leaves if each.compartment is half}.values())
