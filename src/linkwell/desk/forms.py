"""The forms of the desk; each says in its own words what is missing."""

from __future__ import annotations

from django import forms

from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm


class OrganisationForm(PagesForm):
    """Who is sharing."""

    organisation = forms.CharField(
        label="Name of your organisation",
        max_length=200,
        help_text="As it will stand in the agreement. It goes on your reports.",
        error_messages={"required": "Write the name of your organisation"},
    )


class NoteForm(PagesForm):
    """The write-up of one part."""

    note = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))


class NumberForm(PagesForm):
    """A whole number; a guess will do."""

    number = forms.IntegerField(
        min_value=0,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Write a number, for example 180. A guess will do",
            "invalid": "Write a whole number in digits, for example 180",
            "min_value": "Write a number of people, 0 or more",
            "max_value": "Write a number of people below ten million",
        },
    )


class SealForm(PagesForm):
    """Under which agreement, and whose."""

    organisation = forms.CharField(
        label="Name of your organisation",
        help_text="As it stands in the agreement.",
        max_length=200,
        error_messages={"required": "Write the name of your organisation"},
    )
    agreement = forms.CharField(
        label="Reference of the agreement",
        help_text="As both sides write it, for example DSA-2026-001.",
        max_length=100,
        error_messages={"required": "Write the reference of the agreement"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class SendForm(PagesForm):
    """Where to, and with which token."""

    portal = forms.CharField(
        label="Address to send to",
        help_text="From the letter you were sent. It begins with https://",
        max_length=300,
        error_messages={"required": "Write the address to send to"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    token = forms.CharField(
        label="Upload token",
        help_text="A long row of letters and digits. It is used once and not kept on this computer.",
        max_length=500,
        error_messages={"required": "Paste the upload token you were given"},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_token(self) -> str:
        """A token has no spaces; a line break caught while copying is taken away."""
        token = str(self.cleaned_data["token"]).strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise forms.ValidationError(
                "The token has a sign in it that cannot be right. Copy it again, whole."
            )
        return token


class SheetForm(PagesForm):
    """Lines typed from a recovery sheet."""

    lines = forms.CharField(
        label="Lines from the sheet",
        help_text="One to a line, for example: R1 0123 4567 89ab cdef / 0a1b",
        max_length=4000,
        widget=forms.Textarea(
            attrs={"rows": 10, "autocomplete": "off", "spellcheck": "false", "class": "lw-code"}
        ),
        error_messages={"required": "Type the lines from the sheet"},
    )


class WordsForm(PagesForm):
    """A privacy statement, pasted in."""

    text = forms.CharField(
        label="Your privacy statement",
        help_text="Paste its words here.",
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class TransferForm(PagesForm):
    """What the other service said when the files had arrived."""

    service = forms.CharField(
        label="Which service did you use?",
        help_text="For example: the secure transfer service of Stats NZ.",
        max_length=200,
        error_messages={"required": "Write which service you used"},
    )
    reference = forms.CharField(
        label="What did it say?",
        help_text="The number of its receipt, or its words.",
        max_length=500,
        error_messages={"required": "Write what it said"},
    )
    day = DayField(label="On which day?", error_messages={"required": "Write the day"})
