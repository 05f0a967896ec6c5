"""One person's roles and what waits for them; taking a role away, and ending a sign-in."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.leaving.actions import end_person, may_take, take_role
from linkwell.custody.leaving.waits import left_behind, seen_roles
from linkwell.custody.leaving.why import Why
from linkwell.custody.organisations.models import Membership, Person
from linkwell.custody.organisations.permissions import END_PERSON, READ_RECORD, TAKE_ROLE, TAKE_STAFF_ROLE
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import allows
from linkwell.custody.signin.lost import people_of
from linkwell.custody.signin.permissions import GIVE_PASSWORD
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.standards.clock import in_words


class WhyForm(AgainForm):
    """Why it ends."""

    why = forms.ChoiceField(
        label="Why?",
        choices=[("", "Choose one"), *((why.value, why.words) for why in Why)],
        help_text="The record says this, and nothing more.",
        error_messages={"required": "Choose why"},
    )


def _find(by: Person, number: str) -> Person:
    everybody = Person.objects.all() if allows(by, TAKE_ROLE) else people_of(by)
    found = everybody.filter(pk=number if number.isdecimal() else 0).first()
    if found is None:
        raise Http404
    return found


@page("people/<slug:number>/", name="person", who=(TAKE_ROLE, TAKE_STAFF_ROLE), methods=("GET",))
def person(request: HttpRequest, number: str) -> HttpResponse:
    """Their roles, and what would be left if they went."""
    by = signed_in(request)
    found = _find(by, number)
    context = {
        "person": found,
        "roles": [(held, may_take(by, held)) for held in seen_roles(by, found)],
        "left": left_behind(by, found),
        "may_end": found.is_active and found != by and allows(by, END_PERSON),
        "may_read": allows(by, READ_RECORD),
        "may_give": found.is_active and found != by and allows(by, GIVE_PASSWORD),
    }
    return render(request, "portal/person.html", context)


@page("people/<slug:number>/<slug:code>/<slug:role>/end", name="role-end", who=(TAKE_ROLE, TAKE_STAFF_ROLE))
@sensitive_post_parameters("password")
def role_end(request: HttpRequest, number: str, code: str, role: str) -> HttpResponse:
    """Take one role away."""
    by = signed_in(request)
    found = _find(by, number)
    held = seen_roles(by, found).filter(organisation__code=code, role=role).first()
    if held is None:
        raise Http404
    form = WhyForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_role(by=by, person=found, organisation=held.organisation, role=Role(role),
                  why=Why(form.cleaned_data["why"]))  # fmt: skip
        messages.success(request, f"{found.name} is not {held.get_role_display()} any more, and signed out.")
        return redirect("people")
    title = f"Take the role “{held.get_role_display()}” away from {found.name}"
    return _ask(request, form, found, title, "Take it away", _role_intro(by, held))


def _role_intro(by: Person, held: Membership) -> list[str]:
    said = [
        f"{held.person.name} ({held.person.username}) holds it in {held.organisation.name} since "
        f"{in_words(held.created_at)}. The moment you take it away they are signed out everywhere, and their "
        "command lines and tokens stop. Without any role left they cannot sign in any more.",
    ]
    if not may_take(by, held):
        said.append("You cannot take this one away yourself: ask a custodian manager who is not you.")
    return said


@page("people/<slug:number>/end", name="person-end", who=END_PERSON)
@sensitive_post_parameters("password")
def person_end(request: HttpRequest, number: str) -> HttpResponse:
    """End somebody's sign-in."""
    by = signed_in(request)
    found = _find(by, number)
    form = WhyForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_person(by=by, person=found, why=Why(form.cleaned_data["why"]))
        messages.success(request, f"{found.name} cannot sign in any more. It is in the record.")
        return redirect("people")
    intro = [
        f"Every role of {found.name} ({found.username}), their password, second factors, sessions, command "
        "lines and tokens end the moment you say so. What they did stays in the record under their name.",
        "If they come back, you give them a role and a first password again.",
    ]
    return _ask(request, form, found, f"End the sign-in of {found.name}", "End it", intro)


def _ask(
    request: HttpRequest, form: forms.Form, found: Person, title: str, button: str, intro: list[str]
) -> HttpResponse:
    left = [each.words + (f" ({each.name})" if each.name else "") for each in
            left_behind(signed_in(request), found)]  # fmt: skip
    if left:
        intro = [*intro, "What waits for them, or goes with them: " + "; ".join(left) + "."]
    context = {"form": form, "title": title, "button": button, "intro": intro, "warning": True,
               "back": reverse("person", args=[found.pk])}  # fmt: skip
    return render(request, "portal/form.html", context)
