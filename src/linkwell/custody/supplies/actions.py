"""What people and senders do to a supply: begin, receive, stop, accept, turn down."""

from __future__ import annotations

import datetime
import hashlib
import re
import shutil
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.clients.actions import RELAYED, need_ok
from linkwell.custody.home import current_home, package_path
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.approving import refuse_without_ok
from linkwell.custody.supplies.changing import change
from linkwell.custody.supplies.destroying import destroy_sealed
from linkwell.custody.supplies.limits import refuse_clock_ahead, refuse_over_quota
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.custody.supplies.order import refuse_two_at_once
from linkwell.custody.supplies.permissions import ACCEPT
from linkwell.custody.supplies.practice import need_practice, record_exemption
from linkwell.custody.supplies.receipts import give
from linkwell.custody.supplies.sameness import facts_of, refuse_other_sealing, same_bytes
from linkwell.custody.supplies.states import OVER, SUPPLY, SupplyState
from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.ledger.receipts import Kind
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import read_manifest
from linkwell.vault.zones import ZoneName, written_whole

UPLOAD_DAYS = 7


def find(reference: str) -> Supply:
    """The supply of this reference.

    Raises:
        WrongUse: there is none.
    """
    found = Supply.objects.select_related("agreement__organisation").filter(reference=reference).first()
    if found is None:
        raise WrongUse(
            "There is no supply of this name.",
            where=reference,
            fix="List what has arrived with: linkwell custodian receive",
        )
    return found


# Arriving


def begin_upload(
    *, token: UploadToken, length: int, declared_digest: str = "", practice: bool | None = None
) -> Upload:
    """Begin a supply under a token, or find the upload of the same file that was begun before.

    Args:
        practice: whether the sender says it is one; None where it does not say. What counts is the signed
            cover page, read once the file is here; this only spares a sender a long upload in vain.

    Raises:
        TryAgain: the disk has no room for it.
        RefusedByRule: a practice has to come first, or too much of this organisation's waits already.
    """
    refuse_what_is_not_agreed(token.agreement, as_now(token.agreement, "send"))
    if practice is False:
        need_practice(token.agreement)
    if declared_digest:
        before = _same_file(token.agreement, declared_digest, length)
        if before is not None:
            return before
    with transaction.atomic():
        refuse_over_quota(token.agreement.organisation, length)
        supply = _new_supply(token.agreement, verb="begin", practice=bool(practice))
        upload = Upload.objects.create(
            supply=supply,
            token=token,
            length=length,
            declared_digest=declared_digest,
            expires_at=timezone.now() + datetime.timedelta(days=UPLOAD_DAYS),
        )
        arrivals.make_room(upload)
        record(
            "supply.begun",
            by=token.actor,
            subject=supply.subject,
            about=supply.organisation.code,
            acting_for=supply.organisation.code,
            details={"bytes": length},
        )
    return upload


def announce_length(upload: Upload, length: int) -> None:
    """Say how large an upload is that was begun without a size; said once, it stays.

    Raises:
        RefusedByRule: more than that has arrived already. TryAgain: the disk has no room for the rest.
    """
    if length < arrivals.arrived(upload):
        raise RefusedByRule("More has arrived than the size that is announced.", fix="Start a new upload.")
    with transaction.atomic():
        refuse_over_quota(upload.supply.organisation, length, upload=upload)
        Upload.objects.filter(pk=upload.pk, length=0).update(length=length)
    upload.refresh_from_db(fields=["length"])
    arrivals.make_room(upload)


def _same_file(agreement: Agreement, digest: str, length: int) -> Upload | None:
    uploads = Upload.objects.select_related("supply__agreement__organisation").filter(
        supply__agreement=agreement, declared_digest=digest, length=length, ended_at=None
    )
    for upload in uploads.exclude(supply__state__in=OVER):
        if upload.supply.state != SupplyState.RECEIVING or upload.expires_at > timezone.now():
            return upload
    return None


def _new_supply(agreement: Agreement, *, verb: str, practice: bool = False) -> Supply:
    """A practice that says so is numbered p001 and so on, apart from what is real."""
    agreement = Agreement.objects.select_for_update().select_related("organisation").get(pk=agreement.pk)
    mark = "p" if practice else ""
    numbered = rf"^{re.escape(agreement.reference)}-{mark}[0-9]+$"
    number = agreement.supplies.filter(reference__regex=numbered).count() + 1
    return Supply.objects.create(
        reference=f"{agreement.reference}-{mark}{number:03d}",
        agreement=agreement,
        state=SUPPLY.after(verb, None),
    )


