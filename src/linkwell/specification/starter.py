"""The starter workbook: two sheets that capture exactly the base specification, to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from linkwell.documents.sheets import lay_out, new_book, set_height
from linkwell.specification.kit import FILES, starter
from linkwell.vault.zones import written_whole

ROWS = 2000  # rows prepared with choices
_SHEETS = {"participants": "People", "interactions": "Visits and contacts"}
_READ_ME = (
    "A row for each time a person starts with you, on the sheet People. A row for each visit, on the other.",
    "Leave a cell empty when you do not know. Never guess, and ask nobody for a number you do not need.",
    "Name, gender and birth date are enough. An NHI number is not needed.",
    "No notes anywhere: only what the headings ask for. Keep the file locked, and in one place only.",
    "Point at a heading to see what belongs under it. Take away columns you do not need.",
    "Before anything is shared, tell people: see the privacy statement that Linkwell drafts for you.",
)


def write_starter(path: Path, *, fields: Iterable[str] | None = None, example: bool = False) -> None:
    """Write the workbook whole at `path`.

    Args:
        fields: only these fields; all of the base specification unless given.
        example: with one invented person in it.
    """
    wanted = set(fields) if fields is not None else None
    with written_whole(path) as part, new_book(part) as book:
        wrap = book.add_format({"text_wrap": True, "valign": "top", "font_size": 12})
        sheet = book.add_worksheet("Read me")
        sheet.set_column(0, 0, 90, wrap)
        lay_out(sheet, widths=[90])
        for line, words in enumerate(_READ_ME):
            sheet.write_string(line, 0, words, wrap)
            set_height(sheet, line, [(words, 75)])
        bold = book.add_format({"bold": True, "bg_color": "#DCE9EB", "border": 1, "text_wrap": True})
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name in FILES:
            columns = {f: about for f, about in starter()[name].items() if wanted is None or f in wanted}
            if set(columns) - {"client_key"}:
                _sheet(book.add_worksheet(_SHEETS[name]), columns, bold, formats, example=example)


def _sheet(
    sheet: Any, columns: dict[str, dict[str, Any]], bold: Any, formats: dict[str, Any], *, example: bool
) -> None:
    sheet.freeze_panes(1, 0)
    lay_out(sheet, widths=[16] * len(columns), names=1)
    set_height(sheet, 0, [(about["heading"], 14) for about in columns.values()])
    for at, (field, about) in enumerate(columns.items()):
        is_date = field.endswith("_date") or field == "date_of_birth"
        sheet.set_column(at, at, 16, formats["date" if is_date else "text"])
        sheet.write_string(0, at, about["heading"], bold)
        rule: dict[str, Any] = {"validate": "any"}
        if "choose" in about:
            rule = {"validate": "list", "source": about["choose"], "error_type": "warning"}
        sheet.data_validation(1, at, ROWS, at, {**rule, "input_message": about["hint"]})
        sheet.write_comment(0, at, about["hint"], {"author": ""})
        if example and about["example"]:
            sheet.write_string(1, at, about["example"])
