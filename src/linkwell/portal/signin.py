"""Signing in and out, with the answer a locked account gets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.record import record_view
from linkwell.custody.organisations.models import Person
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import ANYONE, SIGNED_IN, page

_WRONG = (
    "The sign-in name or the password is not right. After three wrong passwords an account locks for an hour."
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
        help_text="At least 16 characters. Three or four plain words are fine.",
        error_messages={"required": "Enter your password"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@page("signin/", name="signin", who=ANYONE)
@sensitive_post_parameters("password")
def signin(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, **form.cleaned_data)
        if isinstance(person, Person):
            login(request, person)
            record_view("person.signed in", by=person, subject=f"person/{person.username}")
            return redirect(_where_to(request))
        form.add_error("username", _WRONG)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "portal/signin.html", context, status=200)


def _where_to(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("home")


@page("signout/", name="signout", who=SIGNED_IN, methods=("POST",))
def signout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    if isinstance(request.user, Person):
        record_view("person.signed out", by=request.user, subject=f"person/{request.user.username}")
    logout(request)
    return HttpResponseRedirect(reverse("front"))


@page("me/", name="me", who=SIGNED_IN)
def me(request: HttpRequest) -> HttpResponse:
    """What the portal knows about the signed-in person."""
    memberships = request.user.memberships.select_related("organisation")
    return render(
        request, "portal/me.html", {"memberships": [(m, m.get_role_display()) for m in memberships]}
    )


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """The page a locked account gets; it does not say whether the account exists."""
    return render(request, "portal/locked.html", status=429)
