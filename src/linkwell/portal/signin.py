"""Signing in and out: name and password, then the second factor; or a passkey, which is both in one."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.record import record_view
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.factors import UsedBefore, has_factor, required
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.proof import attempt, record_lock
from linkwell.custody.signin.sessions import SessionStore, browser_words
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import ANYONE, SECOND, SIGNED_IN, page
from linkwell.portal.again import note

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_HALF = "half signed in"


def _wrong() -> str:
    return (
        "The sign-in name or the password is not right. "
        f"After {number('failures')} failures an account locks for {number('lock_minutes')} minutes."
    )


class SignInForm(PagesForm):
    """Sign-in name and password."""

    username = forms.CharField(
        label="Sign-in name",
        max_length=60,
        error_messages={"required": "Enter your sign-in name"},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=f"At least {number('password_characters')} characters. Three or four plain words are fine.",
        error_messages={"required": "Enter your password"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(PagesForm):
    """A code of the authenticator app, or one from the list of recovery codes."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="The six digits your authenticator app shows now. Without your phone: a recovery code.",
        error_messages={"required": "Enter a code"},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none",
                   "class": "govuk-input--width-20"}
        ),
    )  # fmt: skip


@page("signin/", name="signin", who=ANYONE)
@sensitive_post_parameters("password")
def signin(request: HttpRequest) -> HttpResponse:
    """The sign-in page: name and password."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = attempt(request, username=given["username"], password=given["password"])
        if person is not None:
            return _after_password(request, person)
        if getattr(request, "axes_locked_out", False):
            record_lock(given["username"])
        form.add_error("username", _wrong())
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "portal/signin.html", context)


def _after_password(request: HttpRequest, person: Person) -> HttpResponse:
    where = safe_next(request, request.POST.get("next", ""))
    if not has_factor(person):
        return enter(request, person, where=where)
    request.session.flush()  # nothing of an earlier session, nor its key, goes into the next
    request.session[_HALF] = {"person": person.pk, "at": time.time(), "next": where}
    return redirect("signin-second")


def half_signed_in(request: HttpRequest) -> Person | None:
    """Whoever gave the right password a few minutes ago at most, and still owes the second factor."""
    half = request.session.get(_HALF)
    if not half or time.time() - half["at"] > number("half_minutes") * 60:
        return None
    return Person.objects.filter(pk=half["person"], is_active=True).first()


def where_half(request: HttpRequest) -> str:
    """Where somebody who is half signed in wanted to go."""
    return str((request.session.get(_HALF) or {}).get("next", reverse("home")))


@page("signin/second/", name="signin-second", who=ANYONE)
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """The second factor: a passkey, a code of the app, or a recovery code."""
    person = half_signed_in(request)
    if person is None:
        return redirect("signin")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if attempt(request, username=person.username, code=form.cleaned_data["code"]) == person:
                return enter(request, person, where=where_half(request), factor="code")
            form.add_error("code", "This code is not right. Type the one your app shows now.")
        except UsedBefore as used:
            form.add_error("code", f"{used.what} {used.fix}")
        if getattr(request, "axes_locked_out", False):
            record_lock(person.username)
            request.session.flush()
    return render(request, "portal/second.html", {"form": form, "passkeys": person.passkeys.exists()})


def enter(request: HttpRequest, person: Person, *, where: str, factor: str = "") -> HttpResponse:
    """Begin the session, under a new key, and note by which second factor."""
    person.backend = _BACKEND
    login(request, person)
    request.session.pop(_HALF, None)
    request.session["what"] = browser_words(request.headers.get("User-Agent", ""))
    if factor:
        request.session[SECOND] = factor
    elif required():  # they set one up next: the password they just gave will do for that
        note(request)
    record_view("person.signed in", by=person, subject=f"person/{person.username}")
    SessionStore.clear_expired()
    return redirect(where)


def safe_next(request: HttpRequest, asked: str) -> str:
    """The address on this portal somebody wanted, or where they start."""
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("home")


@page("signout/", name="signout", who=SIGNED_IN, methods=("POST",), enrolling=True)
def signout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    if isinstance(request.user, Person):
        record_view("person.signed out", by=request.user, subject=f"person/{request.user.username}")
    logout(request)
    return HttpResponseRedirect(reverse("front"))


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """The page a locked account gets; it does not say whether the account exists."""
    context = {"failures": number("failures"), "minutes": number("lock_minutes")}
    return render(request, "portal/locked.html", context, status=429)
