"""The form of a decision between people: returned, refused or approved, with reasons and conditions."""

from __future__ import annotations

from typing import Any

from django import forms

from linkwell.pages.forms import Checks
from linkwell.portal.again import AgainForm


class DecisionForm(AgainForm):
    """Returned, refused or approved; a subclass says it in the words of what is decided."""

    DECISIONS: tuple[tuple[str, str], ...] = ()
    WHO_READS = ""
    IF_APPROVED = ""
    OWN_CONDITION = ""

    decision = forms.ChoiceField(label="What do you decide?")
    reasons = forms.CharField(
        label="Why?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why, in plain words"},
    )
    codes = forms.MultipleChoiceField(required=False, widget=Checks, help_text="Tick any number.")
    own_condition = forms.CharField(
        label="One more condition, in your own words", required=False, max_length=1000
    )
    field_order = ("decision", "reasons", "codes", "own_condition", "password")

    def __init__(self, *args: Any, conditions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decision, codes = self.fields["decision"], self.fields["codes"]
        assert isinstance(decision, forms.ChoiceField)
        assert isinstance(codes, forms.MultipleChoiceField)
        decision.choices = self.DECISIONS
        codes.choices = conditions
        codes.label = f"Conditions, {self.IF_APPROVED}"
        self.fields[
            "reasons"
        ].help_text = f"{self.WHO_READS} reads this. Use plain words; do not name or describe a person."
        self.fields["own_condition"].help_text = self.OWN_CONDITION
