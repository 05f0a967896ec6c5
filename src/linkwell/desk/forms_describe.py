"""Forms about what is described: a column, the whole delivery, and what is not held."""

from __future__ import annotations

from django import forms

from linkwell.desk.fields import Choices, DayField
from linkwell.pages.forms import PagesForm


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
