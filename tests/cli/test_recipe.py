"""What was said about columns once is used again, by the same provider or another with the same system."""

import json
from pathlib import Path

from click.testing import CliRunner

from linkwell.cli.describe import describe
from linkwell.cli.receipts import receipt
from linkwell.specification.file import load

PEOPLE = (
    "Client number,First name,Surname,Date of birth,Gender,Start date\n"
    "K1,Aroha,Example,03/04/1994,Gx,05/02/2024\n"
    "K2,Ben,Sample,05/06/1987,M,06/02/2024\n"
)


def test_a_recipe_answers_what_was_answered_before(tmp_path: Path) -> None:
    people, first, second = tmp_path / "people.csv", tmp_path / "first.toml", tmp_path / "second.toml"
    people.write_text(PEOPLE)
    run = CliRunner()
    assert run.invoke(describe, [str(people), "--out", str(first), "--yes"]).exit_code == 0
    text = first.read_text().replace('label = "Gender"', 'label = "How they see themselves"')
    first.write_text(
        text.replace('M = "1"', 'M = "1"\nGx = "3"').replace('"M" = "1"', '"M" = "1"\n"Gx" = "3"')
    )
    told = run.invoke(describe, [str(people), "--out", str(second), "--recipe", str(first), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["questions"] == []
    gender = load(second).table("person").field("gender")
    assert gender.label == "How they see themselves"
    assert dict(gender.values)["Gx"] == "3"


def test_what_another_service_said_is_written_down(tmp_path: Path) -> None:
    folder, kept = tmp_path / "handover", tmp_path / "receipts"
    folder.mkdir()
    given = ["note", str(folder), "--service", "Transfer", "--said", "No 7", "--receipts", str(kept)]
    run = CliRunner()
    refused = run.invoke(receipt, [*given, "--day", "2026-08-01"])
    assert "not a folder that was handed over" in str(refused.exception)
    (folder / "SHA384SUMS").write_text("ab  x.csv\n")
    assert "such as 2026-08-01" in str(run.invoke(receipt, [*given, "--day", "soon"]).exception)
    assert run.invoke(receipt, [*given, "--day", "2026-08-01"]).exit_code == 0
    (note,) = kept.iterdir()
    assert json.loads(note.read_text())["reference"] == "No 7"
