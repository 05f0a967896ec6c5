"""What a researcher may write: plain work on people goes through, and a refusal names its place."""

from __future__ import annotations

import pytest

from linkwell.lab.refusals import WORDS, LabRefused, of_engine
from tests.lab.conftest import Place

PLAIN = [
    "SELECT snz_uid, sex_code FROM person WHERE note <> 'x'",
    "SELECT * FROM person",
    "SELECT * EXCLUDE (note) FROM person",
    "SELECT p.*, m.value_amt FROM person p JOIN measure m ON p.snz_uid = m.snz_uid AND m.value_amt > 10",
    "SELECT snz_uid, sum(value_amt) AS v, count(*) FILTER (value_amt > 5) AS n FROM measure GROUP BY snz_uid",
    "SELECT snz_uid, measure_code, max(value_amt) AS v FROM measure GROUP BY ALL",
    "SELECT snz_uid, count(*) AS n FROM measure GROUP BY 1 HAVING count(*) > 2",
    "SELECT * FROM person WHERE snz_uid IN (SELECT snz_uid FROM measure WHERE value_amt > 990)",
    "SELECT * FROM person WHERE snz_uid NOT IN (SELECT snz_uid FROM measure WHERE value_amt > 990)",
    "WITH m AS (SELECT snz_uid, count(*) AS n FROM measure GROUP BY snz_uid) "
    "SELECT p.snz_uid, coalesce(m.n, 0) AS n FROM person p LEFT JOIN m ON m.snz_uid = p.snz_uid",
    "SELECT snz_uid, value_amt FROM measure QUALIFY "
    "row_number() OVER (PARTITION BY snz_uid ORDER BY value_amt DESC) = 1",
    "SELECT DISTINCT snz_uid FROM measure WHERE snz_uid <> -1",
    "SELECT DISTINCT ON (snz_uid) * FROM measure ORDER BY snz_uid, value_amt",
    "SELECT snz_uid, sex_code FROM person UNION ALL SELECT snz_uid, measure_code FROM measure",
    "SELECT * FROM person UNION ALL BY NAME SELECT snz_uid FROM measure",
    "SELECT p.snz_uid FROM person p LEFT JOIN measure m USING (snz_uid) WHERE m.snz_uid IS NULL",
    "SELECT p.snz_uid, count(m.snz_uid) AS n FROM person p LEFT JOIN measure m ON p.snz_uid = m.snz_uid "
    "GROUP BY p.snz_uid",
    "SELECT snz_uid, note, max(value_amt) AS m FROM person FULL JOIN measure USING (snz_uid) GROUP BY ALL",
    "SELECT m.snz_uid, note FROM person p RIGHT JOIN measure m ON p.snz_uid = m.snz_uid",
    "SELECT p.*, m.value_amt FROM person p JOIN measure m ON p.snz_uid = m.snz_uid",
    "SELECT p.snz_uid FROM person p JOIN measure m ON m.snz_uid = p.snz_uid "
    "AND m.snz_uid IN (SELECT snz_uid FROM person)",
    "SELECT snz_uid, snz_uid IN (SELECT snz_uid FROM measure WHERE value_amt > 9) AS seen FROM person",
    "SELECT p.snz_uid, g.label FROM person p JOIN (VALUES ('1', 'one'), ('2', 'two')) g(code, label) "
    "ON p.sex_code = g.code",
    "SELECT snz_uid, CASE WHEN sex_code = '1' THEN 'a' ELSE 'b' END AS half, "
    "date_diff('day', DATE '2020-01-01', DATE '2021-01-01') AS days FROM person",
    "SELECT 'tahi' AS label, 1 AS number",
    "SELECT snz_uid FROM person -- kōrero; with a comment",
]  # fmt: skip


def test_plain_work_on_people_goes_through(place: Place) -> None:
    with place.session() as session:
        for number, text in enumerate(PLAIN):
            answer = session.run(f"CREATE TABLE t{number} AS {text};")
            assert answer["kind"] == "make"
            assert answer["columns"]
        made = session.tables()
        session.run("DROP TABLE t1")
        assert set(made) - set(session.tables()) == {"t1"}
        for name in ("t1", "person"):
            with pytest.raises(LabRefused):
                session.run(f"DROP TABLE {name}")


