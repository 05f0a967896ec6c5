"""A day as people write it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from linkwell.standards.clock import in_words
from linkwell.standards.dates import parse_date

DAY_HINT = "For example 1 July 2024 or 1/7/2024."


class DayField(forms.CharField):
    """A day as people write it: 1 July 2024, 1/7/2024 or 2024-07-01. Gives a `date`, None if empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("help_text", DAY_HINT)
        widget = forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"})
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> date | None:
        """The day.

        Raises:
            ValidationError: it is not a day that can be read.
        """
        text = super().clean(value).strip()
        if not text:
            return None
        found = parse_date(text, "dmy").value
        if found is None:
            raise forms.ValidationError("Write a day such as 1 July 2024 or 1/7/2024")
        return found

    def prepare_value(self, value: Any) -> Any:
        """A day already known, as it is written."""
        return in_words(value) if isinstance(value, date) else value
