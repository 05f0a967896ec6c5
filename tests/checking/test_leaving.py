"""Who objected or was not told stays out as a whole; what is not held is accepted; drift is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.checking.examples import AS_OF, PEOPLE, SPEC, VISITS, checked, clean, found
from tests.provider_files import laid_out, people, visits

from linkwell.checking.check import check
from linkwell.checking.drift import drift, load_profile, profile, save_profile
from linkwell.checking.notices import Basis, NoticeCover, Statement, load_notices
from linkwell.checking.objections import (
    SECRET,
    Objections,
    add_objection,
    load_objections,
    objection_slip,
)
from linkwell.checking.package import package_verdict
from linkwell.checking.verdict import LeftOut
from linkwell.documents.html import render_html
from linkwell.errors import WrongUse
from linkwell.specification.model import NotHeld
from linkwell.supply.split import SplitSecrets, split

NOTICES = """[[statement]]
version = "2"
shown_from = 2023-03-01
names_stats_nz = true
channel = "sign-up form"
[[statement]]
version = "1"
shown_from = 2015-01-01
shown_to = 2023-02-28
names_stats_nz = false
channel = "sign-up form"
"""


def with_objection(tmp_path: Path, **person: str) -> Objections:
    return add_objection(tmp_path, person)


def test_everything_about_a_person_who_objects_stays_and_only_the_count_is_said(tmp_path: Path) -> None:
    objections = with_objection(tmp_path, client_key="C001")
    verdict = check(SPEC, clean(), as_of=AS_OF, objections=objections)
    finding = found(verdict, "person_objected")
    assert (finding.count, finding.rows, finding.file) == (1, (), "")
    assert verdict.left_out == LeftOut(not_told=0, objected=1)
    assert verdict.people == 9
    for table in verdict.kept:
        assert 1 not in table.records
    assert "Smith" not in str([table.rows for table in verdict.kept])
    assert all(counts.read == counts.kept + counts.refused for counts in verdict.counts)
    parts = split(SPEC, verdict, SplitSecrets(supply=b"s" * 32, client=b"c" * 32))
    content = package_verdict(SPEC, "content", {t.name: (t.columns, t.rows) for t in parts.content})
    assert not content.findings


def test_a_second_record_of_the_person_is_matched_by_name_and_birth_date(tmp_path: Path) -> None:
    born = checked().kept[0].rows[0][checked().kept[0].columns.index("date_of_birth")]
    objections = with_objection(tmp_path, first_name="AROHA", last_name="Tawhai", date_of_birth=born)
    assert check(SPEC, clean(), as_of=AS_OF, objections=objections).people == 9


def test_the_list_holds_hashes_only_and_can_be_read_again(tmp_path: Path) -> None:
    with_objection(tmp_path, client_key="C001")
    again = add_objection(tmp_path, {"client_key": "C002", "first_name": "Chen"})
    assert load_objections(tmp_path) == again
    text = (tmp_path / "objections.txt").read_text("utf-8")
    assert "C001" not in text
    assert len(again.hashes) == 2
    assert not load_objections(tmp_path / "elsewhere").hashes


def test_a_damaged_list_or_a_lost_secret_stops_everything(tmp_path: Path) -> None:
    with_objection(tmp_path, client_key="C001")
    (tmp_path / SECRET).unlink()
    with pytest.raises(WrongUse, match="secret of the objection list is gone"):
        load_objections(tmp_path)
    (tmp_path / "objections.txt").write_text("abc\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="damaged"):
        load_objections(tmp_path)
    with pytest.raises(WrongUse, match="who objects"):
        add_objection(tmp_path / "new", {"first_name": "Ana"})


def test_the_slip_says_what_was_done_and_what_cannot_be_undone() -> None:
    slip = render_html(objection_slip("Riverbend Community Trust", date(2026, 6, 1), sent_before=True))
    assert "On 1 June 2026" in slip
    assert "What cannot be undone" in slip
    first = render_html(objection_slip("Riverbend", date(2026, 6, 1), sent_before=False))
    assert "What cannot be undone" not in first


def test_people_nobody_told_stay_out_unless_there_is_a_basis(tmp_path: Path) -> None:
    (tmp_path / "notices.toml").write_text(NOTICES, encoding="utf-8")
    notices = load_notices(tmp_path / "notices.toml")
    verdict = check(SPEC, clean(), as_of=AS_OF, notices=notices)
    finding = found(verdict, "person_not_told")
    assert finding.rows == (2, 3, 7, 8), "they started in January and February 2023"
    assert verdict.people == 6
    assert verdict.left_out == LeftOut(not_told=4, objected=0)
    told = Basis("told_later", date(2023, 1, 1), date(2023, 2, 28), "letter", date(2026, 5, 1))
    later = replace(notices, bases=(told,))
    assert check(SPEC, clean(), as_of=AS_OF, notices=later).people == 10


def test_without_a_start_date_only_a_statement_that_always_named_stats_nz_covers() -> None:
    always = NoticeCover((Statement("1", date(2020, 1, 1), date(9999, 12, 31), True, "form"),))
    assert always.covered([""])
    assert not always.covered(["2019-12-31"])
    assert always.covered(["2019-12-31", "2020-01-01"]), "told once is told"
    assert not NoticeCover(()).covered([""])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[statement]\n", "cannot be read"),
        ("", "names no statement"),
        ("[[colour]]\n", "no section called colour"),
        ("[[statement]]\nversion = '1'\nchannel = 'form'\nshown_from = '2020'\n", "must be a day"),
        ("[[basis]]\nkind = 'consent'\n", "A basis is one of"),
    ],
)
def test_a_faulty_notices_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "n.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse, match=said):
        load_notices(tmp_path / "n.toml")


def test_what_is_not_held_is_accepted_and_looked_at_again() -> None:
    waived = replace(SPEC, not_held=(NotHeld("person.ird", "Nobody asked for it.", "2026-05-01"),))
    fewer = {heading: kind for heading, kind in PEOPLE.items() if heading != "IRD"}
    tables = [laid_out(fewer, people()), laid_out(VISITS, visits(), name="visits.csv")]
    assert found(check(SPEC, tables, as_of=AS_OF), "missing_column").column == "IRD"
    verdict = check(waived, tables, as_of=AS_OF)
    assert not verdict.blocks
    assert "Nobody asked for it." in found(verdict, "column_not_held").what
    assert found(verdict, "review_due").column == "person.ird"


def test_a_sensitive_initiative_is_said() -> None:
    spec = replace(SPEC, sensitive=("Steady Steps",))
    assert "being on its list" in found(check(spec, clean(), as_of=AS_OF), "initiative_sensitive").what


def test_drift_against_the_last_supply_is_named(tmp_path: Path) -> None:
    before = profile(SPEC, checked())
    save_profile(before, tmp_path / "profile.json")
    assert load_profile(tmp_path / "profile.json") == before
    assert drift(before, profile(SPEC, checked())) == ()
    after = profile(SPEC, checked(ethnicity=[""] * 10, programme=["Open Door"] * 10))
    said = [f"{each.field}: {each.what}" for each in drift(before, after)]
    assert "ethnicity: Filled in 0% of rows now, 100% last time." in said
    assert "initiative: “Open Door” is new (100% of rows)." in said
    assert "initiative: “Steady Steps” is gone (100% of rows last time)." in said
    assert "Tāwhai" not in (tmp_path / "profile.json").read_text("utf-8")
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(WrongUse, match="not the profile"):
        load_profile(tmp_path / "x.json")
