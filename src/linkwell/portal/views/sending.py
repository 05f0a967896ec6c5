"""Sending from a browser what is sealed already, and giving an OK to what somebody else sealed."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.signin.commands import agreements_of, for_person
from linkwell.custody.signin.permissions import SEND_IN_PERSON
from linkwell.custody.supplies import actions, approving, arrivals
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import GIVE_OK, own_supplies
from linkwell.custody.supplies.sending import browser_token
from linkwell.errors import LinkwellError, from_system
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.vault.keys import spoken

LARGEST_WITHOUT_SCRIPT = 100 << 20
"""A larger one needs the script, or `linkwell send`: a plain form cannot go on where it stopped."""

LARGEST_OK = 64 * 1024


class SendingForm(PagesForm):
    """Under which agreement, and the sealed file."""

    agreement = forms.ChoiceField(
        label="Under which agreement?", error_messages={"required": "Choose the agreement"}
    )
    package = forms.FileField(
        label="The sealed file",
        help_text="It ends in .lwp. It was sealed on your own computer; nobody can read it on the way.",
        error_messages={"required": "Choose the sealed file", "empty": "This file is empty"},
    )

    def __init__(self, *args: object, agreements: list[Agreement], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = self.fields["agreement"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            (each.reference, f"{each.reference}, {each.organisation.name}") for each in agreements
        ]

    def clean_package(self) -> UploadedFile[bytes]:
        """A file that can be sent in one piece."""
        given: UploadedFile[bytes] = self.cleaned_data["package"]
        if given.size is None or given.size > LARGEST_WITHOUT_SCRIPT:
            raise forms.ValidationError(
                "This file is too large to send without the page's script: use linkwell send"
            )
        return given


@page("send/", name="send", who=SEND_IN_PERSON)
def send(request: HttpRequest) -> HttpResponse:
    """Send a sealed file. With script it goes in pieces and goes on after a break; without, in one piece."""
    person = signed_in(request)
    agreements = agreements_of(person)
    form = SendingForm(request.POST or None, request.FILES or None, agreements=agreements)
    if request.method == "POST" and form.is_valid():
        token = for_person(token_holder(browser_token(by=person)), form.cleaned_data["agreement"])
        given = form.cleaned_data["package"]
        try:
            return redirect("sent", _in_one_piece(token, given).reference)
        except (LinkwellError, OSError) as error:
            told = error if isinstance(error, LinkwellError) else from_system(error)
            form.add_error("package", f"{told.what} {told.fix}")
    return render(
        request, "portal/send.html",
        {"form": form, "agreements": agreements, "most": settings.CONFIGURATION.largest_upload},
    )  # fmt: skip


def _in_one_piece(token: UploadToken, given: UploadedFile[bytes]) -> Supply:
    """Take a whole file in; where that fails nothing waits, since nothing goes on with it."""
    upload = actions.begin_upload(token=token, length=given.size or 0)
    try:
        arrivals.take(upload, offset=0, read=given.read, length=given.size)
        return actions.complete_upload(upload)
    except (LinkwellError, OSError):
        actions.stop_upload(upload, by=token.actor)
        raise


@page("send/token", name="send-token", who=SEND_IN_PERSON, methods=("POST",))
def token(request: HttpRequest) -> HttpResponse:
    """A token for the page's own script: it sends as this person, and runs out today."""
    return JsonResponse({"token": browser_token(by=signed_in(request)), "uploads": reverse("uploads")})


@page("send/<slug:reference>/", name="sent", who=SEND_IN_PERSON, methods=("GET",))
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """What arrived, for whoever sent it."""
    found = _mine(request, reference)
    return render(request, "portal/sent.html", {"supply": found, "own": _is_own(request, found)})


def _mine(request: HttpRequest, reference: str) -> Supply:
    agreements = agreements_of(signed_in(request))
    found = Supply.objects.filter(agreement__in=agreements, reference=reference)
    supply = found.select_related("agreement__organisation").first()
    if supply is None:
        raise Http404
    return supply


def _is_own(request: HttpRequest, supply: Supply) -> bool:
    return own_supplies(signed_in(request)).filter(pk=supply.pk).exists()


class OkForm(PagesForm):
    """The signed OK."""

    ok = forms.FileField(
        label="Your signed OK",
        help_text="The file that linkwell ok wrote; it ends in .ok.json",
        error_messages={"required": "Choose the file of your OK", "empty": "This file is empty"},
    )


@page("supplies/<slug:reference>/ok", name="supply-ok", who=GIVE_OK)
def give_ok(request: HttpRequest, reference: str) -> HttpResponse:
    """Bring the provider's own signed OK to a file that somebody else sealed for it."""
    person = signed_in(request)
    found = own_supplies(person).filter(reference=reference).first()
    if found is None:
        raise Http404
    form = OkForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["ok"].read(LARGEST_OK).decode("utf-8", "replace")
        try:
            approving.give_ok(supply=found, document=text, by=person)
        except LinkwellError as error:
            form.add_error("ok", f"{error.what} {error.fix}")
        else:
            return redirect("supply", reference)
    context = {
        "form": form,
        "supply": found,
        "waits": approving.needs_ok(found),
        "given": approving.ok_given(found),
        "sender": spoken(str(found.manifest.get("sender", ""))),
    }
    return render(request, "portal/supply_ok.html", context)
