"""One organisation: its people, the keys it signs sealed files with, and its tokens; ending those two."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from linkwell.custody.agreements.permissions import MANAGE_AGREEMENTS
from linkwell.custody.agreements.tokens import end_upload_token, standing, tokens_of
from linkwell.custody.organisations.actions import end_sender_key, enrol_sender_key
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.permissions import ENROL
from linkwell.custody.organisations.roles import RELAYS, Kind
from linkwell.custody.supplies.limits import QUOTA_BYTES, room_left, set_quota
from linkwell.custody.supplies.permissions import SET_QUOTA
from linkwell.errors import WrongUse
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.again import AgainForm
from linkwell.vault import keys


@page("custodian/organisations/<slug:code>/", name="organisation", who=ENROL, methods=("GET",))
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """What a custodian manager looks after in one organisation."""
    found = get_object_or_404(Organisation, code=code)
    context = {
        "organisation": found,
        "members": found.memberships.select_related("person").order_by("person__name", "pk"),
        "sends": found.kind == Kind.PROVIDER or found.kind in RELAYS,
        "relays": found.kind in RELAYS,
        "keys": [(key, keys.spoken(key.fingerprint)) for key in found.sender_keys.order_by("-pk")],
        "room": room_left(found) / 1e9,
        "tokens": [(token, standing(token)) for token in tokens_of(found)[:50]],
    }
    return render(request, "portal/organisation.html", context)


class KeyForm(AgainForm):
    """A public key, and its fingerprint as its owner reads it out."""

    pem = forms.CharField(
        label="The public key (sender.pub.pem)",
        strip=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        error_messages={"required": "Paste the public key"},
    )
    spoken = forms.CharField(
        label="Its fingerprint, as they read it to you over the telephone",
        max_length=80,
        help_text="Eight groups of four. Their computer shows them: linkwell key. Do not copy them from the "
        "message the key came in.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter what they read to you"},
    )

    def clean_spoken(self) -> str:
        """The fingerprint that was read out is the key's own."""
        try:
            key = keys.read_public_key(self.cleaned_data.get("pem", ""))
        except WrongUse as error:
            raise forms.ValidationError(f"{error.what} {error.fix}") from None
        heard = "".join(c for c in self.cleaned_data["spoken"].lower() if c.isalnum())
        if heard != keys.spoken(keys.fingerprint(key)).replace(" ", ""):
            raise forms.ValidationError(
                "This is not the fingerprint of that key. Somebody may have changed it on its way: stop here"
            )
        return heard


@page("custodian/organisations/<slug:code>/keys/new", name="sender-key-new", who=ENROL)
@sensitive_post_parameters("password")
def key_new(request: HttpRequest, code: str) -> HttpResponse:
    """Enrol a key the organisation signs with."""
    found = get_object_or_404(Organisation, code=code)
    form = KeyForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        enrol_sender_key(by=signed_in(request), organisation=found, public_pem=form.cleaned_data["pem"])
        messages.success(request, "Files signed with this key are taken as theirs from now on.")
        return redirect("organisation", code)
    intro = ["Call them on a number that was known before, and let them read the fingerprint to you."]
    return _form(request, form, found, f"A signing key of {found.name}", "Enrol it", intro)


@page("custodian/organisations/<slug:code>/keys/<slug:number>/end", name="sender-key-end", who=ENROL)
@sensitive_post_parameters("password")
def key_end(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Stop trusting a key."""
    found = get_object_or_404(Organisation, code=code)
    key = found.sender_keys.filter(pk=number if number.isdecimal() else 0).first()
    if key is None:
        raise Http404
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_sender_key(by=signed_in(request), key=key)
        messages.success(request, "Files signed with it are refused from now on.")
        return redirect("organisation", code)
    intro = [
        f"Key {keys.spoken(key.fingerprint)}. Files signed with it are refused from now on, also those "
        "that are on their way. It does not come back: they make a new key, and you enrol that."
    ]
    return _form(request, form, found, f"End a signing key of {found.name}", "End it", intro, warning=True)


@page("custodian/organisations/<slug:code>/tokens/<slug:key_id>/end", name="token-end", who=MANAGE_AGREEMENTS)
@sensitive_post_parameters("password")
def token_end(request: HttpRequest, code: str, key_id: str) -> HttpResponse:
    """End a token to send with."""
    found = get_object_or_404(Organisation, code=code)
    token = get_object_or_404(tokens_of(found), key_id=key_id)
    form = AgainForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_upload_token(by=signed_in(request), key_id=token.key_id)
        messages.success(request, "It opens nothing any more.")
        return redirect("organisation", code)
    intro = [f"Token {token.key_id}. A computer that sends with it needs a new one."]
    return _form(request, form, found, f"End a token of {found.name}", "End it", intro, warning=True)


class RoomForm(PagesForm):
    """How much of an organisation's may wait here."""

    gigabytes = forms.DecimalField(
        label="Gigabytes of sealed files that may wait here at a time",
        required=False,
        min_value=0,
        max_value=1_000_000,
        max_digits=12,
        decimal_places=3,
        help_text=f"Leave it empty for as much as everybody has ({QUOTA_BYTES / 1e9:.1f}). "
        "With 0 nothing more is taken.",
        error_messages={"invalid": "Enter a number, such as 5 or 0.5"},
    )


@page("custodian/organisations/<slug:code>/room", name="organisation-room", who=SET_QUOTA)
def room(request: HttpRequest, code: str) -> HttpResponse:
    """Set how much of one organisation's sealed files may wait here at a time."""
    found = get_object_or_404(Organisation, code=code)
    before = None if found.quota_bytes is None else f"{found.quota_bytes / 1e9:g}"
    form = RoomForm(request.POST or None, initial={"gigabytes": before})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["gigabytes"]
        amount = None if given is None else int(given * 10**9)
        set_quota(by=signed_in(request), organisation=found, quota_bytes=amount)
        messages.success(request, "That much may wait here from now on.")
        return redirect("organisation", code)
    intro = [f"{room_left(found) / 1e9:.1f} gigabytes are left now. What waits here already stays."]
    return _form(request, form, found, f"Room for {found.name}", "Set it", intro)


def _form(
    request: HttpRequest, form: forms.Form, found: Organisation, title: str, button: str, intro: list[str],
    *, warning: bool = False,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "title": title, "button": button, "intro": intro, "warning": warning,
               "back": reverse("organisation", args=[found.code])}  # fmt: skip
    return render(request, "portal/form.html", context)
