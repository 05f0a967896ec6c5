"""Your keys: the fingerprint to read out, the sheet to print, and typing a sheet back in."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.desk.forms import SheetForm
from linkwell.desk.guard import desk_of
from linkwell.desk.recovery import read_lines, sheet_of
from linkwell.desk.recovery import restore as put_back
from linkwell.desk.synced import synced_by
from linkwell.errors import LinkwellError
from linkwell.vault.keys import SENDER_KEY, SENDER_PUBLIC_KEY, fingerprint, sender_key, spoken


@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The fingerprint, or a button to make the key."""
    desk = desk_of(request)
    if request.method == "POST":
        sender_key(desk.workspace.secrets)
        desk.tell("Your signing key is made. Print the recovery sheet now.")
        return redirect("keys")
    there = (desk.workspace.secrets / SENDER_KEY).exists()
    own = spoken(fingerprint(sender_key(desk.workspace.secrets).public_key())) if there else ""
    return render(request, "desk/keys.html", {"own": own, "folder": desk.workspace.secrets,
                                              "synced": synced_by(desk.workspace.secrets)})  # fmt: skip


@require_POST
def sheet(request: HttpRequest) -> HttpResponse:
    """The recovery sheet, shown only when asked for by a button, and never kept by the browser."""
    desk = desk_of(request)
    made = sheet_of(desk.workspace)
    return render(request, "desk/keys_sheet.html", {"sheet": made, "organisation": desk.organisation})


@sensitive_post_parameters("lines")
@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest) -> HttpResponse:
    """Type a sheet in again, on a new computer."""
    desk = desk_of(request)
    form = SheetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = put_back(desk.workspace, read_lines(form.cleaned_data["lines"]))
        except LinkwellError as problem:
            where = f" ({problem.where})" if problem.where else ""
            form.add_error("lines", f"{problem.what.rstrip('.')}{where}. {problem.fix}")
        else:
            desk.tell(f"Put back: {' and '.join(said)}.")
            return redirect("keys")
    return render(request, "desk/keys_restore.html", {"form": form})


@require_GET
def public_key(request: HttpRequest) -> HttpResponse | FileResponse:
    """The public half, to send to the receiver."""
    path = desk_of(request).workspace.secrets / SENDER_PUBLIC_KEY
    if not path.exists():
        return redirect("keys")
    return FileResponse(path.open("rb"), as_attachment=True, filename="our-public-key.pem",
                        content_type="application/x-pem-file")  # fmt: skip
