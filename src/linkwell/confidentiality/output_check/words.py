"""The words researchers use in their outputs (`words.toml`), as patterns."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Words:
    """`words.toml` says what each is for."""

    marks: frozenset[str]
    hiding_marks: frozenset[str]
    one: dict[str, Pattern]
    kinds: dict[str, Pattern]
    statistics: dict[str, Pattern]
    identifiers: dict[str, Pattern]
    texts: dict[str, Pattern]


@cache
def words() -> Words:
    """Read them once."""
    found: dict[str, Any] = tomllib.loads(
        (resources.files("linkwell.confidentiality.output_check") / "words.toml").read_text("utf-8")
    )
    singles = ("telling_marks", "raw", "conf", "label", "base", "label_heading", "number_label", "running",
               "note", "total", "software")  # fmt: skip
    return Words(
        frozenset(found["marks"]),
        frozenset(found["hiding_marks"]),
        {name: re.compile(found[name], re.IGNORECASE) for name in singles},
        *({name: re.compile(text, re.IGNORECASE) for name, text in found[part].items()}
          for part in ("kinds", "statistics", "identifiers", "texts")),
    )  # fmt: skip


def plain(heading: str) -> str:
    """A heading in small letters, its word breaks as blanks: "Conf_Count.People" is "conf count people"."""
    broken = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", heading)
    return re.sub(r"[\s_.\-–—:;,]+", " ", broken).strip().lower()


def is_total(label: str) -> bool:
    """Whether a label stands for all of its line."""
    return bool(words().one["total"].search(plain(label)))
