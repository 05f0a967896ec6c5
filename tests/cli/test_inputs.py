"""Commands read files, whole folders and databases, and never repeat an address that may hold a password."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from tests.checking.examples import PEOPLE, VISITS
from tests.cli.test_provider import run, run_json, save_csv
from tests.provider_files import laid_out, people, visits

from linkwell.bulk import choose
from linkwell.cli import provider
from linkwell.vault.custodian_keys import public_bundle
from linkwell.vault.zones import Home


def database(folder: Path) -> str:
    path = folder / "clients.db"
    connection = sqlite3.connect(path)
    for name, table in (("people", laid_out(PEOPLE, people())), ("visits", laid_out(VISITS, visits()))):
        columns = ", ".join(f'"{column}" TEXT' for column in table.columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", table.rows)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


Capture = pytest.CaptureFixture[str]


def test_a_database_is_described_checked_handed_over_and_sealed(
    tmp_path: Path, fresh_home: Home, capsys: Capture
) -> None:
    url, spec, out = database(tmp_path), str(tmp_path / "specification.toml"), str(tmp_path / "checked")
    _, drafted = run_json(capsys, "describe", url, "--out", spec)
    assert set(drafted["tables"]) == {"person", "enrolment", "interaction"}
    code, checked = run_json(capsys, "check", url, "--spec", spec, "--out", out)
    assert (code, checked["people"]) == (0, 10)
    assert {Path(copy).name for copy in checked["reports"]["marked_copies"]} == {
        "people-marked.xlsx",
        "visits-marked.xlsx",
    }
    _, said = run(capsys, "handover", url, "--spec", spec, "--out", str(tmp_path / "handover"))
    assert (tmp_path / "handover" / "identity" / "identity.csv").exists()
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(public_bundle(fresh_home)))
    code, sealed = run_json(
        capsys, "seal", url, "--spec", spec, "--custodian", str(keys), "--agreement", "DSA-1",
        "--out", str(tmp_path / "package.lwp"),
    )  # fmt: skip
    assert (code, sealed["rows"]["person"]) == (0, 10)
    _, again = run(capsys, "check", url, "--spec", spec, "--out", out)
    assert "clients.db" not in said + again
    assert "DATABASE-URL" in again


def test_predefined_queries_say_what_is_read(tmp_path: Path, capsys: Capture) -> None:
    url, query = database(tmp_path), tmp_path / "few.sql"
    query.write_text('SELECT "Client ID", "First name", Surname, DOB, "Start date" FROM people;', "utf-8")
    out = str(tmp_path / "spec.toml")
    _, drafted = run_json(capsys, "describe", url, "--query", str(query), "--out", out)
    assert drafted["tables"]["person"] == ["client_key", "first_name", "last_name", "date_of_birth"]
    assert "interaction" not in drafted["tables"]


def test_a_folder_is_every_readable_file_in_it(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    save_csv(laid_out(PEOPLE, people()), folder / "people.csv")
    save_csv(laid_out(VISITS, visits()), folder / "visits.csv")
    (folder / "readme.pdf").write_bytes(b"%PDF-1.7")
    (folder / "~$people.xlsx").write_bytes(b"open")
    _, drafted = run_json(capsys, "describe", str(folder), "--out", str(tmp_path / "specification.toml"))
    assert set(drafted["tables"]) == {"person", "enrolment", "interaction"}


def test_an_empty_folder_and_a_query_without_a_database_are_said_plainly(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "bare").mkdir()
    out = str(tmp_path / "spec.toml")
    code, said = run_json(capsys, "describe", str(tmp_path / "bare"), "--out", out)
    assert (code, said["what"]) == (2, "There is no spreadsheet or CSV file in this folder.")
    code, said = run_json(capsys, "describe", str(tmp_path / "a.csv"), "--query", "people", "--out", out)
    assert (code, said["what"]) == (2, "A query was named, and no database.")


def test_what_moved_since_the_last_supply_is_in_the_report(tmp_path: Path, capsys: Capture) -> None:
    spec, first = str(tmp_path / "spec.toml"), save_csv(laid_out(PEOPLE, people()), tmp_path / "people.csv")
    run(capsys, "describe", str(first), "--out", spec)
    run(capsys, "check", str(first), "--spec", spec, "--out", str(tmp_path / "then"))
    assert "Against your last supply" not in (tmp_path / "then" / "check-report.html").read_text("utf-8")
    second = save_csv(laid_out(PEOPLE, people(ethnicity=["", "", "", *["Māori"] * 7])), tmp_path / "now.csv")
    last = str(tmp_path / "then" / "profile.json")
    out = tmp_path / "now"
    _, said = run_json(capsys, "check", str(second), "--spec", spec, "--out", str(out), "--last", last)
    page = (out / "check-report.html").read_text("utf-8")
    assert said["drift"]
    assert "Against your last supply" in page
    assert said["drift"][0]["what"] in page
    run(capsys, "check", str(second), "--spec", spec, "--out", str(out), "--last", str(out / "profile.json"))
    assert "Nothing moved enough" in (out / "check-report.html").read_text("utf-8")


def test_the_engine_is_named_and_its_fallback_said(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, path = str(tmp_path / "spec.toml"), save_csv(laid_out(PEOPLE, people()), tmp_path / "people.csv")
    run(capsys, "describe", str(path), "--out", spec)
    arguments = ["check", str(path), "--spec", spec, "--out", str(tmp_path / "checked")]
    plain = run_json(capsys, *arguments)[1]
    monkeypatch.setattr(choose, "LARGE", 5)
    monkeypatch.setattr(provider, "LARGE", 5)
    fast = run_json(capsys, *arguments)[1]
    assert (plain["engine"], fast["engine"]) == ("plain", "fast")
    assert plain["verdict"] == fast["verdict"]
    monkeypatch.setattr(choose, "installed", lambda: False)
    assert "Checked by the plain engine" in run(capsys, *arguments)[1]
