"""What each side is told, and whether a person wants to be written to about it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.custody.agreements import notices
from linkwell.custody.agreements.permissions import READ_NOTICES
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.mail.models import Rhythm
from linkwell.custody.mail.sending import choice_of, choose_mail, sends_mail
from linkwell.custody.organisations.models import Person
from linkwell.custody.requests.permissions import visible_requests
from linkwell.errors import WrongUse
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.leading import address_of
from linkwell.standards.clock import in_words


class MailForm(PagesForm):
    """How often a person is written to, and where."""

    rhythm = forms.ChoiceField(label="How often shall we write to you?", choices=Rhythm.choices)
    address = forms.CharField(
        label="E-mail address",
        required=False,
        max_length=254,
        help_text="Used for this and nothing else. Messages never hold names, numbers or results.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@page("notices/", name="notices", who=READ_NOTICES, methods=("GET",))
def told(request: HttpRequest) -> HttpResponse:
    """What this person's organisations were told."""
    person = signed_in(request)
    found = own_notices(person).select_related("organisation")[:200]
    places = [notices.place(notice) for notice in found]
    about = [reference for name, reference in places if name == "request"]
    seen = visible_requests(person).filter(reference__in=about).values_list("reference", flat=True)
    shut = set(about) - set(seen) if about else set()  # kaitiaki see a request once it is approved
    links = [("", "") if reference in shut else _link(name, reference, person) for name, reference in places]
    listed = [(notice, *notices.words(notice), *link) for notice, link in zip(found, links, strict=True)]
    return render(request, "portal/notices.html", {"notices": listed, "sends_mail": sends_mail()})


def _link(name: str, reference: str, person: Person) -> tuple[str, str]:
    """Address and name of a page a notice is about, for whoever may open it; otherwise two empty texts."""
    address = address_of(name, reference, person)
    return (address, reference) if address else ("", "")


@page("me/notices/", name="me-notices", who=READ_NOTICES)
def by_mail(request: HttpRequest) -> HttpResponse:
    """Choose e-mail, or none."""
    person = signed_in(request)
    initial = {"rhythm": choice_of(person).rhythm, "address": person.email}
    form = MailForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            choose_mail(by=person, rhythm=Rhythm(given["rhythm"]), address=given["address"])
        except WrongUse as error:
            form.add_error("address", f"{error.what} {error.fix}")
        else:
            messages.success(request, "It holds from now on.")
            return redirect("notices")
    intro = ["Every notice is always here, under Notices, whatever you choose."]
    if refused := choice_of(person).refused_at:
        intro.append(
            f"The mail server refused {person.email} on {in_words(refused)}, so we "
            "stopped writing to it. Mend the address, or save it once more to try again."
        )
    if not sends_mail():
        intro.append("This portal sends no e-mail yet. Your choice is kept until it does.")
    context = {
        "form": form,
        "title": "Notices by e-mail",
        "button": "Save",
        "back": reverse("notices"),
        "intro": intro,
    }
    return render(request, "portal/form.html", context)
