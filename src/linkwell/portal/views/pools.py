"""Pools: like services told about together, as the custodian has them and as a member sees its own."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import SEE_OUTPUTS, own_releases
from linkwell.custody.outputs.pooling import standings, waits
from linkwell.custody.permissions import allows
from linkwell.custody.projects.actions import close_project
from linkwell.custody.projects.independence import FEWEST
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.projects.pooling import (
    Member,
    begin_pool,
    members_of,
    own_pools,
    pools,
    with_members,
)
from linkwell.custody.projects.states import PROJECT
from linkwell.custody.uses.permissions import ANSWER_USE, SEE_ALL_USES, SEE_OWN_USES
from linkwell.errors import LinkwellError
from linkwell.pages.forms import Checks, PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm

SEE = (APPROVE_PROJECT, SEE_OUTPUTS)


class PoolForm(AgainForm):
    """What the members all do, who they are, and who works it out."""

    service = forms.CharField(
        label="What kind of work do they all do?",
        help_text="In a few plain words: Financial mentoring. Each organisation says yes to just this.",
        max_length=100,
        error_messages={"required": "Say what kind of work they all do"},
    )
    code = forms.CharField(
        label="A short code for it",
        help_text="Small letters, digits and hyphens. The code of a pool that stands asks further members.",
        max_length=40,
        error_messages={"required": "Give it a code"},
    )
    agreements = forms.MultipleChoiceField(
        label="Which organisations?", widget=Checks,
        help_text=f"At least {FEWEST}. Each one's lead or kaitiaki is asked, and can say no.",
        error_messages={"required": f"Choose at least {FEWEST} organisations"},
    )  # fmt: skip
    analysts = forms.MultipleChoiceField(
        label="Who works it out?", widget=Checks, error_messages={"required": "Choose at least one analyst"}
    )
    field_order = ("service", "code", "agreements", "analysts", "password")

    def __init__(self, request: HttpRequest, *args: object) -> None:
        super().__init__(request, *args)
        there = Agreement.objects.filter(state=AgreementState.IN_FORCE).select_related("organisation")
        self.fields["agreements"].choices = [
            (each.reference, f"{each.organisation.name}, {each.reference}")
            for each in there.order_by("organisation__name", "pk")
        ]
        standing = pools().filter(code=request.GET.get("pool", "")).first()
        if standing is not None:  # further organisations are asked into it
            self.initial = {**self.initial, "service": standing.service, "code": standing.code}
        found = Person.objects.filter(memberships__role=Role.ANALYST, is_active=True).distinct()
        self.fields["analysts"].choices = [(each.username, each.name) for each in found.order_by("name")]


@page("custodian/pools/", name="pools", who=SEE, methods=("GET",))
def every(request: HttpRequest) -> HttpResponse:
    """Every pool and where it stands."""
    listed = standings(with_members(pools()))
    may_begin = allows(signed_in(request), APPROVE_PROJECT)
    return render(request, "portal/pools.html", {"pools": listed, "may_begin": may_begin, "fewest": FEWEST})


@page("custodian/pools/<slug:code>/", name="pool", who=SEE, methods=("GET",))
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One pool: who was asked and said what, what was worked out and released, and what waits on whom."""
    found, person = _find(pools(), code), signed_in(request)
    standing = standings([found])[0]
    manages = allows(person, APPROVE_PROJECT)
    context = {
        "pool": found,
        "standing": standing,
        "members": [(member, standing.with_others(member)) for member in standing.members],
        "waits": waits(standing),
        "outputs": Output.objects.filter(project=found).select_related("refresh", "release"),
        "analysts": found.members.select_related("person"),
        "fewest": FEWEST,
        "opens_output": allows(person, SEE_OUTPUTS),
        "opens_use": allows(person, SEE_ALL_USES),
        "may_close": manages and PROJECT.may("close", found.state),
    }
    return render(request, "portal/pool.html", context)


@page("custodian/pools/<slug:code>/close", name="pool-close", who=APPROVE_PROJECT)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a pool for good."""
    found = _find(pools(), code)
    if request.method == "POST":
        close_project(by=signed_in(request), project=found)
        messages.success(request, "It is closed, and every organisation that was asked is told.")
        return redirect("pool", code)
    context = {
        "form": PagesForm(),
        "title": "Close this pool",
        "caption": found.service,
        "button": "Close it for good",
        "warning": True,
        "back": reverse("pool", args=[code]),
        "intro": ["Nothing more is worked out or released about these organisations together. Questions "
                  "nobody has answered are taken back.",
                  "What was released stays theirs to read. A closed pool is not opened again; another can be "
                  "begun."],
    }  # fmt: skip
    return render(request, "portal/form.html", context)


@page("together/", name="own-pools", who=SEE_OWN_USES, methods=("GET",))
def own(request: HttpRequest) -> HttpResponse:
    """The pools a person's own organisations were asked into."""
    person = signed_in(request)
    places = _places(person)
    listed = [(each, _of(places, each)) for each in with_members(own_pools(person))]
    return render(request, "portal/own_pools.html", {"pools": listed, "fewest": FEWEST})


@page("together/<slug:code>/", name="own-pool", who=SEE_OWN_USES, methods=("GET",))
def own_one(request: HttpRequest, code: str) -> HttpResponse:
    """A pool as a member sees it: what it said, with whom, what that means, and how to leave."""
    person = signed_in(request)
    found = _find(own_pools(person), code)
    ours = _of(_places(person), found)
    codes = {member.code for member in ours}
    answers = [allows(person, ANSWER_USE, owner=member.agreement.organisation) for member in ours]
    context = {
        "pool": found,
        "closed": not PROJECT.may("close", found.state),
        "ours": list(zip(ours, answers, strict=True)),
        "others": [each.agreement.organisation for each in members_of(found) if each.code not in codes],
        "releases": own_releases(person).filter(output__project=found).select_related("output__refresh"),
        "fewest": FEWEST,
    }
    return render(request, "portal/own_pool.html", context)


def _places(person: Person) -> set[int]:
    """Where the person sees later uses, by the organisations' keys."""
    held = person.memberships.filter(role__in=SEE_OWN_USES.roles)
    return set(held.values_list("organisation", flat=True))


def _of(places: set[int], found: Project) -> list[Member]:
    """The members of a pool that are the person's own organisations."""
    return [each for each in members_of(found) if each.agreement.organisation_id in places]


def _find(found: QuerySet[Project], code: str) -> Project:
    pool = with_members(found).filter(code=code).first()
    if pool is None:
        raise Http404
    return pool


@page("custodian/pools/new", name="pool-new", who=APPROVE_PROJECT)
@sensitive_post_parameters("password")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a pool, or ask further organisations into one."""
    form = PoolForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = begin_pool(
                by=signed_in(request), code=given["code"], service=given["service"],
                agreements=list(Agreement.objects.select_related("organisation", "specification")
                                .filter(reference__in=given["agreements"]).order_by("pk")),
                analysts=list(Person.objects.filter(username__in=given["analysts"])),
            )  # fmt: skip
        except LinkwellError as error:
            form.add_error(None, " ".join(filter(None, (error.what, error.why, error.fix))))
        else:
            messages.success(
                request, "They are asked. Nothing is worked out before three independent ones have said yes."
            )
            return redirect("pool", made.code)
    context = {
        "form": form,
        "title": "Tell about several organisations together",
        "button": "Ask them",
        "back": reverse("pools"),
        "intro": ["For services that do the same kind of work and are each too small to learn much alone. "
                  "Every organisation decides for itself, and all of them read the same report."],
    }  # fmt: skip
    return render(request, "portal/form.html", context)
