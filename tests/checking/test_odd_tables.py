"""Whatever rows come, describe and check end in findings or in a plain error, never in anything else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.checking.examples import AS_OF, PEOPLE, SPEC, VISITS, found
from tests.provider_files import laid_out, people, table

from linkwell.checking.check import check
from linkwell.checking.package import package_verdict
from linkwell.errors import LinkwellError
from linkwell.specification.answers import answer
from linkwell.specification.draft import draft
from linkwell.specification.file import parse, render
from linkwell.supply.split import SplitSecrets, split

SECRETS = SplitSecrets(supply=b"s" * 32, client=b"c" * 32)
cells = st.one_of(
    st.sampled_from(["", "n/a", "C001", "Ana", "Tāwhai", "03/04/1980", "13/04/80", "1980", "29221", "ZAC5361",
                     "49091850", "M", "wahine", "current", "unknown", "Māori; Samoan", "021 555 1234",
                     "\u200b", "ana@example.org", "14:30", "Yes", "9999-12-31", "a\nb", "=1+1"]),
    st.text(max_size=12),
)  # fmt: skip
headings = st.lists(
    st.sampled_from([*PEOPLE, *VISITS, "Name", "column 4", "Kōrero"]), min_size=1, max_size=8, unique=True
)


@given(columns=headings, data=st.data())
def test_any_table_can_be_described_checked_and_split(columns: list[str], data: st.DataObject) -> None:
    row = st.tuples(*[cells] * len(columns))
    tables = [table(tuple(columns), data.draw(st.lists(row, max_size=6)))]
    try:
        made = draft(tables, as_of=AS_OF)
        spec = made.specification
        for question in made.questions:
            spec = answer(spec, question, question.options[0])
        assert parse(render(spec)) == spec
        verdict = check(spec, tables, as_of=AS_OF)
        for counts in verdict.counts:
            assert counts.read == counts.refused + counts.kept
        parts = split(spec, verdict, SECRETS)
    except LinkwellError:
        return
    for name, given_tables in (("identity", [parts.identity]), ("content", parts.content)):
        again = package_verdict(spec, name, {t.name: (t.columns, t.rows) for t in given_tables})
        assert not again.findings, again.findings


@given(rows=st.lists(st.tuples(*[cells] * len(PEOPLE)), max_size=8))
def test_what_a_check_keeps_always_passes_at_the_custodians_door(rows: list[tuple[str, ...]]) -> None:
    tables = [table(tuple(PEOPLE), rows), table(tuple(VISITS), [], name="visits.csv")]
    verdict = check(SPEC, tables, as_of=AS_OF)
    if verdict.blocks:
        return
    parts = split(SPEC, verdict, SECRETS)
    identity = package_verdict(SPEC, "identity", {"person": (parts.identity.columns, parts.identity.rows)})
    content = package_verdict(SPEC, "content", {t.name: (t.columns, t.rows) for t in parts.content})
    assert not identity.findings
    assert not content.findings
    people = {row[0] for row in parts.identity.rows}
    assert {row[0] for table in parts.content for row in table.rows} <= people


def test_times_with_us_may_come_from_a_file_of_their_own() -> None:
    who = {"Client ID": "key", "First name": "first", "Surname": "last", "DOB": "dob"}
    when = {"Client ID": "key", "Programme": "programme", "Start date": "start", "End date": "end"}
    tables = [laid_out(who, people()), laid_out(when, people(), name="enrolments.csv")]
    spec = draft(tables, as_of=AS_OF).specification
    assert spec.sources() == ("participants", "enrolments")
    verdict = check(spec, tables, as_of=AS_OF)
    kept = verdict.table("enrolment")
    assert kept is not None
    assert kept.records == list(range(10))
    short = check(spec, [laid_out(who, {k: v[:9] for k, v in people().items()}), tables[1]], as_of=AS_OF)
    assert found(short, "enrolment_without_person").rows == (11,)


def test_whole_names_are_parted_and_it_is_said() -> None:
    tables = [
        table(
            ("Ref", "Name", "DOB"),
            [("1", "O'Brien, Ana Mere", "15/04/1980"), ("2", "Ana Mere Lee", "16/04/1980")],
        )
    ]
    verdict = check(draft(tables, as_of=AS_OF).specification, tables, as_of=AS_OF)
    kept = verdict.table("person")
    assert kept is not None
    assert [row[1:3] for row in kept.rows] == [("Ana Mere", "O'Brien"), ("Ana Mere", "Lee")]
    assert found(verdict, "whole_name_split").count == 2


def test_a_sheet_of_something_else_in_the_same_workbook_stays() -> None:
    tables = [laid_out(PEOPLE, people()), table(("Code", "Meaning"), [("A", "apple")], name="people.csv")]
    verdict = check(SPEC, [*tables, table(tuple(VISITS), [], name="visits.csv")], as_of=AS_OF)
    assert found(verdict, "sheet_not_used").count == 1
