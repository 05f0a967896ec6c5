"""Words that tell: a small or exact number of people in a note, a title, a comment or a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.counting import Ways
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.tables import Table
from linkwell.confidentiality.output_check.words import words

_SHORT = 3
_WRITTEN = re.compile(r"(just |only |about )?(one|two|three|four|five|tahi|rua|toru|whā|rima)")


def check_words(file: str, sheet: str, texts: Iterable[tuple[str, str]], ways: Ways) -> Iterator[Finding]:
    """Small and exact counts in words.

    Args:
        texts: (cell or "", what is written there).
    """
    marked: dict[str, list[str]] = {}
    for at, text in texts:
        rule = told_in(text, ways)
        if rule:
            marked.setdefault(rule, []).append(at)
    for rule, cells in marked.items():
        places = tuple(dict.fromkeys(at for at in cells if at))
        yield found(rule, file, sheet, places)


def check_written(table: Table) -> Iterator[Finding]:
    """Small counts written out: "four" where a number belongs, in a column of counts."""
    for column in table.leaving("count"):
        cells = [cell.at for cell in column.cells.values() if _WRITTEN.fullmatch(cell.text.strip().lower())]
        if cells:
            yield found("small_in_words", table.file, table.sheet, cells, column=column.heading)


def told_in(text: str, ways: Ways) -> str:
    """The rule a text breaks: "small_in_words", "exact_in_words", "minmax" or ""."""
    if len(text) < _SHORT:
        return ""
    for hit in words().texts["few"].finditer(text):
        if not _is_rule(text, hit):
            return "small_in_words"
    for name in ("exact", "people"):
        for hit in words().texts[name].finditer(text):
            number = Cell(0, 0, "", float(re.sub(r"\D", "", hit[1]) or 0))
            if _is_rule(text, hit) or number.number is None:
                continue
            if 0 < number.number < ways.threshold:
                return "small_in_words"
            if not (ways.fits("rr3", number) or ways.fits("grr", number)):
                return "exact_in_words"
    return "minmax" if words().texts["ends"].search(text) else ""


def _is_rule(text: str, hit: re.Match[str]) -> bool:
    """Whether the number is a limit, a range or a rule ("fewer than 6 people"), not a count."""
    before = text[max(0, hit.start() - 40) : hit.start()]
    patterns = words().texts
    return bool(patterns["rule_before"].search(before) or patterns["rule_after"].search(text[hit.end() :]))
