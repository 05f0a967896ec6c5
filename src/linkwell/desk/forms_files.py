"""The forms about where the data lies: a folder of this computer, or a database."""

from __future__ import annotations

from pathlib import Path

from django import forms

from linkwell.errors import LinkwellError
from linkwell.pages.forms import PagesForm
from linkwell.reading.database_address import SQLITE_SUFFIXES, Database, is_database, of_file, parted


class FolderForm(PagesForm):
    """A folder, typed or pasted."""

    folder = forms.CharField(
        label="Folder on this computer",
        max_length=1000,
        error_messages={"required": "Write or paste the address of a folder"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class DatabaseForm(PagesForm):
    """A database's address, and the password apart from it."""

    address = forms.CharField(
        label="Address of the database",
        help_text="Whoever looks after it knows, for example postgresql://server/clients. "
        "For a SQLite file, paste where it lies.",
        max_length=1000,
        error_messages={"required": "Write or paste the address of the database"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    password = forms.CharField(
        label="Password, if it asks for one",
        help_text="Kept in memory until the desk is closed, and written down nowhere.",
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_address(self) -> str:
        """The address as it was typed, if it is one; a password in it is taken out by `database`."""
        typed = str(self.cleaned_data["address"]).strip().strip('"')
        if not is_database(typed) and Path(typed).suffix.lower() in SQLITE_SUFFIXES:
            return of_file(Path(typed)).url
        try:
            parted(typed)
        except LinkwellError as problem:
            raise forms.ValidationError(f"{problem.what} {problem.fix}") from None
        return typed

    def database(self) -> Database:
        """The database, its password apart from its address."""
        found = parted(self.cleaned_data["address"])
        return Database(found.url, str(self.cleaned_data["password"]) or found.password)
