"""Minimise and split: only agreed columns, two halves that nothing but the record key joins."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from tests.checking.examples import SPEC, checked
from tests.provider_files import people

from linkwell.errors import BlockingFindings
from linkwell.supply.minimise import minimise
from linkwell.supply.split import SplitSecrets, SplitTable, keep_split_secrets, split

SECRETS = SplitSecrets(supply=b"s" * 32, client=b"c" * 32)


def test_the_two_halves_join_by_record_key_alone() -> None:
    made = split(SPEC, checked(), SECRETS)
    identity_keys = {row[0] for row in made.identity.rows}
    identity_refs = {row[1] for row in made.identity.rows}
    assert len(identity_keys) == 10
    for table in made.content:
        assert {row[0] for row in table.rows} <= identity_keys
        assert not {row[1] for row in table.rows} & identity_refs
    by_key = {row[0]: row for row in made.identity.rows}
    refs = {table.name: {row[0]: row[1] for row in table.rows} for table in made.content}
    assert refs["enrolment"].items() >= refs["interaction"].items()
    assert len(by_key) == len(refs["enrolment"])


def test_no_client_number_and_no_unagreed_column_leaves() -> None:
    made = split(SPEC, checked(), SECRETS)
    everything = b"".join(table.to_csv_bytes() for table in (made.identity, *made.content)).decode()
    invented = people()
    for kind in ("key", "notes", "phone", "worker"):
        assert not any(cell in everything for cell in invented[kind])
    content = b"".join(table.to_csv_bytes() for table in made.content).decode()
    for kind in ("nhi", "last"):
        assert not any(cell and cell in content for cell in invented[kind])


def test_rows_are_sorted_and_columns_in_the_agreed_order() -> None:
    made = split(SPEC, checked(), SECRETS)
    assert made.identity.columns == (
        "record_key", "client_ref", "first_name", "last_name", "date_of_birth", "gender", "nhi", "ird",
    )  # fmt: skip
    for table in (made.identity, *made.content):
        assert table.rows == sorted(table.rows)


def test_the_csv_is_canonical() -> None:
    table = SplitTable("person", ("record_key", "last_name"), [("00", 'O"Brien, Mā'), ("01", "")])
    data = table.to_csv_bytes()
    assert data == 'record_key,last_name\n00,"O""Brien, Mā"\n01,\n'.encode()
    assert list(csv.reader(io.StringIO(data.decode(), newline="")))[1] == ["00", 'O"Brien, Mā']


def test_the_same_secrets_give_the_same_split_and_others_do_not() -> None:
    first, again = split(SPEC, checked(), SECRETS), split(SPEC, checked(), SECRETS)
    assert first == again
    other = split(SPEC, checked(), replace(SECRETS, supply=b"t" * 32))
    assert not {row[0] for row in first.identity.rows} & {row[0] for row in other.identity.rows}
    assert {row[1] for row in first.identity.rows} == {row[1] for row in other.identity.rows}


def test_a_verdict_that_blocks_lets_nothing_leave() -> None:
    verdict = checked(visit={"type": ["ana@example.org"] * 12})
    with pytest.raises(BlockingFindings):
        split(SPEC, verdict, SECRETS)


def test_a_verdict_for_another_specification_is_not_used() -> None:
    with pytest.raises(ValueError, match="another specification"):
        minimise(replace(SPEC, version=2), checked())


def test_secrets_are_kept_and_a_demonstration_derives_them(tmp_path: Path) -> None:
    verdict = checked()
    assert keep_split_secrets(tmp_path, verdict) == keep_split_secrets(tmp_path, verdict)
    first = keep_split_secrets(tmp_path / "a", verdict, demo_seed=1)
    assert first == keep_split_secrets(tmp_path / "b", verdict, demo_seed=1)
    assert first.supply != first.client
    assert (tmp_path / "client.secret").stat().st_mode & 0o077 == 0
