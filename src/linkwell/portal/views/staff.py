"""Custodian staff: every supply, what can be done with it next, and the linkage report."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.record import record_view
from linkwell.custody.home import links_path
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage import actions as linkage_actions
from linkwell.custody.linkage import judging
from linkwell.custody.linkage.permissions import JUDGE_PAIRS, LINK, SEE_LINKAGE
from linkwell.custody.permissions import allows
from linkwell.custody.supplies import actions as supply_actions
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import ACCEPT, SEE_ALL
from linkwell.custody.supplies.states import SUPPLY, SupplyState
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.embedded import report_response
from linkwell.portal.views.provider import story


class ReasonForm(PagesForm):
    """Why something is turned down."""

    reason = forms.CharField(
        label="Why is it turned down?",
        help_text="The provider reads this. Do not name or describe a person.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why, so that the provider knows what to mend"},
    )


@page("custodian/supplies/", name="staff-supplies", who=SEE_ALL, methods=("GET",))
def supplies(request: HttpRequest) -> HttpResponse:
    """Every supply and where it stands, fifty to a page."""
    found = Paginator(Supply.objects.select_related("agreement__organisation"), 50)
    return render(
        request, "portal/staff_supplies.html", {"supplies": found.get_page(request.GET.get("page"))}
    )


@page("custodian/supplies/<slug:reference>/", name="staff-supply", who=SEE_ALL, methods=("GET",))
def supply(request: HttpRequest, reference: str) -> HttpResponse:
    """One supply: its story, and the next step for whoever may take it."""
    found = get_object_or_404(Supply.objects.select_related("agreement__organisation"), reference=reference)
    return _show(request, found, AgainForm(request))


def _show(request: HttpRequest, found: Supply, form: AgainForm) -> HttpResponse:
    person = signed_in(request)
    form.fields["password"].help_text = "Opening a sealed file uses the custodian's keys, so we ask again."
    context = story(found) | {
        "may_accept": SUPPLY.may("accept", found.state) and allows(person, ACCEPT),
        "may_link": SUPPLY.may("link", found.state) and allows(person, LINK),
        "may_see_linkage": found.state in (SupplyState.LINKED, SupplyState.LOADED)
        and allows(person, SEE_LINKAGE),
        "may_judge": found.state in linkage_actions.AGAIN and allows(person, JUDGE_PAIRS),
        "jobs": Job.objects.filter(subject=found.reference, kind__startswith="supply."),
        "form": form,
    }
    return render(request, "portal/staff_supply.html", context)


@page("custodian/supplies/<slug:reference>/accept", name="accept", who=ACCEPT, methods=("POST",))
@sensitive_post_parameters("password")
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    """Open and check a supply, after the password or passkey: this uses the custodian's keys."""
    found = get_object_or_404(Supply.objects.select_related("agreement__organisation"), reference=reference)
    form = AgainForm(request, request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    supply_actions.accept(by=signed_in(request), supply=found)
    messages.success(request, "Opening and checking has begun. This page shows how it went.")
    return redirect("staff-supply", reference)


@page("custodian/supplies/<slug:reference>/reject", name="reject", who=ACCEPT, methods=("GET", "POST"))
def reject(request: HttpRequest, reference: str) -> HttpResponse:
    """Turn a supply down with a reason."""
    found = get_object_or_404(Supply.objects.select_related("agreement__organisation"), reference=reference)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        supply_actions.reject(by=signed_in(request), supply=found, reason=form.cleaned_data["reason"])
        return redirect("staff-supply", reference)
    return render(request, "portal/reject.html", {"supply": found, "form": form})


@page("custodian/supplies/<slug:reference>/link", name="link", who=LINK, methods=("POST",))
def link(request: HttpRequest, reference: str) -> HttpResponse:
    """Start linking."""
    linkage_actions.link(by=signed_in(request), supply=get_object_or_404(Supply, reference=reference))
    messages.success(request, "Linking has begun. This page shows how it went.")
    return redirect("staff-supply", reference)


@page("custodian/supplies/<slug:reference>/linkage/", name="linkage", who=SEE_LINKAGE, methods=("GET",))
def linkage(request: HttpRequest, reference: str) -> HttpResponse:
    """The linkage report: the linkers' own, and every look at it is recorded."""
    person = signed_in(request)
    found = get_object_or_404(Supply.objects.select_related("agreement__organisation"), reference=reference)
    report = links_path(found.reference).parent / "report.html"
    if not allows(person, SEE_LINKAGE) or not report.exists():
        raise Http404
    record_view("linkage report.viewed", by=person, subject=found.subject, about=found.organisation.code)
    return report_response(report)


@page(
    "custodian/supplies/<slug:reference>/linkage/pairs/",
    name="linkage-pairs",
    who=JUDGE_PAIRS,
    methods=("GET", "POST"),
)
def linkage_pairs(request: HttpRequest, reference: str) -> HttpResponse:
    """One drawn pair at a time for linkers to judge; every answer is recorded."""
    person = signed_in(request)
    found = get_object_or_404(Supply.objects.select_related("agreement__organisation"), reference=reference)
    if request.method == "POST":
        number = request.POST.get("number", "")
        linkage_actions.judge_pair(
            by=person,
            supply=found,
            number=int(number) if number.isdecimal() else 0,
            answer=request.POST.get("answer", ""),
        )
        return redirect("linkage-pairs", reference)
    folder = links_path(found.reference).parent
    pair = judging.next_pair(folder)
    record_view(
        "linkage pair.viewed", by=person, subject=f"linkage/{reference}", about=found.organisation.code
    )
    context = {
        "supply": found,
        "pair": pair,
        "total": judging.drawn(folder),
        "may_link": found.state in linkage_actions.AGAIN and allows(person, LINK),
    }
    return render(request, "portal/linkage_pairs.html", context)


@page("custodian/supplies/<slug:reference>/link-again", name="link-again", who=LINK, methods=("POST",))
def link_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Link a linked supply afresh with every judgement so far."""
    linkage_actions.link_again(by=signed_in(request), supply=get_object_or_404(Supply, reference=reference))
    said = "Linking again has begun. The present links hold until it is done."
    messages.success(request, said)
    return redirect("staff-supply", reference)
