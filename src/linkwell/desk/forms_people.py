"""Forms about who has been told, and who says no."""

from __future__ import annotations

from typing import Any

from django import forms

from linkwell.desk.fields import YES_NO
from linkwell.pages.days import DAY_HINT, DayField
from linkwell.pages.forms import PagesForm, Radios


class StatementForm(PagesForm):
    """One version of the privacy statement people were shown."""

    version = forms.CharField(
        label="What is this version called?",
        help_text="For example: version 3, or March 2024.",
        max_length=100,
        error_messages={"required": "Write what this version is called"},
    )
    shown_from = DayField(
        label="From when were people shown it?",
        error_messages={"required": "Write the first day it was shown"},
    )
    shown_to = DayField(
        label="Until when?",
        help_text="Leave it empty if it is still used. " + DAY_HINT,
        required=False,
    )
    names_stats_nz = forms.ChoiceField(
        label="Does it say that Stats NZ receives details, for the IDI?",
        choices=YES_NO,
        widget=Radios,
        error_messages={"required": "Say whether it names Stats NZ"},
    )
    channel = forms.CharField(
        label="Where did people see it?",
        help_text="For example: on the sign-up form.",
        max_length=300,
        error_messages={"required": "Write where people saw it"},
    )

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        first, last = given.get("shown_from"), given.get("shown_to")
        if first and last and last < first:
            self.add_error("shown_to", "The last day is before the first")
        return given


class BasisForm(PagesForm):
    """What stands in for a statement."""

    kind = forms.ChoiceField(
        label="What stands in for it?",
        choices=[
            ("told_later", "We told them later"),
            ("exception", "An exception that the assessment accepted"),
        ],
        widget=Radios,
        error_messages={"required": "Choose one"},
    )
    started_from = DayField(
        label="For people who started from",
        error_messages={"required": "Write the first day"},
    )
    started_to = DayField(label="until", error_messages={"required": "Write the last day"})
    how = forms.CharField(
        label="How, and when?",
        help_text="For example: letter of 1 August 2026 to everybody with an address.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write how and when"},
    )

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        first, last = given.get("started_from"), given.get("started_to")
        if first and last and last < first:
            self.add_error("started_to", "The last day is before the first")
        return given


def _unremembered() -> forms.TextInput:
    """A field whose words the browser does not offer to the next person."""
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})


class PersonForm(PagesForm):
    """Somebody who says no, or changes their mind: by your own number, or by name and birth date."""

    client_key = forms.CharField(
        label="Your own number of that person",
        help_text="As it stands in your file.",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}
        ),
    )
    first_name = forms.CharField(label="First name", required=False, max_length=200, widget=_unremembered())
    last_name = forms.CharField(label="Last name", required=False, max_length=200, widget=_unremembered())
    born = DayField(label="Date of birth", required=False)

    def clean(self) -> dict[str, Any]:
        """Enough to know somebody by."""
        given = super().clean() or {}
        named = given.get("first_name") and given.get("last_name") and given.get("born")
        if not self.errors and not given.get("client_key") and not named:
            wanted = "Write your own number of the person, or first name, last name and date of birth"
            self.add_error("client_key", wanted)
        return given

    def person(self) -> dict[str, str]:
        """The same as the objection list knows people."""
        given = self.cleaned_data
        return {
            "client_key": given["client_key"].strip(),
            "first_name": given["first_name"].strip(),
            "last_name": given["last_name"].strip(),
            "date_of_birth": given["born"].isoformat() if given["born"] else "",
        }
