"""Files for the receiver's own transfer service: written, read over, and noted when they have arrived."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.desk import doing, drafts
from linkwell.desk.forms import TransferForm
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.standing import handed, standing
from linkwell.desk.synced import synced_by
from linkwell.desk.views.waiting import begin
from linkwell.supply.transfer import note_transfer, transfer_note


@require_http_methods(["GET", "POST"])
def over(request: HttpRequest) -> HttpResponse:
    """Write the agreed files for the receiver's own transfer service."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            doing.write_handover(desk, job)

        return begin(request, "Writing the files to hand over", work, begins=reverse("hand-over"),
                     then=reverse("hand-over"))  # fmt: skip
    folder = handed(desk)
    written = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    return render(request, "desk/hand_over.html", {
        **standing(desk), "folder": folder,
        "arrived": transfer_note(desk.workspace.receipts, folder.name) if folder else None,
        "synced": synced_by(desk.workspace.path),
        "files": [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in written if folder],
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def arrived(request: HttpRequest) -> HttpResponse:
    """Write down what the other service said, before the folder is deleted."""
    desk = desk_of(request)
    folder = handed(desk)
    if folder is None:
        return redirect("hand-over")
    if drafts.kept_while_typing(request, desk):
        return HttpResponse(status=204)
    known = transfer_note(desk.workspace.receipts, folder.name)
    initial = {"day": timezone.localdate()}
    if known:
        initial = {**vars(known), "day": date.fromisoformat(known.day)}
    form = drafts.form_of(TransferForm, request, desk, initial)
    if request.method == "POST" and "forget" not in request.POST and form.is_valid():
        note_transfer(folder, desk.workspace.receipts, **form.cleaned_data)
        drafts.forget(desk, request)
        desk.tell("It is written down, and kept with your receipts.")
        return redirect("hand-over")
    return render(request, "desk/hand_arrived.html", {"form": form, "folder": folder})


@require_GET
def cover(request: HttpRequest) -> HttpResponse:
    """The cover sheet, to read and print."""
    folder = handed(desk_of(request))
    if folder is None:
        return redirect("hand-over")
    text = (folder / "cover-sheet.txt").read_text("utf-8")
    return render(request, "desk/hand_cover.html", {"text": text})