def complete_upload(upload: Upload) -> Supply:
    """Lock a whole file away, sign the receipt, and return its supply; done before, it does nothing twice.

    The very bytes of a supply that is here already are thrown away: the upload then ends in that one.

    Raises:
        WrongUse: what arrived is not a sealed file; RefusedByRule: a rule refuses it at the door. Either way
            there is a receipt that says so.
    """
    supply = find(upload.supply.reference)
    if supply.state != SupplyState.RECEIVING:
        return supply
    digest = arrivals.digest_of_arrived(upload)
    before = same_bytes(supply, digest)
    if before is not None:
        return _end_in(before, upload)
    path = arrivals.lock_away(upload)
    sender, manifest = upload.token.actor, None
    try:
        manifest = read_manifest(path)
        refuse_clock_ahead(manifest)
        refuse_other_sealing(supply, manifest)
        if not manifest.test:
            need_practice(supply.agreement, sender=manifest.sender)
    except LinkwellError as error:
        supply.size, supply.digest = upload.length, digest
        _turn_away(supply, error, manifest=manifest, by=sender)
        raise
    return _received(supply, "receive", manifest=manifest, digest=digest, size=upload.length, by=sender)


def _end_in(before: Supply, upload: Upload) -> Supply:
    """Sent twice, by two programs say: the sender gets the receipt there is."""
    with transaction.atomic():
        change(upload.supply, "stop", by=upload.token.actor, event="supply.stopped", same_as=before.reference)
        Upload.objects.filter(pk=upload.pk).update(supply=before)
    arrivals.discard(upload)
    upload.supply = before
    return before


