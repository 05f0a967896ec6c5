"""A script is cut where the engine ends a statement, not where a semicolon stands in a text."""

from __future__ import annotations

from linkwell.lab.script import statements_of


def test_a_script_is_cut_into_its_statements_with_the_line_each_starts_on() -> None:
    text = "-- kōrero; here\nSELECT ';' AS a;\n\n/* ; */ ;;\nSELECT 2\n  AS b -- ; the end"
    assert [(line, part.split("--")[0].strip()) for line, part in statements_of(text)] == [
        (2, "SELECT ';' AS a"), (5, "SELECT 2\n  AS b")]  # fmt: skip


def test_a_script_of_comments_has_no_statement() -> None:
    assert statements_of("-- nothing\n;\n/* more */") == []
    assert statements_of("") == []