def test_what_was_made_can_be_used_and_made_again(place: Place) -> None:
    with place.session() as session:
        session.run("CREATE TABLE a AS SELECT snz_uid, value_amt FROM measure WHERE value_amt > 500")
        session.run(
            "CREATE OR REPLACE TEMP TABLE b AS SELECT snz_uid, max(value_amt) AS v FROM a GROUP BY snz_uid"
        )
        answer = session.run("CREATE OR REPLACE TABLE a AS SELECT snz_uid FROM b")
        assert (answer["uses"], answer["columns"]) == (["b"], [["snz_uid", "BIGINT"]])
        with pytest.raises(LabRefused) as refused:
            session.run("CREATE TABLE person AS SELECT snz_uid FROM a")
        assert refused.value.kind == "taken"


def test_outside_a_facility_a_select_shows_columns_and_no_row(place: Place) -> None:
    with place.session() as session:
        answer = session.run("SELECT note, count(*) AS n FROM person GROUP BY note")
        assert answer == {"kind": "look", "name": "", "uses": ["person"],
                          "columns": [["note", "VARCHAR"], ["n", "BIGINT"]]}  # fmt: skip
        with pytest.raises(LabRefused):
            session.labels("person", "note")


def test_where_rows_may_be_looked_at_there_is_an_end_to_them(place: Place) -> None:
    with place.session(look=True) as session:
        assert len(session.run("SELECT * FROM measure")["rows"]) == 500


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("SELEC 1", "syntax", 0),
        ("SELECT 'āēīōū', nope FROM person", "name", 16),
        ("SELECT note FROM nowhere", "name", 17),
        ("CREATE TABLE x AS SELECT snz_uid, getenv('ā') AS e FROM person", "function", 34),
        ("CREATE TABLE x AS SELECT snz_uid, note + 1 AS e FROM person", "types", None),
        ("CREATE TABLE x AS SELECT snz_uid, note::INTEGER AS e FROM person", "value", 38),
        ("CREATE TABLE x AS SELECT snz_uid, sex_code AS e, note AS e FROM person", "types", None),
    ],
)
def test_a_refusal_is_a_class_and_a_place(place: Place, text: str, kind: str, position: int | None) -> None:
    with place.session() as session, pytest.raises(LabRefused) as refused:
        session.run(text)
    assert refused.value.kind == kind
    if position is not None:
        assert refused.value.position == position
    assert "plain" not in str(refused.value)


def test_every_kind_of_refusal_has_words() -> None:
    for kind in WORDS:
        assert LabRefused(kind).what == WORDS[kind][0]
    assert of_engine("Brand New", None).kind == "engine"


def test_members_come_as_ids_and_places_in_the_labels_given(place: Place) -> None:
    with place.session() as session:
        session.run(
            "CREATE TABLE x AS SELECT snz_uid, sex_code, value_amt FROM person JOIN measure USING (snz_uid)"
        )
        found = session.members("x", unit="snz_uid", by={"sex_code": ["2", "9"]}, amounts=["value_amt"])
        assert len(found.units) == len(found.codes[0]) == 200_000
        assert found.amounts[0].max() == 999.0
        assert set(found.codes[0].tolist()) == {0, -1}
        assert set((found.units % 2).tolist()) == {0, 1}
        for table, unit, by in (
            ("x", "sex_code", {}), ("person", "snz_uid", {}), ("x", "snz_uid", {"nope": ["a"]}),
            ("x", "snz_uid", {"snz_uid": ["1"]}), ("x", "snz_uid", {"sex_code": []}),
            ('x"; DROP TABLE x; --', "snz_uid", {}), ("x", "snz_uid", {"sex_code": ["a", "a"]}),
        ):  # fmt: skip
            with pytest.raises(LabRefused):
                session.members(table, unit=unit, by=by)
