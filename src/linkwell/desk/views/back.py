"""An edited specification comes back: what changed is shown before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from linkwell.desk.desk import Desk
from linkwell.desk.guard import desk_of
from linkwell.errors import LinkwellError, WrongUse
from linkwell.specification.diff import Weight, compare
from linkwell.specification.file import load
from linkwell.specification.model import Specification
from linkwell.specification.workbook import from_excel
from linkwell.vault.zones import write_whole

LARGEST = 10 * 1024 * 1024
_HEADINGS = (
    (Weight.BREAKS, "Changes what is sent, or what it means",
     "What was sent before was made another way. An agreement may have to change too."),
    (Weight.ADDS, "Allows more than before", "Nothing that was right is wrong now."),
    (Weight.WORDS, "Only words", "What is sent stays the same."),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Give the edited workbook or file to the desk."""
    desk = desk_of(request)
    desk.specification()
    problem: LinkwellError | None = None
    missing = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        if isinstance(given, UploadedFile) and given.size:
            problem = _take(desk, given)
            if problem is None:
                return redirect("back-changes")
        else:
            missing = "Choose the file you edited"
    return render(request, "desk/back.html", {"problem": problem, "missing": missing})


def _take(desk: Desk, given: UploadedFile[bytes]) -> LinkwellError | None:
    """Keep the file for the next page if it is a specification, in place of one given before."""
    _forget(desk)
    data = given.read(LARGEST + 1)
    path = desk.workspace.given.with_suffix(".xlsx" if data.startswith(b"PK") else ".toml")
    try:
        if len(data) > LARGEST:
            raise WrongUse("This file is too large for a data specification.", where=str(given.name))
        write_whole(path, data)
        _read(path)
    except LinkwellError as problem:
        path.unlink(missing_ok=True)
        return problem
    return None


def _read(path: Path) -> Specification:
    return from_excel(path) if path.suffix == ".xlsx" else load(path)


def _given(desk: Desk) -> Path | None:
    ways = (desk.workspace.given.with_suffix(ending) for ending in (".xlsx", ".toml"))
    return next((path for path in ways if path.exists()), None)


def _forget(desk: Desk) -> None:
    while path := _given(desk):
        path.unlink()


@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """What changed, what breaks first; keep it as the next version, or throw it away."""
    desk = desk_of(request)
    path = _given(desk)
    if path is None:
        return redirect("back")
    old, new = desk.specification(), _read(path)
    found = compare(old, new)
    if request.method == "POST":
        if "keep" in request.POST and found:
            new = replace(new, version=max(old.version + 1, new.version))
            desk.change(new, "the changes that came back in a file")
            desk.tell(f"It is kept as version {new.version}. You can take that back.")
        else:
            desk.tell("Nothing was changed.")
        _forget(desk)
        return redirect("describe")
    groups = [
        (heading, words, [each for each in found if each.weight is weight])
        for weight, heading, words in _HEADINGS
    ]
    return render(request, "desk/back_changes.html", {
        "groups": [group for group in groups if group[2]], "old": old, "new": new,
    })  # fmt: skip
