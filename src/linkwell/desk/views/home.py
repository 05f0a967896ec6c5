"""The road and where you are on it, and a set of invented files to practise with."""

from __future__ import annotations

from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from linkwell.desk import sources
from linkwell.desk.copies import copies
from linkwell.desk.guard import desk_of
from linkwell.desk.road import State, road
from linkwell.desk.synced import synced_by
from linkwell.vault.zones import write_whole

EXAMPLES = ("example-participants.csv", "example-visits.csv")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Six steps, one of them next."""
    desk = desk_of(request)
    stops = road(desk)
    todo = next((stop for stop in stops if stop.state is not State.DONE), None)
    personal = sum(copy.personal for copy in copies(desk.workspace))
    return render(request, "desk/home.html", {
        "stops": stops, "todo": todo, "personal": personal, "folder": desk.workspace.path,
        "synced": synced_by(desk.workspace.path), "organisation": desk.organisation,
        "fresh": not desk.choices.sources() and not desk.workspace.answers.exists(),
    })  # fmt: skip


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """What the desk does with data, in one page."""
    return render(request, "desk/about.html", {"folder": desk_of(request).workspace.path})


@require_POST
def practise(request: HttpRequest) -> HttpResponse:
    """Put the invented files into the folder and choose them."""
    desk = desk_of(request)
    paths = []
    for name in EXAMPLES:
        path = desk.workspace.files / name
        write_whole(path, (files("linkwell.desk") / "example" / name).read_bytes())
        paths.append(path)
    sources.leave_database(desk)
    desk.choose(files=tuple(map(str, paths)))
    desk.forget_people()
    desk.tell("Two files about invented people are chosen. Try everything: nothing can go wrong.")
    return redirect("files")