def _turn_away(supply: Supply, error: LinkwellError, *, manifest: Manifest | None, by: str) -> None:
    """Refuse what arrived, with a receipt. A sealed file stays sealed for a while, so that the sender can
    ask why; what is not sealed may be readable, and is destroyed at once.
    """
    with transaction.atomic():
        supply.reasons = {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
        supply.manifest = facts_of(supply, manifest) if manifest else {}
        row = change(supply, "turn away", by=by, event="supply.turned away", sha384=supply.digest)
        words = {"reason": error.what, "where": error.where, "why": error.why, "what_to_do": error.fix}
        facts: dict[str, object] = {"sha384": row.digest, "bytes": row.size}
        give(row, Kind.REJECTED, facts | {name: text for name, text in words.items() if text})
        if manifest is None:
            transaction.on_commit(lambda: destroy_sealed(row))


def _received(
    supply: Supply, verb: str, *, manifest: Manifest, digest: str, size: int, by: Person | str
) -> Supply:
    with transaction.atomic():
        supply.size, supply.digest = size, digest
        supply.manifest = facts_of(supply, manifest)
        if verb == "receive" and supply.state == SupplyState.RECEIVING:
            supply = change(supply, verb, by=by, event="supply.received", bytes=size, sha384=digest)
        else:
            supply.save()
            record(
                "supply.received",
                by=by,
                subject=supply.subject,
                about=supply.organisation.code,
                details={"bytes": size, "sha384": digest},
            )
        record_exemption(supply, manifest)
        give(supply, Kind.RECEIVED, {"bytes": size, "sha384": digest})
        if manifest.test:  # nobody has to decide about invented people: opened and checked at once
            supply = change(supply, "accept", by=SYSTEM, event="supply.opened")
            tasks.leave("supply.accept", subject=supply.reference, by=SYSTEM)
    return supply


def stop_upload(upload: Upload, *, by: str = SYSTEM) -> None:
    """Stop an upload and throw its bytes away; a supply that has already arrived stays."""
    with transaction.atomic():
        supply = Supply.objects.select_for_update().get(pk=upload.supply_id)
        if supply.state == SupplyState.RECEIVING:
            change(supply, "stop", by=by, event="supply.stopped")
        Upload.objects.filter(pk=upload.pk).update(ended_at=timezone.now())
    if supply.state == SupplyState.RECEIVING:
        arrivals.discard(upload)


def stop_expired() -> int:
    """Stop every upload that was not finished in time; returns how many there were."""
    expired = Upload.objects.filter(
        ended_at=None, expires_at__lt=timezone.now(), supply__state=SupplyState.RECEIVING
    )
    found = list(expired.select_related("supply__agreement__organisation"))
    for upload in found:
        stop_upload(upload)
    return len(found)


def import_package(*, by: Person, agreement: Agreement, package: Path) -> Supply:
    """Bring in a sealed file from disk (a courier's drive, an SFTP drop), as if it had been uploaded.

    Raises:
        NotAllowed: `by` is not a data integrator. WrongUse: not a sealed file. RefusedByRule: it arrived
            before.
    """
    check(by, ACCEPT)
    manifest = read_manifest(package)
    refuse_clock_ahead(manifest)
    if not agreement.live():
        raise RefusedByRule("The agreement is not in force.", where=agreement.reference)
    if agreement.route in RELAYED:
        need_ok(agreement)
    if not manifest.test:
        need_practice(agreement, sender=manifest.sender)
    digest = _digest_of(package)
    before = Supply.objects.filter(agreement=agreement, digest=digest).exclude(state__in=OVER).first()
    if before is not None:
        return before
    staged = current_home().zone(ZoneName.INTAKE).folder("incoming") / f"disk-{digest[:32]}.part"
    with written_whole(staged) as part:
        shutil.copyfile(package, part)
    with transaction.atomic():
        supply = _new_supply(agreement, verb="receive", practice=manifest.test)
        refuse_other_sealing(supply, manifest)
        staged.replace(package_path(supply.reference))
        return _received(
            supply, "receive", manifest=manifest, digest=digest, size=package.stat().st_size, by=by
        )


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha384").hexdigest()


# Deciding


def accept(*, by: Person, supply: Supply) -> Job:
    """Have a received supply opened and checked; the job ends in accepted or rejected.

    Real people take two: for the first the file is tried out and nothing of it kept; the second takes it in.

    Raises:
        NotAllowed: `by` is not a data integrator, or was the first of the two already.
        WrongState: it is not waiting for this.
        RefusedByRule: its agreement is no longer in force.
    """
    check(by, ACCEPT)
    with transaction.atomic():
        row = Supply.objects.select_for_update().select_related("agreement__organisation").get(pk=supply.pk)
        if not row.agreement.live():
            raise RefusedByRule(
                "The agreement of this supply is not in force.",
                where=row.agreement.reference,
                why="Nothing is opened without an agreement.",
                fix="Renew the agreement, or turn the supply down.",
            )
        refuse_two_at_once(row)
        refuse_without_ok(row)
        opened = as_now(supply.agreement, "open", test=bool(supply.manifest.get("test")))
        refuse_what_is_not_agreed(supply.agreement, opened)
        if row.state == SupplyState.RECEIVED and needs_two(row):
            row.checked_by = by.username
            change(row, "check", by=by, event="supply.tried out")
        else:
            check_acts(act="supply.accept", by=by.username, done=[("supply.check", row.checked_by)])
            change(row, "accept", by=by, event="supply.opened")
        return tasks.leave("supply.accept", subject=row.reference, by=by)


def needs_two(supply: Supply) -> bool:
    """Whether taking it in needs two people: always, unless everybody in it is invented."""
    return not (supply.practice or current_home().demo)


def reject(*, by: Person, supply: Supply, reason: str) -> Supply:
    """Turn a received supply down, unopened, with a reason the provider will read."""
    check(by, ACCEPT)
    if not reason.strip():
        raise WrongUse("A reason is needed.", why="The provider has to know what to mend.", fix="Say why.")
    with transaction.atomic():
        supply.reasons = {"what": reason.strip(), "why": "", "fix": ""}
        row = change(supply, "reject", by=by, event="supply.rejected")
        tell(None, "supply_rejected", row.organisation, about=row.reference)
        give(row, Kind.REJECTED, {"reason": reason.strip(), **stated_rows(row)})
        transaction.on_commit(lambda: destroy_sealed(row))
    return row


def stated_rows(supply: Supply) -> dict[str, object]:
    """The sender's own row counts, as facts of a receipt."""
    return {f"rows_{name}": rows for name, rows in supply.manifest.get("tables", {}).items()}
