"""Seal and send: the receiver's keys compared, the file sealed, sent when told to, and the receipt kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.desk import doing
from linkwell.desk.desk import Desk
from linkwell.desk.forms import SealForm, SendForm
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.standing import handed, sealed, standing
from linkwell.desk.views.waiting import begin
from linkwell.errors import LinkwellError
from linkwell.ledger.receipts import PLAIN, load, verify
from linkwell.pages.labels import label
from linkwell.specification.file import save
from linkwell.supply import tus
from linkwell.supply.manifest import Delivery
from linkwell.supply.package import read_manifest
from linkwell.vault.custodian_keys import CustodianKeys, load_bundle
from linkwell.vault.keys import fingerprint, sender_key, spoken
from linkwell.vault.zones import write_whole

LARGEST_KEY_FILE = 64 * 1024
KINDS = {
    Delivery.FULL: ("Everybody", "Takes the place of what was accepted before. Always right."),
    Delivery.DELTA: ("Only what changed", "Who is new, who changed and who is gone since last time."),
    Delivery.CORRECTION: ("Only corrections", "Who changed; nobody new, nobody taken away."),
    Delivery.DELETION: ("Only who is to be taken away", "Who is not in your files any more."),
}


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The two ways, and where each stands."""
    desk = desk_of(request)
    return render(request, "desk/hand.html", {
        **standing(desk), "handed": handed(desk), "sealed": sealed(desk), "receipt": desk.choices.receipt,
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def custodian(request: HttpRequest) -> HttpResponse:
    """Take in the receiver's public keys, and have their fingerprints compared over the phone."""
    desk = desk_of(request)
    problem: LinkwellError | None = None
    missing = ""
    if request.method == "POST" and "compared" in request.POST:
        keys = _keys(desk)
        if keys is not None and request.POST.get("same") == "yes":
            desk.choose(compared=_all_of(keys))
            return redirect("hand-seal")
        missing = "Say whether the words you heard are the same"
        if request.POST.get("same") == "no":
            desk.workspace.custodian.unlink(missing_ok=True)
            desk.choose(compared="")
            desk.tell("Good that you compared. The key file was thrown away: ask for it again, another way.")
            return redirect("hand-custodian")
    elif request.method == "POST":
        given = request.FILES.get("keys")
        if isinstance(given, UploadedFile) and given.size:
            problem = _take(desk, given)
            if problem is None:
                return redirect("hand-custodian")
        else:
            missing = "Choose the key file you were sent"
    keys = None if problem else _keys(desk)
    return render(request, "desk/hand_custodian.html", {
        "keys": keys, "problem": problem, "missing": missing, "lines": _lines(keys) if keys else (),
        "compared": bool(keys and desk.choices.compared == _all_of(keys)),
    })  # fmt: skip


def _take(desk: Desk, given: UploadedFile[bytes]) -> LinkwellError | None:
    """Keep the key file if it is one; what was there stays if it is not."""
    part = desk.workspace.custodian.with_suffix(".given")
    try:
        data = given.read(LARGEST_KEY_FILE + 1)
        write_whole(part, data if len(data) <= LARGEST_KEY_FILE else b"")  # no key file is that large
        load_bundle(part)
        part.replace(desk.workspace.custodian)
        desk.choose(compared="")
    except LinkwellError as problem:
        part.unlink(missing_ok=True)
        return problem
    return None


def _keys(desk: Desk) -> CustodianKeys | None:
    return load_bundle(desk.workspace.custodian) if desk.workspace.custodian.exists() else None


def _lines(keys: CustodianKeys) -> tuple[tuple[str, str], ...]:
    halves = {"identity": "Names and numbers", "content": "Service details"}
    return (
        *((halves[name], spoken(fingerprint(half.zone))) for name, half in keys.compartments.items()),
        ("Receipts", spoken(fingerprint(keys.receipts))),
    )


def _all_of(keys: CustodianKeys) -> str:
    halves = [
        half
        for name in sorted(keys.compartments)
        for half in (keys.compartments[name].zone, keys.compartments[name].recovery)
    ]
    return " ".join(fingerprint(key)[:32] for key in (*halves, keys.receipts))


@require_http_methods(["GET", "POST"])
def seal(request: HttpRequest) -> HttpResponse:
    """Seal under an agreement."""
    desk = desk_of(request)
    keys = _keys(desk)
    if keys is None or desk.choices.compared != _all_of(keys):
        return redirect("hand-custodian")
    spec = desk.specification()
    form = SealForm(
        request.POST or None, initial={"organisation": spec.organisation, "agreement": desk.choices.agreement}
    )
    practice, delivery = desk.choices.practice, desk.choices.delivery
    if request.method == "POST":
        practice = request.POST.get("practice") == "yes"
        delivery = next((kind for kind in KINDS if kind == request.POST.get("delivery")), Delivery.FULL)
        if form.is_valid():
            _settle(desk, form.cleaned_data["organisation"].strip())
            agreement = form.cleaned_data["agreement"].strip()
            desk.choose(agreement=agreement, practice=practice, delivery=str(delivery))

            def work(job: Job) -> None:
                doing.seal_up(desk, job)

            return begin(request, "Sealing", work, begins=reverse("hand-seal"), then=reverse("hand-send"))
    return render(request, "desk/hand_seal.html", {
        **standing(desk), "form": form, "keys": keys, "practice": practice, "kinds": KINDS,
        "delivery": delivery,
        "own": spoken(fingerprint(sender_key(desk.workspace.secrets).public_key())),
    })  # fmt: skip


def _settle(desk: Desk, organisation: str) -> None:
    """The organisation's name is part of what is agreed, so it goes into the specification."""
    spec = desk.specification()
    if spec.organisation != organisation:
        looked = desk.choices.looked == spec.digest
        desk.keep_earlier("the change of your organisation's name")
        spec = replace(spec, organisation=organisation)
        save(spec, desk.workspace.specification)
        if looked:
            desk.choose(looked=spec.digest)


def _token(desk: Desk, form: SendForm) -> str:
    """The token that was typed, once the address is one and kept; "" where the form is to be shown."""
    if not form.is_valid():
        return ""
    address = form.cleaned_data["portal"].strip()
    try:
        tus.portal_address(address)
    except LinkwellError as problem:
        form.add_error("portal", f"{problem.what} {problem.fix}")
        return ""
    desk.choose(portal=address)
    return str(form.cleaned_data["token"])


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Send the sealed file; the token is used and forgotten."""
    desk = desk_of(request)
    path = sealed(desk)
    if path is None:
        return redirect("hand")
    form = SendForm(request.POST or None, initial={"portal": desk.choices.portal})
    if token := _token(desk, form):
        work = partial(doing.send_off, desk, token=token)
        return begin(request, "Sending", work, begins=reverse("hand-send"), then=reverse("hand-receipt"))
    manifest = read_manifest(path)
    return render(request, "desk/hand_send.html", {
        "form": form, "path": path, "bytes": path.stat().st_size, "manifest": manifest,
        "rows": sum(table.rows for _, table in manifest.tables()), "own": spoken(manifest.sender),
        "receipt": desk.choices.receipt, "against": desk.choices.against,
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def later(request: HttpRequest) -> HttpResponse:
    """Ask what happened since: the later receipts, one of which says that the file was accepted."""
    desk = desk_of(request)
    path = sealed(desk)
    if path is None:
        return redirect("hand")
    form = SendForm(request.POST or None, initial={"portal": desk.choices.portal})
    if token := _token(desk, form):
        work, there = partial(doing.fetch_later, desk, token=token), reverse("hand-later")
        return begin(request, "Asking for receipts", work, begins=there, then=there)
    return render(request, "desk/hand_later.html", {
        "form": form, "kept": _kept_receipts(desk, path), "folder": desk.workspace.receipts,
    })  # fmt: skip


def _kept_receipts(desk: Desk, path: Path) -> list[tuple[str, str, datetime]]:
    """The genuine receipts kept about the sealed file, oldest first: kind, what it says, when."""
    manifest = read_manifest(path)
    found = []
    for each in desk.workspace.receipts.glob(f"receipt-{manifest.package[:12]}-*.json"):
        try:
            kept = load(each)
            verify(kept, manifest.custodians_receipt_key)
        except LinkwellError:
            continue  # changed since it was kept: it proves nothing
        found.append((label("receipt", kept.kind.value), PLAIN[kept.kind], datetime.fromisoformat(kept.time)))
    return sorted(found, key=lambda receipt: receipt[2])


@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt, checked again every time it is shown."""
    desk = desk_of(request)
    path = _receipt(desk)
    if path is None:
        return redirect("hand")
    found, packed = load(path), sealed(desk)
    checked_with = None
    if packed is not None:
        checked_with = read_manifest(packed).custodians_receipt_key
    elif (keys := _keys(desk)) is not None:
        checked_with = keys.receipts
    if checked_with is not None:
        verify(found, checked_with)
    return render(request, "desk/hand_receipt.html", {
        "receipt": found, "says": PLAIN[found.kind], "verified": checked_with is not None,
        "signed_by": spoken(found.signed_by), "folder": desk.workspace.receipts,
        "time": datetime.fromisoformat(found.time),
        "facts": [(label("fact", key), value) for key, value in found.facts.items()
                  if isinstance(value, str | int)],
    })  # fmt: skip


def _receipt(desk: Desk) -> Path | None:
    path = desk.workspace.receipts / desk.choices.receipt
    return path if desk.choices.receipt and path.is_file() else None


@require_GET
def save_receipt(request: HttpRequest) -> FileResponse:
    """The receipt's file, exactly as it was signed."""
    path = _receipt(desk_of(request))
    if path is None:
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/json"
    )
