"""What a column's cells say it holds: check digits, date shapes, value sets."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from linkwell.standards.codes import map_gender, read_ethnicities
from linkwell.standards.dates import DateColumn, Shape, describe_column, parse_time
from linkwell.standards.identifiers import check_ird, check_nhi, is_test_nhi
from linkwell.standards.names import fold

SAMPLE = 5000  # cells looked at for kind; date order is always decided on the whole column
_LONGEST_NOTHING = 24  # characters; every word for "not known" is shorter
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NAME_WORDS = re.compile(r"[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*\.?")
_TICKS = {ord(mark): word for marks, word in (("✓✔☑✅", " yes "), ("✗✘☒✕❌☐", " no ")) for mark in marks}
_DATES = (Shape.ISO, Shape.NAMED, Shape.DAY_FIRST, Shape.MONTH_FIRST, Shape.EITHER)


@dataclass(frozen=True)
class Content:
    """Shares (0 to 1) of the cells that are not empty.

    Attributes:
        filled: how many cells are not empty and do not only say "unknown".
        distinct: how many different values.
        longest: length of the longest cell.
        letters: cells of letters only, as names are.
        digits: cells of digits only, spaces and hyphens aside, as numbers of agencies are.
        test_nhi: whether every valid NHI number is from the test range.
        whole_name: cells that look like somebody's whole name ("Aroha Tāwhai", "Tāwhai, Aroha").
        counted: whether the cells only count the rows: 1, 2, 3 and so on.
        years: how many years lie between the earliest and the latest, where cells say one in four digits.
        coded: whether the cells are codes: with letters and digits, or numbers that only go up.
    """

    filled: int
    distinct: int
    longest: int
    dates: DateColumn
    date_share: float
    nhi: float
    ird: float
    gender: float
    ethnicity: float
    attendance: float
    channel: float
    ended: float
    time: float
    letters: float
    one_word: float
    digits: float
    test_nhi: bool
    rows: int
    coded: bool
    whole_name: float = 0.0
    counted: bool = False
    years: int = 0

    @property
    def numbers_rows(self) -> bool:
        """Whether every row has its own short code with a digit in it, as a client number is."""
        each_its_own = self.distinct == self.filled == self.rows
        return each_its_own and self.coded and self.longest <= 20 and self.date_share == 0

    @property
    def repeats(self) -> bool:
        """Whether it reads like a short list of labels and not like free text."""
        few = self.distinct <= 60 and (self.filled < 20 or self.distinct <= self.filled / 2)
        return bool(self.filled) and few and self.longest <= 80


@cache
def value_words(name: str) -> dict[str, str]:
    """Folded local value to code, for "end_status", "end_cell", "attendance", "channel" or "not_known"."""
    text = resources.files("linkwell.specification").joinpath("values.toml").read_text("utf-8")
    lists = tomllib.loads(text)[name]
    return {word: code for code, found in lists.items() for word in found}


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """`standards.names.fold`, remembered: labels repeat far more than they vary. A tick is a yes."""
    return fold(text.translate(_TICKS))


def says_nothing(cell: str) -> bool:
    """Whether a cell only says that nothing is known ("n/a", "unknown", "-")."""
    if len(cell) > _LONGEST_NOTHING or cell[:1].isdigit():
        return False
    word = folded(cell)
    return not word or word in value_words("not_known")


def look(cells: Sequence[str]) -> Content:
    """Look at a whole column (date order) and at its first 5,000 filled cells (everything else)."""
    silent = {cell for cell in set(cells) if says_nothing(cell)}
    filled = [cell for cell in cells if cell not in silent]
    sample = Counter(filled[:SAMPLE])
    total = sum(sample.values())
    dates = describe_column(filled)
    nhis = [value for value in sample if check_nhi(value).ok]
    return Content(
        filled=len(filled),
        distinct=len(set(filled)),
        longest=max(map(len, filled), default=0),
        dates=dates,
        date_share=sum(dates.counts.get(shape, 0) for shape in _DATES) / len(filled) if filled else 0.0,
        nhi=sum(sample[value] for value in nhis) / total if total else 0.0,
        ird=_share(sample, total, lambda value: len(value) >= 8 and check_ird(value).ok),
        gender=_share(sample, total, lambda value: not value.isdigit() and bool(map_gender(value).code)),
        ethnicity=_share(sample, total, _is_ethnicity),
        attendance=_share(
            sample, total, lambda value: len(value) > 1 and folded(value) in value_words("attendance")
        ),
        channel=_share(
            sample, total, lambda value: len(value) > 1 and folded(value) in value_words("channel")
        ),
        ended=_share(sample, total, lambda value: folded(value) in value_words("end_status")),
        time=_share(sample, total, lambda value: len(value) <= 11 and bool(parse_time(value))),
        letters=_share(sample, total, lambda value: not any(map(str.isdigit, value))),
        one_word=_share(sample, total, lambda value: len(value.replace(",", " ").split()) == 1),
        digits=_share(sample, total, lambda value: value.replace(" ", "").replace("-", "").isdigit()),
        test_nhi=bool(nhis) and all(map(is_test_nhi, nhis)),
        rows=len(cells),
        coded=_coded(filled),
        whole_name=_share(sample, total, _is_whole_name),
        counted=_counted(cells),
        years=_years(sample),
    )


def _is_whole_name(value: str) -> bool:
    words = value.replace(", ", " ", 1).split(" ")
    return (
        2 <= len(words) <= 5
        and words[0][:1].isupper()
        and words[-1][:1].isupper()
        and all(map(_NAME_WORDS.fullmatch, words))
    )


def _years(cells: Iterable[str]) -> int:
    found = [int(each) for cell in cells if len(cell) <= 30 for each in _YEAR.findall(cell)]
    return max(found) - min(found) if found else 0


def _counted(cells: Sequence[str]) -> bool:
    said = [cell for cell in cells if cell]
    return len(said) >= max(3, 0.9 * len(cells)) and said == [str(at) for at in range(1, len(said) + 1)]


def _coded(cells: Sequence[str]) -> bool:
    """Amounts and measurements are numbers too, but nobody writes them down in rising order."""
    if all(cell.isascii() and cell.isdigit() for cell in cells):
        numbers = [int(cell) for cell in cells if len(cell) <= 20]
        return len(numbers) == len(cells) and all(a < b for a, b in pairwise(numbers))
    return all(any(map(str.isdigit, cell)) and any(map(str.isalpha, cell)) for cell in cells)


def _is_ethnicity(value: str) -> bool:
    if value.isdigit():
        return False
    read = read_ethnicities(value)
    return bool(read.codes) and not read.unmapped


def _share(sample: Counter[str], total: int, says: Callable[[str], bool]) -> float:
    return sum(count for value, count in sample.items() if says(value)) / total if total else 0.0
