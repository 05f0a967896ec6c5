"""The plain handover: whole or not at all, with totals, sums and a cover sheet; a preview without cells."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from tests.checking.examples import SPEC, checked
from tests.provider_files import people

from linkwell.errors import WrongUse
from linkwell.specification.file import load
from linkwell.supply.handover import SUMS, Handover, hand_over
from linkwell.supply.preview import preview, preview_text
from linkwell.supply.split import SplitSecrets, split

SECRETS = SplitSecrets(supply=b"s" * 32, client=b"c" * 32)


def handed_over(out: Path) -> Handover:
    verdict = checked()
    return hand_over(split(SPEC, verdict, SECRETS), SPEC, verdict, out)


def test_identity_and_content_lie_apart_with_sums_that_hold(tmp_path: Path) -> None:
    done = handed_over(tmp_path / "out")
    found = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*") if path.is_file()}
    assert found == {
        "identity/identity.csv", "content/enrolment.csv", "content/interaction.csv", "control-totals.csv",
        "specification.toml", "specification.html", "specification.pdf", "specification.docx",
        "cover-sheet.txt", SUMS,
    }  # fmt: skip
    for line in (done.folder / SUMS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha384((done.folder / name).read_bytes()).hexdigest() == digest
    assert load(done.folder / "specification.toml").digest == SPEC.digest


def test_control_totals_count_rows_and_filled_cells(tmp_path: Path) -> None:
    done = handed_over(tmp_path / "out")
    with (done.folder / "control-totals.csv").open(encoding="utf-8", newline="") as file:
        totals = {(row["file"], row["column"]): row for row in csv.DictReader(file)}
    assert totals["identity.csv", "record_key"]["different"] == "10"
    assert totals["identity.csv", "ird"]["filled"] == "4"
    assert totals["interaction.csv", "service_date"]["rows"] == "12"


def test_a_second_run_replaces_the_first_and_leaves_nothing_over(tmp_path: Path) -> None:
    first = handed_over(tmp_path / "out").files
    assert handed_over(tmp_path / "out").files == first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", "utf-8")
    with pytest.raises(WrongUse, match="already holds something else"):
        handed_over(tmp_path)
    assert (tmp_path / "letters.txt").read_text("utf-8") == "mine"


def test_the_cover_sheet_is_plain_and_holds_nobodys_cells(tmp_path: Path) -> None:
    text = (handed_over(tmp_path / "out").folder / "cover-sheet.txt").read_text("utf-8")
    assert "NOT ENCRYPTED" in text
    assert "DEMO" in text
    words = set(text.replace(",", " ").split())
    for kind in ("first", "last", "dob", "nhi", "key", "phone"):
        assert not words & {part for cell in people()[kind] for part in cell.split() if len(part) > 3}


def test_the_preview_shows_what_leaves_and_what_stays() -> None:
    shown = preview(SPEC, checked())
    by_field = {(each.table, each.field): each for each in shown.leaves}
    assert by_field["person", "nhi"].filled == 10
    assert by_field["person", "client_key"].becomes.startswith("a keyed value")
    assert {each.column for each in shown.stays} == {"Phone", "Notes"}
    assert dict(shown.rows_leaving) == {"person": 10, "enrolment": 10, "interaction": 12}
    text = preview_text(shown)
    assert "What leaves" in text
    assert "What stays with you" in text
