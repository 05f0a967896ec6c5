"""The forms of output requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from linkwell.custody.projects.conditions import ProjectCondition
from linkwell.custody.projects.seeing import owners_of
from linkwell.custody.requests import filling
from linkwell.custody.requests.keeping import ToSay
from linkwell.custody.requests.models import OutputRequest
from linkwell.pages.forms import PagesForm
from linkwell.pages.labels import labels


class BeginForm(PagesForm):
    """A name."""

    title = forms.CharField(
        label="What are these outputs?",
        max_length=200,
        error_messages={"required": "Give the request a name"},
    )


class FileForm(PagesForm):
    """One file, its part, and the words its group shares."""

    file = forms.FileField(
        label="The file", help_text="A table as CSV or a plain Excel workbook; 10 MB at most.",
        error_messages={"required": "Choose the file", "empty": "This file is empty"},
    )  # fmt: skip
    role = forms.ChoiceField(label="What is it?", choices=())
    group = forms.CharField(
        label="Group",
        max_length=80,
        initial="Results",
        help_text="Files of one group share what you say below.",
        error_messages={"required": "Name the group"},
    )
    context = forms.CharField(
        label="What does it show, and of whom?",
        required=False,
        max_length=4000,
        help_text="Leave it empty if the group has its words already.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    controls = forms.CharField(
        label="What was done to make it safe?", required=False, max_length=4000,
        help_text="Rounding, suppression, merged groups.", widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    exception = forms.CharField(
        label="Exception asked for, with the reason",
        required=False,
        max_length=4000,
        help_text="Only if a rule cannot be kept. Two checkers decide.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["role"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = list(labels()["request_file"].items())

    def clean_file(self) -> UploadedFile[bytes]:
        """A file small enough for an output."""
        given: UploadedFile[bytes] = self.cleaned_data["file"]
        if given.size is None or given.size > filling.MOST_BYTES:
            raise forms.ValidationError("This file is larger than 10 MB; an output is a small table")
        return given


class VoteForm(PagesForm):
    """Yes or no to each file, and why not."""

    def __init__(self, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, name in enumerate(names):
            self.fields[f"says-{at}"] = forms.ChoiceField(
                label=name, choices=[("", "Not yet"), ("yes", "It may leave"), ("no", "It must be changed")],
                required=False,
            )  # fmt: skip
            self.fields[f"said-{at}"] = forms.CharField(
                label=f"Why, if {name} must be changed", required=False, max_length=2000
            )


class DecideForm(PagesForm):
    """What both decided, and whom it is about."""

    what = forms.ChoiceField(
        label="What did you decide?",
        error_messages={"required": "Choose one"},
        choices=[
            ("approve", "Approve: both said yes to every file"),
            ("return", "Return it with what to change"),
            ("refuse", "Nothing of it is released"),
        ],
    )
    about = forms.ChoiceField(label="Is it about one provider?", required=False)
    reasons = forms.CharField(
        label="Reasons",
        required=False,
        max_length=4000,
        help_text="The team reads them. Needed unless you approve.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, found: OutputRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "No, about several"),
            *((each.code, each.name) for each in owners_of(found.project)),
        ]


class KeepForm(PagesForm):
    """Which condition is kept, and what was done."""

    condition = forms.ChoiceField(label="Which condition?", error_messages={"required": "Choose one"})
    said = forms.CharField(
        label="What was done?", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what was done"},
    )  # fmt: skip

    def __init__(self, open_ones: list[tuple[ProjectCondition, ToSay]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["condition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.code, each.words) for each, _ in open_ones]
        self.fields["said"].help_text = " ".join(dict.fromkeys(to_say.asks for _, to_say in open_ones))
