"""A person's own page: roles, how they sign in, where they are signed in, and what they did."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.signin.commands import end_command, live_commands
from linkwell.custody.signin.factors import codes_left, required
from linkwell.custody.signin.models import AuthenticatorApp
from linkwell.custody.signin.numbers import number
from linkwell.custody.signin.passwords import choose_password
from linkwell.custody.signin.permissions import SEND_IN_PERSON
from linkwell.custody.signin.sessions import end_sessions_of, open_sessions
from linkwell.errors import WrongUse
from linkwell.portal.access import SIGNED_IN, holds, page, signed_in, what_lacks
from linkwell.portal.again import AgainForm, note
from linkwell.portal.signin import safe_next


@page("me/", name="me", who=SIGNED_IN, methods=("GET",))
def me(request: HttpRequest) -> HttpResponse:
    """What the portal knows about the signed-in person, and how they sign in."""
    person = signed_in(request)
    memberships = person.memberships.select_related("organisation")
    context = {
        "memberships": [(m, m.get_role_display()) for m in memberships],
        "app": AuthenticatorApp.objects.filter(person=person, confirmed_at__isnull=False).first(),
        "passkeys": person.passkeys.all(),
        "codes": codes_left(person),
        "few": number("recovery_codes") // 3,
        "required": required(),
        "sessions": open_sessions(person, here=request.session.session_key),
        "commands": live_commands(person),
        "may_send": holds(person, SEND_IN_PERSON),
    }
    return render(request, "portal/me.html", context)


@page("me/sessions/end", name="sessions-end", who=SIGNED_IN, methods=("POST",), enrolling=True)
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one other session, or all others; the one in use ends by signing out."""
    only = request.POST.get("only", "")
    here = request.session.session_key
    ended = end_sessions_of(signed_in(request), by=signed_in(request), keep=here, only=only)
    messages.success(request, "Signed out there." if ended else "There was nothing to end.")
    return redirect("me")


@page("me/commands/end", name="command-end", who=SIGNED_IN, methods=("POST",), enrolling=True)
def command_end(request: HttpRequest) -> HttpResponse:
    """Sign one command line out."""
    ended = end_command(by=signed_in(request), key_id=request.POST.get("token", ""))
    messages.success(request, "That command line is signed out." if ended else "There was nothing to end.")
    return redirect("me")


@page("me/trail/", name="my-trail", who=SIGNED_IN, methods=("GET",))
def my_trail(request: HttpRequest) -> HttpResponse:
    """What the record says this person did, and what was done to their sign-in."""
    name = signed_in(request).username
    found = AuditEvent.objects.filter(Q(actor=name) | Q(subject=f"person/{name}")).order_by("-seq")
    events = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "portal/my_trail.html", {"events": events})


# Asking again, and the password


@page("again/", name="again", who=SIGNED_IN, enrolling=True)
@sensitive_post_parameters("password")
def again(request: HttpRequest) -> HttpResponse:
    """Ask for the password or the passkey, before somebody changes how they sign in."""
    form = AgainForm(request, request.POST or None)
    form.fields["password"].help_text = "You are about to change how you sign in, so we ask again."
    where = safe_next(request, request.GET.get("next", ""))
    if request.method == "POST" and form.is_valid():
        note(request)
        return redirect(where)
    context = {"form": form, "title": "Is it still you?", "button": "Go on", "back": reverse("me")}
    return render(request, "portal/form.html", context)


def to_again(where: str) -> str:
    """The address that asks again and then leads on."""
    return reverse("again") + "?" + urlencode({"next": where})


class PasswordForm(AgainForm):
    """The password in use, and a new one twice."""

    new = forms.CharField(
        label="New password",
        strip=False,
        help_text=f"At least {number('password_characters')} characters. Three or four plain words are fine.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a new password"},
    )
    twice = forms.CharField(
        label="New password, once more",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter it once more"},
    )

    def clean_twice(self) -> str:
        """Both are the same."""
        given = str(self.cleaned_data["twice"])
        if given != self.cleaned_data.get("new", given):
            raise forms.ValidationError("This is not the same as the new password")
        return given


@page("me/password", name="password", who=SIGNED_IN, enrolling=True)
@sensitive_post_parameters("password", "new", "twice")
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; every other session of the person ends."""
    person, form = signed_in(request), PasswordForm(request, request.POST or None)
    form.fields["password"].help_text = "The one you sign in with now."
    if request.method == "POST" and form.is_valid():
        try:
            choose_password(person, form.cleaned_data["new"])
        except WrongUse as weak:
            form.add_error("new", f"{weak.what} {weak.why}")
        else:
            update_session_auth_hash(request, person)
            end_sessions_of(person, by=person, keep=request.session.session_key)
            messages.success(request, "Your new password holds. You are signed out everywhere else.")
            return redirect(what_lacks(request) or "me")
    first = ["Somebody else chose the password you have. Choose one that only you know."]
    context = {
        "form": form,
        "title": "Choose a new password",
        "button": "Change it",
        "back": reverse("me") if not what_lacks(request) else "",
        "intro": first if not person.password_own else [],
    }
    return render(request, "portal/form.html", context)
