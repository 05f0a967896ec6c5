"""The form about a delivery as a whole, the same on the provider's desk and in the portal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms

from linkwell.pages.forms import PagesForm, Radios
from linkwell.specification.model import Specification

_TEXTS = ("title", "purpose", "frequency", "delivery", "retention", "contact")
_DELIVERIES = [("full", "Everything again"), ("delta", "Only what changed")]
_ROUTES = [("direct", "By the organisation itself"), ("vendor", "By its vendor"),
           ("intermediary", "By another organisation for it")]  # fmt: skip


def said_of(spec: Specification) -> dict[str, Any]:
    """What is said about the whole so far, to begin the form with."""
    texts = {name: getattr(spec, name) for name in (*_TEXTS, "route")}
    return texts | {"questions": "\n".join(spec.questions)}


def in_words(spec: Specification) -> list[tuple[str, str]]:
    """What is said about the whole, under the questions that the form asks."""
    named = {**dict(_ROUTES), **dict(_DELIVERIES)}
    asked = WholeForm.base_fields
    return [
        (str(asked[name].label), named.get(said, said) or "Not said yet")
        for name, said in said_of(spec).items()
    ]


class DeliveryForm(PagesForm):
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
        choices=_DELIVERIES,
        widget=Radios,
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

    def of(self, spec: Specification) -> Specification:
        """The specification with what was typed; for a valid form."""
        given = self.cleaned_data
        texts: dict[str, Any] = {name: given[name].replace("\r\n", "\n").strip() for name in _TEXTS}
        questions = tuple(line.strip() for line in given["questions"].splitlines() if line.strip())
        return replace(spec, questions=questions, route=given.get("route", spec.route), **texts)


class WholeForm(DeliveryForm):
    """The same with the way it is sent, which the desk asks under "Get ready"."""

    route = forms.ChoiceField(
        label="Who sends it?", choices=_ROUTES, widget=Radios, error_messages={"required": "Choose one"}
    )
