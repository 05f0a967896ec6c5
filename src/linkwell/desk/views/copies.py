"""Every copy the desk made, and how to be rid of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.desk.copies import Copy, copies
from linkwell.desk.copies import delete as delete_copy
from linkwell.desk.guard import desk_of
from linkwell.desk.synced import synced_by


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The list, those with personal details first; and what is kept and why."""
    desk = desk_of(request)
    listed = copies(desk.workspace)
    return render(request, "desk/copies.html", {
        "copies": listed, "personal": sum(copy.personal for copy in listed), "folder": desk.workspace.path,
        "synced": synced_by(desk.workspace.path),
    })  # fmt: skip


@require_http_methods(["POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask once, then delete: this cannot be undone, which is the point of it."""
    desk = desk_of(request)
    wanted = _wanted(request, copies(desk.workspace))
    if not wanted:
        desk.tell("There is nothing to delete.")
        return redirect("copies")
    if request.POST.get("sure") != "yes":
        return render(
            request, "desk/copies_delete.html", {"wanted": wanted, "which": request.POST.get("which", "")}
        )
    if desk.jobs.busy:
        desk.tell("A step is still running. Wait until it is done, then delete.")
        return redirect("copies")
    for copy in wanted:
        delete_copy(copy)
    gone = {copy.path for copy in wanted}
    desk.choose(
        files=tuple(each for each in desk.choices.files if not any(str(path) == each for path in gone))
    )
    desk.forget_people()
    desk.tell(
        f"{len(wanted)} {'copy is' if len(wanted) == 1 else 'copies are'} deleted. "
        "Your own files were not touched."
    )
    return redirect("copies")


def _wanted(request: HttpRequest, listed: tuple[Copy, ...]) -> list[Copy]:
    which = request.POST.get("which", "")
    if which == "personal":
        return [copy for copy in listed if copy.personal]
    return [copy for copy in listed if copy.id == which]
