"""Setting up and removing second factors: the authenticator app, passkeys by name, and recovery codes."""

from __future__ import annotations

import io

import segno
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.signin import factors, totp
from linkwell.custody.signin.models import AuthenticatorApp, Passkey
from linkwell.custody.signin.numbers import number
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import SECOND, SIGNED_IN, page, signed_in
from linkwell.portal.again import AgainForm


class FirstCodeForm(PagesForm):
    """The code that shows that the app holds the key."""

    code = forms.CharField(
        label="The six digits your app shows now",
        max_length=20,
        error_messages={"required": "Enter the six digits"},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}
        ),
    )


class NameForm(PagesForm):
    """What a passkey is called."""

    name = forms.CharField(
        label="What do you call it?",
        help_text="Such as: my phone, the key on my key ring. Only you see it.",
        max_length=60,
        error_messages={"required": "Give it a name"},
    )


def enrolled(request: HttpRequest) -> str:
    """A factor was added: this session counts as begun with it, under a new key. Where to go now."""
    if not request.session.get(SECOND):
        request.session[SECOND] = "set up"
    request.session.cycle_key()
    return reverse("recovery-codes") if not factors.codes_left(signed_in(request)) else reverse("me")


@page("me/second-factor", name="second-factor", who=SIGNED_IN, methods=("GET",), enrolling=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """What a second factor is, and the two kinds."""
    has = factors.has_factor(signed_in(request))
    return render(request, "portal/second_factor.html", {"required": factors.required(), "has": has})


# Authenticator app


@page("me/app", name="app", who=SIGNED_IN, enrolling=True, asked_lately=True)
@sensitive_post_parameters("code")
def app(request: HttpRequest) -> HttpResponse:
    """Set an authenticator app up: the key as picture and as text, and a first code."""
    person, form = signed_in(request), FirstCodeForm(request.POST or None)
    beginning = factors.begin_app(person)
    if request.method == "POST" and form.is_valid():
        if factors.confirm_app(person, form.cleaned_data["code"]):
            messages.success(request, "Your authenticator app is set up.")
            return redirect(enrolled(request))
        form.add_error("code", "This is not the code your app should show. Check that its clock is right.")
    key = totp.as_text(factors.secret_of(beginning))
    return render(request, "portal/app.html", {"form": form, "key": key})


@page("me/app.svg", name="app-picture", who=SIGNED_IN, methods=("GET",), enrolling=True, asked_lately=True)
def picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the app that is being set up; there is none once it is confirmed."""
    found = AuthenticatorApp.objects.filter(person=signed_in(request), confirmed_at=None).first()
    if found is None:
        raise Http404
    out = io.BytesIO()
    segno.make(factors.app_address(found), error="m").save(
        out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@page("me/app/remove", name="app-remove", who=SIGNED_IN)
@sensitive_post_parameters("password")
def app_remove(request: HttpRequest) -> HttpResponse:
    """Remove the authenticator app."""
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        factors.remove_app(signed_in(request))
        messages.success(request, "The authenticator app is removed. Delete its entry in the app as well.")
        return redirect("me")
    return _removing(request, form, "Remove your authenticator app")


def _removing(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "button": "Remove it", "warning": True, "back": reverse("me")}
    return render(request, "portal/form.html", context)


# Passkeys


@page(
    "me/passkeys/new", name="passkey-new", who=SIGNED_IN, methods=("GET",), enrolling=True, asked_lately=True
)
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Add a passkey; the script talks to the device."""
    return render(request, "portal/passkey_new.html", {"form": NameForm()})


def _own(request: HttpRequest, number: str) -> Passkey | None:
    return signed_in(request).passkeys.filter(pk=number if number.isdecimal() else 0).first()


def _gone(request: HttpRequest) -> HttpResponse:
    messages.success(request, "You have no such passkey, or none any more.")
    return redirect("me")


@page("me/passkeys/<slug:number>/name", name="passkey-name", who=SIGNED_IN)
def passkey_name(request: HttpRequest, number: str) -> HttpResponse:
    """Call a passkey something else."""
    found = _own(request, number)
    if found is None:
        return _gone(request)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        factors.rename_passkey(found, form.cleaned_data["name"])
        return redirect("me")
    context = {"form": form, "title": "Name of a passkey", "button": "Save", "back": reverse("me")}
    return render(request, "portal/form.html", context)


@page("me/passkeys/<slug:number>/remove", name="passkey-remove", who=SIGNED_IN)
@sensitive_post_parameters("password")
def passkey_remove(request: HttpRequest, number: str) -> HttpResponse:
    """Remove a passkey."""
    found, form = _own(request, number), AgainForm(request, request.POST or None)
    if found is None:
        return _gone(request)
    if request.method == "POST" and form.is_valid():
        factors.remove_passkey(signed_in(request), found)
        messages.success(request, "The passkey is removed. Delete it on the device as well.")
        return redirect("me")
    return _removing(request, form, f"Remove the passkey “{found.name}”")


# Recovery codes


@page("me/codes", name="recovery-codes", who=SIGNED_IN, asked_lately=True)
def codes(request: HttpRequest) -> HttpResponse:
    """Make a set of recovery codes; they are on this page once."""
    person = signed_in(request)
    context: dict[str, object] = {"left": factors.codes_left(person), "count": number("recovery_codes"),
               "has": factors.has_factor(person)}  # fmt: skip
    if request.method == "POST" and context["has"]:
        context["codes"] = factors.new_recovery_codes(person)
    return render(request, "portal/codes.html", context)
