"""Specifications as files: round trips, comments for people, and errors that say where."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.provider_files import laid_out, people

from linkwell.errors import WrongUse
from linkwell.specification.base import base_specification
from linkwell.specification.draft import draft
from linkwell.specification.file import load, parse, render, save
from linkwell.specification.model import Field, FieldClass, FieldType, Specification

HEADINGS = {
    "Client ID": "key", "First name": "first", "Surname": "last", "DOB": "dob", "Gender": "gender",
    "NHI": "nhi", "Start date": "start", "End date": "end", "Status": "status", "Notes": "notes",
}  # fmt: skip


def drafted() -> Specification:
    return draft([laid_out(HEADINGS, people())], organisation="Te Ara", as_of=date(2026, 6, 1)).specification


@pytest.mark.parametrize("spec", [base_specification(), drafted()], ids=["base", "drafted"])
def test_a_saved_specification_loads_as_the_same(spec: Specification, tmp_path: Path) -> None:
    save(spec, tmp_path / "specification.toml")
    again = load(tmp_path / "specification.toml")
    assert again == spec
    assert again.digest == spec.digest


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(
    title=words,
    purpose=words.filter(str.strip),
    label=words,
    local=words,
    questions=st.lists(words, max_size=3),
)
def test_any_text_survives_the_file(
    title: str, purpose: str, label: str, local: str, questions: list[str]
) -> None:
    base = base_specification()
    person = base.tables[0]
    gender = person.field("gender")
    assert gender is not None
    changed = replace(gender, label=label, purpose=purpose, values=((local, "1"),))
    spec = replace(
        base.with_field("person", changed), title=title, purpose=purpose, questions=tuple(questions)
    )
    assert parse(render(spec)) == spec


def test_the_file_explains_itself_and_keeps_the_order_of_fields() -> None:
    text = render(drafted())
    assert text.startswith("# What is shared, and why.")
    assert "Sealed apart" in text
    assert "stay with you" in text
    names = [field["name"] for field in tomllib.loads(text)["table"][0]["field"]]
    assert names == ["client_key", "first_name", "last_name", "date_of_birth", "gender", "nhi"]


def test_the_digest_changes_with_any_setting() -> None:
    spec = drafted()
    assert len(spec.digest) == 96
    assert replace(spec, version=2).digest != spec.digest
    assert replace(spec, demo=not spec.demo).digest != spec.digest


def test_a_field_without_a_purpose_cannot_enter() -> None:
    with pytest.raises(WrongUse, match="has no purpose"):
        Field("nhi", "NHI", FieldClass.LINKING_ID, FieldType.IDENTIFIER, purpose=" ", format="nhi")
    text = render(base_specification())
    line = next(line for line in text.splitlines() if line.startswith("purpose") and "national list" in line)
    with pytest.raises(WrongUse, match="first_name has no purpose") as caught:
        parse(text.replace(line, 'purpose = ""', 1))
    assert caught.value.where == "table person, field first_name"


BROKEN = {
    "an unknown class": ('class = "content"', 'class = "secret"', "no class called 'secret'"),
    "an unknown type": ('type = "date"', 'type = "dates"', "no type called 'dates'"),
    "a misspelt setting": ("meaning = ", "meening = ", "no setting called meening"),
    "doubled fields": ('name = "middle_names"', 'name = "first_name"', "two fields are called 'first_name'"),
    "doubled tables": ('name = "interaction"', 'name = "enrolment"', "two tables are called 'enrolment'"),
    "an unknown code list": ('codes = "gender"', 'codes = "sex"', "names the code list 'sex'"),
    "an unknown identifier": ('format = "nhi"', 'format = "passport"', "which identifier"),
    "content among identity": (
        'class = "linking_biographic"', 'class = "content"', "is content and may not travel with identity"),
    "identity among content": (
        'compartment = "identity"', 'compartment = "content"', "exactly one table with identity"),
    "a wrong kind of value": ("required = true", 'required = "yes"', "must be true or false"),
    "not TOML": ("[[table]]", "[[table", "cannot be read"),
    "a reserved name": ('name = "nsn"', 'name = "record_key"', "needs another name"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_reason(name: str) -> None:
    old, new, reason = BROKEN[name]
    text = render(base_specification())
    assert old in text
    with pytest.raises(WrongUse) as caught:
        parse(text.replace(old, new, 1))
    assert reason in f"{caught.value}"


def test_a_missing_file_is_refused_plainly(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no specification file") as caught:
        load(tmp_path / "nothing.toml")
    assert "linkwell describe" in caught.value.fix


def test_an_answer_written_into_the_file_is_taken_up(tmp_path: Path) -> None:
    dates = [f"0{1 + number % 9}/0{9 - number % 9}/19{70 + number}" for number in range(10)]
    spec = draft([laid_out(HEADINGS, people(dob=dates))], as_of=date(2026, 6, 1)).specification
    text = render(spec)
    assert 'answer = ""' in text
    answered = parse(text.replace('answer = ""', 'answer = "mdy"'))
    person = answered.table("person")
    assert person is not None
    assert person.field("date_of_birth").date_order == "mdy"  # type: ignore[union-attr]
    assert answered.open_questions == ()
    with pytest.raises(WrongUse, match="must be one of: dmy, mdy"):
        parse(text.replace('answer = ""', 'answer = "perhaps"'))


def test_canonical_text_of_a_code_list_names_real_codes() -> None:
    base = base_specification()
    gender = base.tables[0].field("gender")
    assert gender is not None
    with pytest.raises(WrongUse, match="gives a local value the code '7'"):
        parse(render(base.with_field("person", replace(gender, values=(("M", "7"),)))))
