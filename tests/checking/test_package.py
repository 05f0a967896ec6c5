"""The custodian's check of tables that are already split."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.checking.examples import SPEC, checked

from linkwell.checking.package import PackageVerdict, exchange_columns, package_verdict
from linkwell.supply.split import Split, SplitSecrets, SplitTable, split

SECRETS = SplitSecrets(supply=b"s" * 32, client=b"c" * 32)
WHOLE: Split = split(SPEC, checked(), SECRETS)


def judged(table: SplitTable, rows: Sequence[Sequence[str]] | None = None) -> PackageVerdict:
    """The verdict over one compartment with one table's rows replaced."""
    compartment = "identity" if table.name == "person" else "content"
    tables = {each.name: each for each in ((WHOLE.identity,) if compartment == "identity" else WHOLE.content)}
    given = {name: (each.columns, iter(each.rows)) for name, each in tables.items()}
    given[table.name] = (table.columns, iter(rows if rows is not None else table.rows))
    return package_verdict(SPEC, compartment, given)


def changed(table: SplitTable, column: str, value: str) -> list[tuple[str, ...]]:
    """The table's rows with one cell of the first row changed."""
    at = table.columns.index(column)
    first = table.rows[0]
    return [(*first[:at], value, *first[at + 1 :]), *table.rows[1:]]


def test_a_whole_package_passes() -> None:
    identity, content = judged(WHOLE.identity), judged(WHOLE.content[0])
    assert not identity.findings
    assert not content.findings
    assert dict(identity.rows) == {"person": 10}
    assert dict(content.rows) == {"enrolment": 10, "interaction": 12}


FAULTS = {
    "date_of_birth": ("1980-02-30", "package_cell"),
    "gender": ("M", "package_cell"),
    "nhi": ("ZAC5362", "package_cell"),
    "ird": ("49091850", "package_cell"),
    "first_name": (" Ana", "package_cell"),
    "record_key": ("0", "package_record_key"),
    "client_ref": ("C001", "package_client_ref"),
}


@pytest.mark.parametrize("column", FAULTS)
def test_a_faulty_identity_cell_is_found(column: str) -> None:
    value, code = FAULTS[column]
    verdict = judged(WHOLE.identity, changed(WHOLE.identity, column, value))
    assert [(f.code, f.count) for f in verdict.findings] == [(code, 1)]
    assert verdict.findings[0].rows == (1,)
    assert verdict.blocks


def test_a_faulty_content_cell_is_found() -> None:
    visits = WHOLE.content[1]
    for column, value, code in (
        ("service_time", "9:30", "package_cell"),
        ("attendance", "Yes", "package_cell"),
        ("service_date", "", "package_required"),
        ("service_type", "ring ana@example.org", "hidden_email"),
    ):
        verdict = judged(visits, changed(visits, column, value))
        assert code in [finding.code for finding in verdict.findings], column


def test_a_repeated_key_or_a_changed_order_is_found() -> None:
    rows = WHOLE.identity.rows
    assert "package_key_repeated" in [f.code for f in judged(WHOLE.identity, [rows[0], *rows]).findings]
    assert "package_order" in [f.code for f in judged(WHOLE.identity, rows[::-1]).findings]


def test_a_row_that_cannot_be_linked_is_found() -> None:
    first = WHOLE.identity.rows[0]
    bare = (first[0], first[1], *[""] * (len(first) - 2))
    verdict = judged(WHOLE.identity, [bare, *WHOLE.identity.rows[1:]])
    assert [f.code for f in verdict.findings] == ["package_not_linkable"]


def test_other_columns_and_short_rows_are_found() -> None:
    wrong = package_verdict(SPEC, "identity", {"person": (("record_key", "name"), iter(()))})
    assert [f.code for f in wrong.findings] == ["package_columns"]
    missing = package_verdict(SPEC, "identity", {})
    assert [f.code for f in missing.findings] == ["package_columns"]
    short = judged(WHOLE.identity, [WHOLE.identity.rows[0][:-1], *WHOLE.identity.rows[1:]])
    assert [f.code for f in short.findings] == ["package_row_length"]


def test_exchange_columns_never_hold_the_client_key() -> None:
    for table in SPEC.tables:
        assert "client_key" not in exchange_columns(table)
