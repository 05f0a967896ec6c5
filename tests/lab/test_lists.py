"""A code list brought in as a file: what is taken, how it reads, and what is refused."""

from __future__ import annotations

import pytest

from linkwell.errors import RefusedByRule, WrongUse
from linkwell.lab.lists import MOST_STATEMENTS, statements_in
from tests.lab.conftest import Place

CODES = '﻿Code,Label\r\nF32,"Low mood, it\'s one"\r\n\r\nF41,Worry ā; -- ) DROP\r\n'.encode()


def test_a_code_list_becomes_a_table_that_people_are_joined_to(place: Place) -> None:
    (made,) = statements_in("Icd_codes.CSV", CODES)
    with place.session(look=True) as session:
        assert session.run(made)["name"] == "icd_codes"
        assert session.run("SELECT * FROM icd_codes ORDER BY code")["rows"] == [
            ["F32", "Low mood, it's one"], ["F41", "Worry ā; -- ) DROP"]
        ]  # fmt: skip
        session.run("CREATE TABLE x AS SELECT snz_uid, c.label FROM person JOIN icd_codes c ON c.code = note")


def test_a_script_is_its_statements() -> None:
    assert statements_in("a.sql", b"SELECT 1; -- one\nSELECT ';'") == ["SELECT 1", "SELECT ';'"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("people.xlsx", "x", "ends in .sql"),
        ("Icd codes.csv", "code\nA\n", "name of the file"),
        ("snz_uid.csv", "code\nA\n", "name of the file"),
        ("x.csv", "code\n", "at least one"),
        ("x.csv", "snz_uid\n17\n", "is no id"),
        ("x.csv", "code,code\n1,2\n", "name of its own"),
        ("x.csv", "code,label\nA\n", "more or fewer"),
        ("x.csv", "code\nA\nB\nA\n", "twice"),
        ("x.csv", "code\n" + "A" * 81 + "\n", "plain characters"),
        ("x.csv", 'code\n"A\nB"\n', "plain characters"),
        ("x.csv", 'code\n"A', "as CSV"),
        ("x.csv", "code\n" + "".join(f"code-number-{n}\n" for n in range(3000)), "too long"),
        ("x.sql", "-- nothing", "between 1 and"),
        ("x.sql", "SELECT 1;" * (MOST_STATEMENTS + 1), "between 1 and"),
    ],
)
def test_what_is_no_list_and_no_script_is_said_with_its_place(name: str, text: str, says: str) -> None:
    with pytest.raises(WrongUse, match=says):
        statements_in(name, text.encode())


@pytest.mark.parametrize("value", ["hana@example.org", "ZAA0067", "021 555 0199", "12 Example Street"])
def test_what_may_be_somebodys_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(RefusedByRule) as refused:
        statements_in("codes.csv", f"code,label\nA,one\nB,{value}\n".encode())
    assert "label, row 3" in str(refused.value)
    assert value not in str(refused.value)


def test_bytes_that_are_no_text_are_refused_in_words() -> None:
    for name in ("x.csv", "x.sql"):
        with pytest.raises(WrongUse, match="no text"):
            statements_in(name, b"\xff\xfe\x00")
