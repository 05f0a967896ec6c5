"""The same files by the terminal and by the desk: one specification, one verdict, the same files to send."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.checking.examples import VISITS
from tests.cli.test_provider import save_csv, save_workbook
from tests.desk.conftest import Visitor
from tests.provider_files import laid_out, people, visits

from linkwell.checking.objections import add_objection
from linkwell.cli.main import main
from linkwell.desk.desk import Desk
from linkwell.primer import Answers, save_answers
from linkwell.specification.file import load
from linkwell.supply.preview import preview

ANSWERS = Answers(
    {"recording": "spreadsheet", "identifiers": "agency_id", "dates": "both", "services": "all",
     "route": "direct", "least_intrusive": "linking_needed", "one_provider": "no"},
    notes={"recording": "A form at the first visit, typed in the same day."},
    numbers={"participants": 180},
    organisation="Te Ara Trust",
)  # fmt: skip
NAMES = {"Client ID": "key", "First name": "first", "Surname": "last", "DOB": "dob", "Gender": "gender",
         "Programme": "programme", "Start date": "start", "End date": "end", "Status": "status",
         "Ethnicity": "ethnicity", "Phone": "phone", "Notes": "notes"}  # fmt: skip
NUMBERS = {"Ref": "key", "NHI no": "nhi"}
NOTICES = '[[statement]]\nversion = "1"\nshown_from = 2023-02-01\nnames_stats_nz = true\nchannel = "form"\n'

Terminal = Callable[..., dict[str, Any]]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A workbook with faults under a banner, numbers in an export of their own, visits in a Windows CSV."""
    folder = tmp_path / "ours"
    folder.mkdir()
    cells = people(
        dob=["03/04/1971", "05/06/1972", "07/08/1973", "01/01/1974", "09/10/1975", "11/12/1976", "02/03/1977",
             "04/05/1978", "06/07/1979", ""],
        gender=["F", "M", "M", "F", "tāne", "F", "Wahine", "M", "F", "U"],
    )  # fmt: skip
    numbers = laid_out(NUMBERS, people(nhi=[*people()["nhi"][:-1], "ZZZ0017"]), name="numbers.csv")
    came = laid_out(VISITS, visits(), name="visits.csv")
    (folder / "visits.csv").write_bytes(
        "\r\n".join(";".join(row) for row in [came.columns, *came.rows]).encode("cp1252")
    )
    return [
        save_workbook(laid_out(NAMES, cells), folder / "people.xlsx"),
        save_csv(numbers, folder / "numbers.csv"),
        folder / "visits.csv",
    ]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Runs a command and gives what it said to machines."""

    def run(*arguments: object) -> dict[str, Any]:
        with pytest.raises(SystemExit):
            main([*map(str, arguments), "--json"])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert "command" in found or "papers" in found, found
        return found

    return run


@pytest.fixture
def own(tmp_path: Path, desk: Desk) -> Path:
    """A folder for the terminal with the same answers as the desk's."""
    folder = tmp_path / "terminal"
    folder.mkdir()
    save_answers(desk.workspace.answers, ANSWERS)
    shutil.copy(desk.workspace.answers, folder / "answers.toml")
    return folder


def walk_the_desk(visitor: Visitor, desk: Desk, files: list[Path]) -> None:
    """Describe the files at the desk, and take whatever each question suggests."""
    desk.choose(files=tuple(map(str, files)))
    visitor.press("/describe/start/", initiative="")
    for question in desk.specification().unanswered():
        visitor.press("/describe/question/", id=f"{question.id} {question.about}", answer=question.suggested)
    assert desk.specification().unanswered() == ()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def unzipped(data: Path) -> dict[str, bytes]:
    """A workbook's parts, but for the moment it was made."""
    with ZipFile(data) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def test_from_the_files_to_the_handover_both_make_the_same(
    visitor: Visitor, desk: Desk, files: list[Path], own: Path, terminal: Terminal
) -> None:
    walk_the_desk(visitor, desk, files)
    spec = own / "specification.toml"
    said = terminal("describe", *files, "--out", spec, "--answers", own / "answers.toml", "--yes")
    assert said["questions"] == []
    assert said["remarks"] == desk.described()["remarks"]
    assert said["columns"] == desk.described()["readings"]
    assert spec.read_bytes() == desk.workspace.specification.read_bytes()

    add_objection(desk.workspace.secrets, {"client_key": "C003"})
    desk.workspace.notices.write_text(NOTICES)
    shutil.copytree(desk.workspace.secrets, own / "linkwell-workspace")
    shutil.copy(desk.workspace.notices, own)

    visitor.press("/check/")
    said = terminal("check", *files, "--spec", spec, "--out", own / "checked")
    by_desk, by_terminal = desk.workspace.checked, own / "checked"
    assert said["verdict"] == json.loads((by_desk / "check-report.json").read_text())["digest"]
    for name in ("check-report.json", "check-report.html"):
        assert (by_desk / name).read_bytes() == (by_terminal / name).read_bytes(), name
    assert (by_desk / "check-profile.json").read_bytes() == (by_terminal / "profile.json").read_bytes()
    marked = sorted(path.name for path in by_desk.glob("*.xlsx"))
    assert marked == sorted(path.name for path in by_terminal.glob("*.xlsx"))
    assert marked
    for name in marked:
        assert unzipped(by_desk / name) == unzipped(by_terminal / name), name

    loaded = load(spec)
    verdict = desk.verdict(loaded)
    assert verdict is not None
    said = terminal("preview", *files, "--spec", spec)
    assert said == {"command": "preview", **json.loads(json.dumps(asdict(preview(loaded, verdict))))}

    visitor.press("/totals/")
    terminal("totals", *files, "--spec", spec, "--out", own / "totals.csv")
    assert visitor.get("/totals/save/").content == (own / "totals.csv").read_bytes()

    visitor.press("/hand/over/")
    shutil.copytree(desk.workspace.secrets, own / "linkwell-workspace", dirs_exist_ok=True)
    said = terminal("handover", *files, "--spec", spec, "--out", own / "out")
    assert said["written"]
    [folder] = desk.workspace.handover.iterdir()
    ours, theirs = tree(folder), tree(own / "out")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert b"C003" not in b"".join(data for name, data in ours.items() if name.endswith(".csv"))
