"""Helping people who cannot sign in: opening a lock, and a lost device by two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from axes.models import AccessAttempt
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.leaving.waits import roles_seen
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.permissions import END_PERSON, TAKE_STAFF_ROLE
from linkwell.custody.permissions import allows
from linkwell.custody.signin import lost as lost_devices
from linkwell.custody.signin import numbers
from linkwell.custody.signin.models import AuthenticatorApp, LostDevice, Passkey
from linkwell.custody.signin.passwords import give_password
from linkwell.custody.signin.permissions import (
    CONFIRM_LOST,
    GIVE_PASSWORD,
    SPEAK_FOR_ANYONE,
    SPEAK_FOR_OWN,
    UNLOCK,
)
from linkwell.errors import WrongUse
from linkwell.portal.access import holds, page, signed_in
from linkwell.portal.again import AgainForm

HELP = (SPEAK_FOR_OWN, SPEAK_FOR_ANYONE)


@dataclass(frozen=True)
class Line:
    """One person in the list: whether they have a factor, and whether their sign-in is locked."""

    person: Person
    roles: list[str]
    has_factor: bool
    locked: bool


@page("people/", name="people", who=HELP, methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """The people this person may help, fifty to a page."""
    by = signed_in(request)
    mine, may_end = lost_devices.people_of(by), allows(by, END_PERSON)
    ended = may_end and bool(request.GET.get("ended"))
    listed = Person.objects.filter(is_active=False).order_by("name", "pk") if ended else mine
    shown = Paginator(listed, 50).get_page(request.GET.get("page"))
    context = {
        "people": _lines(by, list(shown)),
        "pages": shown,
        "standing": lost_devices.standing().filter(person__in=mine),
        "may_unlock": allows(by, UNLOCK),
        "may_confirm": allows(by, CONFIRM_LOST),
        "may_open": may_end or holds(by, TAKE_STAFF_ROLE),
        "may_end": may_end,
        "ended": ended,
    }
    return render(request, "portal/people.html", context)


def _lines(by: Person, people: list[Person]) -> list[Line]:
    with_app = AuthenticatorApp.objects.filter(person__in=people, confirmed_at__isnull=False)
    having = set(with_app.values_list("person", flat=True))
    having |= set(Passkey.objects.filter(person__in=people).values_list("person", flat=True))
    since = timezone.now() - timedelta(minutes=numbers.number("lock_minutes"))
    failed = AccessAttempt.objects.filter(
        username__in=[each.username for each in people], attempt_time__gt=since
    ).values_list("username", "failures_since_start")
    counts: dict[str, int] = {}
    for username, failures in failed:
        counts[username] = counts.get(username, 0) + failures
    roles: dict[int, list[str]] = {each.pk: [] for each in people}
    for held in roles_seen(by).filter(person__in=people):
        roles[held.person_id].append(f"{held.get_role_display()}, {held.organisation.name}")
    return [
        Line(
            each,
            roles[each.pk],
            each.pk in having,
            counts.get(each.username, 0) >= numbers.number("failures"),
        )
        for each in people
    ]


def _find(request: HttpRequest, number: str) -> Person:
    found = lost_devices.people_of(signed_in(request)).filter(pk=number if number.isdecimal() else 0).first()
    if found is None:
        raise Http404
    return found


@page("people/<slug:number>/unlock", name="unlock", who=UNLOCK, methods=("POST",))
def unlock(request: HttpRequest, number: str) -> HttpResponse:
    """Open a lock before its time."""
    person = _find(request, number)
    lost_devices.unlock(by=signed_in(request), person=person)
    messages.success(request, f"{person.name} can try again. It is in the record.")
    return redirect("people")


@page("people/<slug:number>/lost", name="lost", who=HELP)
@sensitive_post_parameters("password")
def lost(request: HttpRequest, number: str) -> HttpResponse:
    """Say that somebody's device is lost."""
    person, form = _find(request, number), AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        lost_devices.ask(by=signed_in(request), person=person)
        messages.success(request, "A custodian manager who is not you calls them and decides.")
        return redirect("people")
    intro = [
        f"You say that {person.name} told you in person, or when you called them, that the device they sign "
        "in with is lost. A message or a call that came to you is not enough: call them back yourself.",
        "A second person at the custodian confirms it. Then their second factors are taken away, they are "
        "signed out everywhere, and they set up a new one with their password. The record names both of you.",
    ]
    return _form(request, form, f"Lost device of {person.name}", "The device is lost", intro)


def _form(
    request: HttpRequest, form: forms.Form, title: str, button: str, intro: list[str], *, warning: bool = True
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "intro": intro, "warning": warning,
               "back": reverse("people")}  # fmt: skip
    return render(request, "portal/form.html", context)


class FirstPasswordForm(AgainForm):
    """A first password for somebody else."""

    first = forms.CharField(
        label="Their first password",
        strip=False,
        help_text=f"At least {numbers.number('password_characters')} characters. Say it to them in person or "
        "on a number that was known before; they choose their own at once.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a first password"},
    )


@page("people/<slug:number>/password", name="person-password", who=GIVE_PASSWORD)
@sensitive_post_parameters("password", "first")
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give somebody who forgot their password a first one."""
    person, form = _find(request, number), FirstPasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            give_password(by=signed_in(request), person=person, first=form.cleaned_data["first"])
        except WrongUse as weak:
            form.add_error("first", f"{weak.what} {weak.why}")
        else:
            messages.success(request, f"{person.name} signs in with it, and then chooses their own.")
            return redirect("person", number=person.pk)
    intro = [
        f"Call {person.name} ({person.username}) on a number that was known before today, and let them ask "
        "you themselves. They are signed out everywhere. Their second factor stays with them, so nobody else "
        "gets in with this password. It is in the record.",
    ]
    return _form(request, form, f"A first password for {person.name}", "Give it", intro)


class LostForm(AgainForm):
    """Confirm it or not."""

    decision = forms.ChoiceField(
        label="What do you decide?",
        error_messages={"required": "Choose one"},
        choices=[
            ("", "Choose one"),
            ("confirm", "The device is lost: take its factors away"),
            ("refuse", "Something is not right"),
        ],
    )
    field_order = ("decision", "password")


@page("people/lost/<slug:number>/", name="lost-decide", who=CONFIRM_LOST)
@sensitive_post_parameters("password")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """The second person confirms a lost device, or does not."""
    found = lost_devices.standing().filter(pk=number if number.isdecimal() else 0).first()
    if found is None:
        raise Http404
    form = LostForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        confirm = form.cleaned_data["decision"] == "confirm"
        lost_devices.decide(by=signed_in(request), lost=found, confirm=confirm)
        words = "Their factors are gone: they sign in with their password and set up new ones."
        messages.success(request, words if confirm else "Nothing was changed. Tell your security people.")
        return redirect("people")
    return _form(request, form, f"Lost device of {found.person.name}", "Decide", _intro(found))


def _intro(found: LostDevice) -> list[str]:
    return [
        f"{found.asked_by.name} ({found.asked_by.username}) says that the device of {found.person.name} "
        f"({found.person.username}) is lost.",
        "Before you decide, call the person on a number that was known before today, and let them tell you "
        "themselves. Nobody decides about a device they spoke for, or their own.",
    ]
