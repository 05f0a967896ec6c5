"""The forms of the lab: a statement, and a count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from linkwell.custody.labs.working import MOST_CHARACTERS, MOST_COLUMNS, NUMBERS
from linkwell.errors import LinkwellError
from linkwell.lab.limits import MINUTES, UNITS
from linkwell.pages.forms import PagesForm

MOST_BYTES = 200_000


class StatementForm(PagesForm):
    """One statement, or a file with several."""

    text = forms.CharField(
        label="Statement", max_length=MOST_CHARACTERS, required=False,
        help_text="SQL: one SELECT, one CREATE TABLE … AS SELECT, or DROP TABLE of a table of your own.",
        error_messages={"max_length": "Make a table in steps"},
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "lw-code"}),
    )  # fmt: skip
    file = forms.FileField(
        label="Or a file", required=False,
        help_text="A script (.sql), a code list (.csv): its first line names the columns, and the table "
        "is called like the file; or a batch (.py). It is looked through before it is taken in.",
        widget=forms.FileInput(attrs={"accept": ".sql,.csv,.py"}),
    )  # fmt: skip
    texts: list[str]
    """The statements, once it is valid."""
    batch: tuple[str, bytes] | None = None
    """Name and content of a batch, if that is what was chosen."""

    def clean(self) -> dict[str, Any]:
        """A statement or a file, and a file that can be taken in."""
        given: dict[str, Any] = super().clean() or {}
        text, file = str(given.get("text", "")), given.get("file")
        if bool(text.strip()) == bool(file) and not self.errors:
            self.add_error("text", "Write a statement, or choose a file")
        self.texts = [text]
        if file and not self.errors:
            self.texts = self._statements(file)
        return given

    def _statements(self, file: Any) -> list[str]:
        from linkwell.lab.batches import script_in
        from linkwell.lab.lists import statements_in

        if file.size > MOST_BYTES:
            self.add_error("file", "The file is too large: bring in what you need of it")
            return []
        try:
            if str(file.name).lower().endswith(".py"):
                self.batch = str(file.name), file.read()
                script_in(*self.batch)
                return []
            return statements_in(str(file.name), file.read())
        except LinkwellError as error:
            told = (error.what, error.where and f"({error.where})", error.fix)
            self.add_error("file", " ".join(part for part in told if part))
            return []


class LookForm(PagesForm):
    """One SELECT, to be shown its first rows."""

    look = forms.CharField(
        label="Which rows?", max_length=MOST_CHARACTERS,
        help_text="One SELECT over people, such as SELECT * FROM person ORDER BY snz_uid. No totals: results "
        "come from the release desk.",
        error_messages={"required": "Write a SELECT", "max_length": "Make it shorter"},
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "lw-code"}),
    )  # fmt: skip


class RunForm(PagesForm):
    """How long each batch may take on the real rows."""

    minutes = forms.ChoiceField(
        label="Minutes for each", choices=[(str(each), str(each)) for each in MINUTES], initial="1",
        help_text="It is told to be over when they are, never before: how long it took says nothing.",
        error_messages={"required": "Choose how long", "invalid_choice": "Choose one of these"},
    )  # fmt: skip
    which = forms.ChoiceField(
        label="Which", required=False,
        choices=[("", "Those that did not run on this data update"), ("all", "All of them")],
    )  # fmt: skip


QUARTERS = (25, 50, 75)
MORE = (
    ("", "Nothing more"),
    ("total", "Its total"),
    ("quarters", "What a quarter, half and three quarters have at most"),
    ("total quarters", "Both"),
)


class CountForm(PagesForm):
    """A table of the workspace, up to three columns with their labels, an amount, and what for."""

    table = forms.ChoiceField(
        label="Table", choices=(),
        error_messages={"required": "Choose a table", "invalid_choice": "Choose a table of the workspace"},
    )  # fmt: skip
    purpose = forms.CharField(
        label="What is it for?", max_length=500, help_text="Kept with the number. Never name a person.",
        error_messages={"required": "Say what it is for"},
    )  # fmt: skip

    def __init__(self, tables: Mapping[str, list[list[str]]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_count_%s", **kwargs)
        field = self.fields["table"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in tables]
        purpose = self.fields.pop("purpose")
        for number in range(1, MOST_COLUMNS + 1):
            self.fields[f"by{number}"] = forms.CharField(
                label=f"Column {number}", required=False, max_length=63,
                help_text="" if number > 1 else "Leave all three empty to count everybody in the table.",
            )  # fmt: skip
            self.fields[f"labels{number}"] = forms.CharField(
                label=f"Labels of column {number}", required=False, max_length=4000,
                help_text="With commas between them. Empty: those the twin has." if number == 1 else "",
            )  # fmt: skip
        numbers = sorted({name for columns in tables.values() for name, kind in columns
                          if kind.startswith(NUMBERS) and not name.endswith("_uid")})  # fmt: skip
        if numbers:
            self.fields["amount"] = forms.ChoiceField(
                label="Mean a person of", required=False, help_text="Leave it empty to count only.",
                choices=[("", "")] + [(name, name) for name in numbers],
            )  # fmt: skip
            self.fields["unit"] = forms.ChoiceField(
                label="The amount is in", required=False, choices=[(each, each) for each in UNITS]
            )
            self.fields["more"] = forms.ChoiceField(
                label="And of the amount", required=False, choices=MORE,
                help_text="For a total a person’s rows are added; for the others the mean of them counts.",
            )  # fmt: skip
        self.fields["purpose"] = purpose

    def clean(self) -> dict[str, Any]:
        """No column twice, and no labels without a column."""
        given: dict[str, Any] = super().clean() or {}
        names = [given.get(f"by{n}", "").strip() for n in range(1, MOST_COLUMNS + 1)]
        for number, name in enumerate(names, start=1):
            if name and name in names[: number - 1]:
                self.add_error(f"by{number}", "This column is named already")
            if not name and given.get(f"labels{number}", "").strip():
                self.add_error(f"by{number}", "Name the column these labels are of")
        if given.get("more") and not given.get("amount"):
            self.add_error("amount", "Choose the amount this is of")
        return given

    def more(self) -> dict[str, Any]:
        """What is to be told of the amount besides its mean; call when it is valid."""
        chosen = self.cleaned_data.get("more", "")
        return {"total": "total" in chosen, "percents": QUARTERS if "quarters" in chosen else ()}

    def columns(self) -> dict[str, list[str]]:
        """Columns with their labels; call when it is valid."""
        given = self.cleaned_data
        return {
            given[f"by{n}"].strip(): [each.strip() for each in given[f"labels{n}"].split(",") if each.strip()]
            for n in range(1, MOST_COLUMNS + 1) if given[f"by{n}"].strip()
        }  # fmt: skip


KINDS = (
    ("ols", "A number (least squares)"),
    ("logit", "Whether something is so (logit)"),
    ("poisson", "How often something was (Poisson)"),
)


class ModelForm(PagesForm):
    """A regression: a table with one row a person, what is explained, by which columns, and what for."""

    table = forms.ChoiceField(
        label="Table", choices=(), help_text="With one row a person.",
        error_messages={"required": "Choose a table", "invalid_choice": "Choose a table of the workspace"},
    )  # fmt: skip
    kind = forms.ChoiceField(label="What kind of outcome?", choices=KINDS)
    outcome = forms.CharField(
        label="Column of the outcome", max_length=63, error_messages={"required": "Name the column"}
    )
    terms = forms.CharField(
        label="Explained by", max_length=400,
        help_text="Columns with + between them, such as age + sex. age:sex is both together. A column of "
        "text is in groups, each compared with the first.",
        error_messages={"required": "Name at least one column"},
    )  # fmt: skip
    labels = forms.CharField(
        label="Labels of groups", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line a column, such as sex: 1, 2. The first is what the others are compared with. "
        "Without it: those the twin has.",
    )  # fmt: skip
    purpose = forms.CharField(
        label="What is it for?", max_length=500, help_text="Kept with the numbers. Never name a person.",
        error_messages={"required": "Say what it is for"},
    )  # fmt: skip

    def __init__(self, tables: Mapping[str, list[list[str]]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_model_%s", **kwargs)
        field = self.fields["table"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in tables]

    def clean(self) -> dict[str, Any]:
        """What can be read as a formula."""
        from linkwell.confidentiality.formulas import read_formula

        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                read_formula(self.formula())
            except LinkwellError:
                self.add_error("terms", "Write columns with + between them, such as age + sex")
        return given

    def formula(self) -> str:
        """As the release desk takes it; call when it is valid."""
        given = self.cleaned_data
        return f"{given['kind']}: {given['outcome'].strip()} ~ {given['terms'].strip()}"

    def groups(self) -> dict[str, list[str]]:
        """Columns with their labels; call when it is valid."""
        lines = (line.partition(":") for line in self.cleaned_data["labels"].splitlines() if line.strip())
        return {name.strip(): [each.strip() for each in told.split(",") if each.strip()]
                for name, _, told in lines}  # fmt: skip
