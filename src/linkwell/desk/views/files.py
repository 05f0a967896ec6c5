"""Choose files: from a folder of this computer, where they stay, or given to the page, which keeps a copy."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from linkwell.desk import sources
from linkwell.desk.desk import Desk
from linkwell.desk.forms_files import FolderForm
from linkwell.desk.guard import desk_of
from linkwell.desk.synced import synced_by
from linkwell.reading.database_address import SQLITE_SUFFIXES, of_file
from linkwell.vault.zones import written_whole

ACCESS = {".accdb", ".mdb"}
SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"}
MOST_SHOWN = 200


@dataclass(frozen=True)
class Chosen:
    """One chosen file, as the page shows it."""

    path: Path
    bytes: int
    there: bool
    copied: bool
    synced: str
    elsewhere: bool


@require_http_methods(["GET", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    """The files and the database chosen so far; take one off, or the last one taken off back."""
    desk = desk_of(request)
    if request.method == "POST":
        _change(request, desk)
        return redirect("files")
    shown = [_shown(desk, path) for path in desk.choices.paths()]
    return render(request, "desk/files.html", {
        "files": shown, "database": desk.choices.database_name, "tables": desk.choices.tables(),
        "undone": [Path(each).name for each in desk.choices.undone],
        "described": desk.workspace.specification.exists(),
        "synced": sorted({each.synced for each in shown if each.synced}),
    })  # fmt: skip


def _change(request: HttpRequest, desk: Desk) -> None:
    choices = desk.choices
    if "leave" in request.POST and choices.database:
        sources.leave_database(desk)
        desk.tell(f"{choices.database_name} is off the list. The database itself was not touched.")
    if "undo" in request.POST and choices.undone:
        desk.choose(files=tuple(dict.fromkeys((*choices.files, *choices.undone))), undone=())
        desk.tell("The file is back on the list.")
    at = request.POST.get("remove", "")
    if at.isdecimal() and int(at) < len(choices.files):
        taken = choices.files[int(at)]
        left = tuple(each for each in choices.files if each != taken)
        desk.choose(files=left, undone=(taken,))
        desk.tell(f"{Path(taken).name} is off the list. The file itself was not touched.")


def _shown(desk: Desk, path: Path) -> Chosen:
    try:
        size, there = path.stat().st_size, path.is_file()
    except OSError:
        size, there = 0, False
    copied = path.is_relative_to(desk.workspace.files)
    return Chosen(path, size, there, copied, synced_by(path), there and open_elsewhere(path))


def open_elsewhere(path: Path) -> bool:
    """Whether Excel or LibreOffice has left its note that the file is open there, beside it."""
    notes = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    try:
        return any(note.exists() for note in notes)
    except OSError:
        return False


@require_http_methods(["GET", "POST"])
def browse(request: HttpRequest) -> HttpResponse:
    """The spreadsheets of one folder, to tick, and folders to go on to; no path is ever in an address."""
    desk = desk_of(request)
    form = FolderForm()
    folder, problem = desk.browsing, ""
    if request.method == "POST":
        if "choose" in request.POST:
            if added := _ticked(request, desk):
                desk.choose(files=desk.choices.with_files(added).files)
                desk.tell(f"{len(added)} {'file is' if len(added) == 1 else 'files are'} chosen.")
                return redirect("files")
            problem = "Tick at least one file"
        elif "database" in request.POST:
            found = dict(enumerate(_files_in(folder, SQLITE_SUFFIXES))).get(_number(request, "database"))
            desk.database_tried = of_file(found).url if found else ""
            return redirect("files-database")
        elif "typed" in request.POST:
            form = FolderForm(request.POST)
            if form.is_valid() and not _go(desk, Path(form.cleaned_data["folder"].strip().strip('"'))):
                form.add_error("folder", "There is no such folder, or it may not be read")
            if form.is_valid():
                return redirect("files-browse")
        else:
            if (target := _places(desk).get(request.POST.get("go", ""))) and not _go(desk, target):
                desk.tell("That folder may not be read.")
            return redirect("files-browse")
    files = _files_in(folder)
    return render(request, "desk/files_browse.html", {
        "folder": folder, "files": files[:MOST_SHOWN], "more": len(files) - MOST_SHOWN, "form": form,
        "places": [(key, path) for key, path in _places(desk).items() if key.startswith("in")][:MOST_SHOWN],
        "known": [(key, path) for key, path in _places(desk).items() if key.startswith("at")],
        "up": folder.parent if folder.parent != folder else None, "problem": problem,
        "synced": synced_by(folder),
        "databases": _files_in(folder, SQLITE_SUFFIXES)[:MOST_SHOWN], "access": _files_in(folder, ACCESS),
        "already": set(desk.choices.paths()),
    })  # fmt: skip


def _ticked(request: HttpRequest, desk: Desk) -> list[Path]:
    listed = _files_in(desk.browsing)
    numbers = (each for each in request.POST.getlist("file") if each.isdecimal())
    return [listed[int(at)] for at in numbers if int(at) < len(listed)]


def _go(desk: Desk, folder: Path) -> bool:
    try:
        folder = folder.expanduser()
        if folder.is_file():
            folder = folder.parent
        with os.scandir(folder):
            pass
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL, no such person's folder
        return False
    desk.browsing = folder.absolute()
    return True


def _number(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isdecimal() else -1


def _files_in(folder: Path, suffixes: Collection[str] = frozenset(SUFFIXES)) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            listed = [each for each in found if _is_one(each, suffixes)]
    except OSError:
        return []
    return [Path(each.path) for each in sorted(listed, key=lambda each: each.name.casefold())]


def _is_one(entry: os.DirEntry[str], suffixes: Collection[str]) -> bool:
    # ~$… is Excel's note that a workbook is open, not a workbook
    if entry.name.startswith((".", "~$")) or Path(entry.name).suffix.lower() not in suffixes:
        return False
    try:
        return entry.is_file()
    except OSError:
        return False


def _places(desk: Desk) -> dict[str, Path]:
    """Where one can go from here: "up", the folders in this one, and the places people keep files."""
    places = {"up": desk.browsing.parent}
    home = Path.home()
    usual = [home / name for name in ("Documents", "Desktop", "Downloads")]
    places |= {f"at{at}": path for at, path in enumerate((*filter(Path.is_dir, usual), home))}
    try:
        with os.scandir(desk.browsing) as found:
            inside = sorted(
                (each for each in found if _is_folder(each)), key=lambda each: each.name.casefold()
            )
    except OSError:
        inside = []
    return places | {f"in{at}": Path(each.path) for at, each in enumerate(inside)}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir() and not entry.name.startswith((".", "$"))
    except OSError:
        return False


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Files given to the page: the desk keeps a copy in its own folder, which it offers to delete."""
    desk = desk_of(request)
    desk.workspace.files.mkdir(mode=0o700, exist_ok=True)
    problem = ""
    if request.method == "POST":
        given = [each for each in request.FILES.getlist("files") if each.name]
        if given:
            kept = [keep(desk, each) for each in given]
            desk.choose(files=desk.choices.with_files(kept).files)
            desk.tell(f"{len(kept)} {'file is' if len(kept) == 1 else 'files are'} chosen.")
            return redirect("files")
        problem = "Choose at least one file"
    return render(request, "desk/files_give.html", {"problem": problem, "folder": desk.workspace.files})


def keep(desk: Desk, given: UploadedFile[Any]) -> Path:
    """A copy of a file that was given to a page, in the desk's own folder."""
    path = desk.workspace.files / safe_name(str(given.name))
    with written_whole(path) as part, part.open("xb") as file:
        for chunk in given.chunks():
            file.write(chunk)
    path.chmod(0o600)
    return path


_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.I)


def safe_name(name: str) -> str:
    """A file name that is only a name, on every system."""
    bare = re.split(r"[\\/]", name)[-1]
    bare = re.sub(r'[<>:"|?*\x00-\x1f]', "_", bare).strip(" .")[-120:] or "file"
    stem, _dot, suffix = bare.rpartition(".")
    return f"_{bare}" if _RESERVED.match(stem or suffix) else bare
