"""Letting a command line in: its person types the code, sees who asks from where for what, decides."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.organisations.models import Person
from linkwell.custody.signin import commands
from linkwell.custody.signin.models import CommandSignIn
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.permissions import SEND_IN_PERSON
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.portal.network import address_of

_FOUND, _MISSED = "command asking", "command missed"


class UserCodeForm(PagesForm):
    """The eight letters a command line shows."""

    code = forms.CharField(
        label="The code your own screen shows",
        max_length=20,
        help_text="Eight letters, such as BCDF-GHJK.",
        error_messages={"required": "Enter the code"},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters",
                   "class": "govuk-input--width-10"}
        ),
    )  # fmt: skip


@page("command/", name="command", who=SEND_IN_PERSON)
def command(request: HttpRequest) -> HttpResponse:
    """Type the code. It is part of no link, so that a link alone can lead nobody to say yes."""
    form = UserCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _too_many(request):
            form.add_error("code", "Too many codes that are none. Wait ten minutes, then try again.")
        elif found := commands.find(form.cleaned_data["code"]):
            request.session[_FOUND] = found.pk
            return redirect("command-decide")
        else:
            _missed(request)
            form.add_error("code", "No command line waits under this code. It may have run out: start again.")
    return render(request, "portal/command.html", {"form": form})


def _misses(request: HttpRequest) -> list[float]:
    since = (timezone.now() - timedelta(minutes=number("device_minutes"))).timestamp()
    return [at for at in request.session.get(_MISSED, []) if at > since]


def _missed(request: HttpRequest) -> None:
    request.session[_MISSED] = [*_misses(request), timezone.now().timestamp()]


def _too_many(request: HttpRequest) -> bool:
    """Whether somebody tries codes out (RFC 8628, 5.1)."""
    return len(_misses(request)) >= number("failures") * 2


@page("command/decide/", name="command-decide", who=SEND_IN_PERSON)
@sensitive_post_parameters("password")
def decide(request: HttpRequest) -> HttpResponse:
    """Say yes, after the password or passkey, or no, without."""
    person, found = signed_in(request), _asking(request)
    if found is None:
        return redirect("command")
    if request.method == "POST" and request.POST.get("decision") == "deny":
        commands.decide(by=person, request=found, allow=False)
        return _done(request, "That computer was turned away.")
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.decide(by=person, request=found, allow=True)
        return _done(request, "That command line is signed in as you. It is listed here.")
    return render(request, "portal/command_decide.html", _facts(request, person, found) | {"form": form})


def _asking(request: HttpRequest) -> CommandSignIn | None:
    waiting = CommandSignIn.objects.filter(state="waiting", expires_at__gt=timezone.now())
    return waiting.filter(pk=request.session.get(_FOUND, 0)).first()


def _done(request: HttpRequest, words: str) -> HttpResponse:
    request.session.pop(_FOUND, None)
    messages.success(request, words)
    return redirect("me")


def _facts(request: HttpRequest, person: Person, found: CommandSignIn) -> dict[str, object]:
    here = address_of(request)
    return {
        "asking": found,
        "code": f"{found.user_code[:4]}-{found.user_code[4:]}",
        "here": here,
        "same": bool(here) and here == found.address,
        "agreements": commands.agreements_of(person),
        "hours": number("command_hours"),
    }
