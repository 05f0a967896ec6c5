"""A provider's own pages: what it sent, what happened to it, and the receipts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.record import record_view
from linkwell.custody.outputs.permissions import own_releases
from linkwell.custody.permissions import allows
from linkwell.custody.refreshes.feedback import told
from linkwell.custody.supplies import destroying
from linkwell.custody.supplies.approving import BEFORE_OPENING, needs_ok, ok_given
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import RECALL, SEE_ALL, SEE_OWN, own_supplies, visible_supplies
from linkwell.custody.supplies.states import SUPPLY, SupplyState
from linkwell.custody.timeline.story import steps
from linkwell.ledger.receipts import PLAIN, Kind
from linkwell.pages.files import attached
from linkwell.portal.access import page, signed_in

STEPS = (
    SupplyState.RECEIVED,
    SupplyState.ACCEPTED,
    SupplyState.LINKED,
    SupplyState.LOADED,
)


@page("supplies/", name="supplies", who=SEE_OWN, methods=("GET",))
def supplies(request: HttpRequest) -> HttpResponse:
    """Everything this person's organisations sent."""
    person = signed_in(request)
    context = {"supplies": own_supplies(person), "reports": own_releases(person).exists()}
    return render(request, "portal/supplies.html", context)


@page("supplies/<slug:reference>/", name="supply", who=SEE_OWN, methods=("GET",))
def supply(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened to my data?"""
    found = own_supplies(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    person = signed_in(request)
    may_recall = SUPPLY.may("recall", found.state) and allows(person, RECALL, owner=found.organisation)
    wants_ok = found.state in BEFORE_OPENING and needs_ok(found) and not ok_given(found)
    context = story(found) | {"may_recall": may_recall, "wants_ok": wants_ok}
    return render(request, "portal/supply.html", context)


def story(found: Supply) -> dict[str, object]:
    """What a supply's page shows: where it stands, what happened when, counts and receipts."""
    events = AuditEvent.objects.filter(subject=found.subject).exclude(verb="receipt.downloaded")
    receipts = [(r, PLAIN[Kind(r.kind)]) for r in found.receipts.all()]
    return {
        "supply": found,
        "meaning": SUPPLY.meaning[SupplyState(found.state)],
        "steps": steps(events.order_by("seq")),
        "receipts": receipts,
        "feedback": told(found.counts.get("feedback", {})),
    }


@page(
    "supplies/<slug:reference>/receipts/<slug:kind>.<str:form>",
    name="receipt",
    who=(SEE_OWN, SEE_ALL),
    methods=("GET",),
)
def receipt(request: HttpRequest, reference: str, kind: str, form: str) -> HttpResponse:
    """A receipt as it was signed (json), or for people: in short (txt) or as a page to print (pdf).

    `?about=` chooses among several of one kind (a refresh, a project, a release).
    """
    person = signed_in(request)
    found = visible_supplies(person).filter(reference=reference).first()
    if found is None or form not in {"json", "txt", "pdf"}:
        raise Http404
    several = found.receipts.filter(kind=kind)
    about = request.GET.get("about")
    given = (several if about is None else several.filter(about=about)).first()
    if given is None:
        raise Http404
    record_view("receipt.downloaded", by=person, subject=found.subject, about=found.organisation.code)
    document = _document(given.document, form)
    kinds = {"json": "application/json", "txt": "text/plain; charset=utf-8", "pdf": "application/pdf"}
    return attached(document, f"receipt-{reference}-{given.kind}.{form}", kinds[form])


def _document(signed: str, form: str) -> str | bytes:
    from linkwell.documents.pdf import render_pdf
    from linkwell.ledger.receipts import Receipt as Signed
    from linkwell.supply.receipt_page import receipt_page

    if form == "pdf":
        return render_pdf(receipt_page(Signed.from_json(signed)))
    return signed if form == "json" else Signed.from_json(signed).to_text()


@page("supplies/<slug:reference>/recall", name="recall", who=RECALL)
def recall(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back what was sent, until it is accepted: asked once, then done."""
    found = own_supplies(signed_in(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        destroying.recall(by=signed_in(request), supply=found)
        return redirect("supply", reference)
    return render(request, "portal/recall.html", {"supply": found})
