"""The linkers' report: self-contained, readable without script, without anybody's name or number."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from linkwell.linkage import LinkResult, report

from .test_run import Linker


@pytest.fixture(scope="module")
def result(link_rows: Linker, ordinary: list[dict[str, Any]]) -> LinkResult:
    return link_rows(
        [
            *ordinary,
            {"first_name": "Zebediah", "last_name": "Quackenbush", "dob": "1931-02-03", "nhi": "ZZZ0016"},
        ]
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_else_and_runs_nothing(result: LinkResult, folder: Path) -> None:
    page, _ = report.write(result, folder)
    parsed = Tags()
    parsed.feed(page.read_text("utf-8"))
    names = [tag for tag, _ in parsed.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert not re.search(r"https?://|url\(|@import", page.read_text("utf-8"))
    assert not any(key.startswith("on") for _, attrs in parsed.tags for key in attrs)
    assert dict(parsed.tags)["html"] == {"lang": "en-NZ"}
    assert names.count("h1") == 1
    assert names.count("table") == names.count("caption")
    assert all(attrs.get("scope") for tag, attrs in parsed.tags if tag == "th")
    assert all(attrs.get("aria-label") for tag, attrs in parsed.tags if tag == "svg")


def test_no_name_number_or_key_of_anybody_is_in_the_report(
    result: LinkResult, folder: Path, ordinary: list[dict[str, Any]]
) -> None:
    text = "".join(path.read_text("utf-8") for path in report.write(result, folder))
    for value in (
        "Zebediah",
        "Quackenbush",
        "1931",
        "ZZZ0016",
        "r00000",
        *(row["last_name"] for row in ordinary[:40]),
    ):
        assert not re.search(rf"\b{value}\b", text), value


def test_the_numbers_are_the_same_as_the_links(result: LinkResult, folder: Path) -> None:
    _, numbers = report.write(result, folder)
    told = json.loads(numbers.read_text("utf-8"))
    assert told["quality"]["linked"] == sum(d == "link" for d in result.links["decision"].to_pylist())
    assert told["model"]["configuration"]
    assert told["zone"] == "identity"


def test_the_files_are_for_their_owner_only(result: LinkResult, folder: Path) -> None:
    assert all(path.stat().st_mode & 0o077 == 0 for path in report.write(result, folder))
