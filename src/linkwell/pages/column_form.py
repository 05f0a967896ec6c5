"""The form about one column of a specification, the same on the provider's desk and in the portal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm
from linkwell.specification.model import Field

WORDS = ("label", "purpose", "meaning", "screen", "collected", "missing", "gaps", "review", "sensitivity")


def words_of(field: Field) -> dict[str, Any]:
    """What is said about a column so far, to begin the form with."""
    return {name: getattr(field, name) for name in WORDS}


class ColumnForm(PagesForm):
    """What a column is called and why it is needed."""

    label = forms.CharField(
        label="What it is", max_length=200, error_messages={"required": "Write what this column is"}
    )
    purpose = forms.CharField(
        label="Why it is needed",
        help_text="A column that no question needs must not be shared.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write why this column is needed, or leave it out"},
    )
    meaning = forms.CharField(
        label="What its values mean",
        help_text="You may leave this and everything below empty.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    screen = forms.CharField(
        label="Where it stands in your system",
        help_text="For example: Enrolment screen, “Registration date”.",
        required=False,
        max_length=300,
    )
    collected = forms.CharField(
        label="How it is collected, and who checks it",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    missing = forms.CharField(label="What an empty cell means", required=False, max_length=300)
    gaps = forms.CharField(
        label="What is known to be missing or wrong, and why",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    review = DayField(label="When you look at that again", required=False)
    sensitivity = forms.CharField(
        label="Why it needs special care, if it does", required=False, max_length=500
    )

    def words(self) -> dict[str, Any]:
        """What was typed, as a field of a specification holds it; for a valid form."""
        return {name: _typed(self.cleaned_data[name]) for name in WORDS}


def _typed(given: object) -> str:
    return given.isoformat() if isinstance(given, date) else str(given or "").replace("\r\n", "\n").strip()
