"""Forms about what is described: the whole delivery, and what is not held."""

from __future__ import annotations

from django import forms

from linkwell.desk.fields import Choices
from linkwell.pages.days import DayField
from linkwell.pages.forms import PagesForm


class AboutForm(PagesForm):
    """What the delivery as a whole is, and why."""

    title = forms.CharField(
        label="What is it called?", max_length=200, error_messages={"required": "Give it a name"}
    )
    purpose = forms.CharField(
        label="Why is it shared?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write why it is shared"},
    )
    questions = forms.CharField(
        label="Which questions should it answer?",
        help_text="One to a line.",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    frequency = forms.CharField(
        label="How often is it sent?",
        help_text="For example: every quarter, or once.",
        required=False,
        max_length=200,
    )
    delivery = forms.ChoiceField(
        label="What does each delivery hold?",
        choices=[("full", "Everything again"), ("delta", "Only what changed")],
        widget=Choices,
        error_messages={"required": "Choose one"},
    )
    retention = forms.CharField(
        label="How long may it be kept?",
        help_text="For example: until the agreement ends.",
        required=False,
        max_length=300,
    )
    contact = forms.CharField(
        label="Who answers questions about it?",
        help_text="A role and a way to reach it, for example: office manager, office@example.org.nz.",
        required=False,
        max_length=300,
    )


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
