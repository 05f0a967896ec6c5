"""The form about what is not held."""

from __future__ import annotations

from django import forms

from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm


class NotHeldForm(PagesForm):
    """We do not hold this."""

    id = forms.ChoiceField(label="What do you not hold?", error_messages={"required": "Choose one"})
    reason = forms.CharField(
        label="Why not?",
        help_text="For example: We do not ask for it, because people do not need it to get our help.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write why you do not hold it"},
    )
    review = DayField(
        label="When will you look at this again?",
        error_messages={"required": "Write the day when you look at this again"},
    )
