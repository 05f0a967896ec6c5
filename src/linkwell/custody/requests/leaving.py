"""What a release by request leaves behind: an entry in the release ledger, and receipts."""

from __future__ import annotations

from collections.abc import Iterable

from linkwell.confidentiality.files_left import FilesLeft
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.outputs.heads import REQUEST_RELEASED, as_detail, expected_head, record_head
from linkwell.custody.projects.access import agreements_of
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.votes import leaving
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give, give_all
from linkwell.ledger.receipts import Kind


def remember(request: OutputRequest, *, actor: str) -> dict[str, object]:
    """Write the files into the release ledger before they leave; returns its head, for the record to keep.

    Raises:
        RefusedByRule: the ledger is lost, older than what left, or altered: nothing leaves until it is whole.
    """
    from linkwell.confidentiality.desk import ReleaseDesk

    left = FilesLeft(
        request.reference, request.project.code, request.data_version,
        tuple(sorted(file.digest for file in leaving(request))), str(request.checked.get("digest", "")),
    )  # fmt: skip
    with ReleaseDesk.open(current_home(), expected_head=expected_head()) as desk:
        return as_detail(desk.note_files(left, actor=actor, registry_head=record_head()))


def tell_whose_data(request: OutputRequest) -> None:
    """Sign a receipt for every delivery behind it, and write it in its story.

    Of an output about one provider only that provider is told. Call in the transaction of the release.
    """
    supplies = list(supplies_of(request))
    used = {
        "project": request.project.code,
        "purpose": request.project.title,
        "refresh": request.data_version,
    }
    give_all(supplies, Kind.USED, used, about=request.project.code)
    facts: dict[str, object] = {
        "request": request.reference, "project": request.project.code, "files": len(leaving(request)),
        "record": str(request.checked.get("digest", "")),
    }  # fmt: skip
    for supply in supplies:
        give(supply, Kind.RELEASED, facts, about=request.reference)
        record(REQUEST_RELEASED, by=SYSTEM, subject=supply.subject, about=supply.agreement.organisation.code,
               details={"request": request.reference, "project": request.project.code})  # fmt: skip


def supplies_of(request: OutputRequest) -> Iterable[Supply]:
    """The deliveries in the data update it was made from, under the agreements of its project."""
    agreements = [each.pk for each in agreements_of(request.project)
                  if request.about is None or each.organisation_id == request.about.pk]  # fmt: skip
    found = Supply.objects.filter(agreement__in=agreements, refreshes__label=request.data_version)
    return found.select_related("agreement__organisation").distinct()
