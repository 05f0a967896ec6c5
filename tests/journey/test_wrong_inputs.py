"""Wrong inputs end in words and the right exit code, whatever was given; never in a traceback."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from linkwell.cli.main import main
from linkwell.custody.demo import password_of
from linkwell.vault.zones import Home
from tests.journey.conftest import linkwell

Run = Callable[..., tuple[int, str]]

pytestmark = pytest.mark.one_database


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as the terminal would; returns its exit code and everything it said."""

    def command(*arguments: str, home: Path | None = None) -> tuple[int, str]:
        if home is not None:
            monkeypatch.setenv("LINKWELL_HOME", str(home))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        code = ended.value.code
        return code if isinstance(code, int) else 1, said.out + said.err

    return command


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provider's folder with a small clean spreadsheet and its drafted specification."""
    folder = tmp_path_factory.mktemp("desk")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "People"
    sheet.append(
        ["Client ID", "First name", "Surname", "Date of birth", "Gender", "NHI", "Start date", "End date"]
    )
    for number in range(1, 13):
        sheet.append(
            [
                f"C{number}",
                "Anahera",
                f"Tamati{'abcdefghijkl'[number - 1]}",
                f"{number + 12}/03/1990",
                "F",
                "ZZZ0016" if number == 1 else None,
                f"{number + 12}/05/2022",
                None,
            ]
        )
    workbook.save(folder / "people.xlsx")
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "describe",
                str(folder / "people.xlsx"),
                "--out",
                str(folder / "specification.toml"),
                "--organisation",
                "Riverbend Community Trust",
                "--initiative",
                "Steady Steps",
                "--yes",
            ]
        )
    assert ended.value.code == 0
    return folder


def check(run: Run, desk: Path, file: Path, *more: str) -> tuple[int, str]:
    return run(
        "check", str(file), "--spec", str(desk / "specification.toml"), "--out", str(desk / "checked"), *more
    )


def test_a_good_file_passes(run: Run, desk: Path) -> None:
    assert check(run, desk, desk / "people.xlsx")[0] == 0


def test_a_missing_file(run: Run, desk: Path) -> None:
    code, said = check(run, desk, desk / "nobody.xlsx")
    assert code == 2
    assert "nobody.xlsx" in said


def test_an_empty_workbook(run: Run, desk: Path, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    code, said = check(run, desk, tmp_path / "empty.xlsx")
    assert code == 2
    assert "empty" in said.lower()


def test_a_sheet_that_is_not_there(run: Run, desk: Path) -> None:
    code, said = check(run, desk, desk / "people.xlsx", "--sheet", "Clients")
    assert code == 2
    assert "People" in said, "the sheets that are there are named"


def test_not_a_spreadsheet(run: Run, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "photo.xlsx").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20)
    code, said = check(run, desk, tmp_path / "photo.xlsx")
    assert code == 2
    assert "photo.xlsx" in said


def test_a_zip_bomb(run: Run, desk: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(600):
                member.write(b"\0" * 1_000_000)
    code, said = check(run, desk, tmp_path / "bomb.xlsx")
    assert code in (2, 4)
    assert "bomb.xlsx" in said


def test_a_workbook_with_a_password(run: Run, desk: Path, tmp_path: Path) -> None:
    """What Excel writes for a protected workbook: an OLE file with a stream called EncryptedPackage."""
    name = "EncryptedPackage".encode("utf-16-le")
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + bytes.fromhex("3e000300feff0900") + b"\0" * 480
    (tmp_path / "locked.xlsx").write_bytes(ole + name + b"\0" * 2048)
    code, said = check(run, desk, tmp_path / "locked.xlsx")
    assert code == 2
    assert "password" in said.lower()


def test_columns_the_specification_does_not_know(run: Run, desk: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(desk / "people.xlsx")
    sheet = workbook.active
    sheet.cell(1, 9, "Favourite colour")
    for row in range(2, 14):
        sheet.cell(row, 9, "blue")
    workbook.save(tmp_path / "more.xlsx")
    code, said = check(run, desk, tmp_path / "more.xlsx")
    assert "Favourite colour" in said
    assert code in (0, 1), "an unknown column stays at home, or stops the file; it never leaves"


def test_an_agreed_column_that_is_missing(run: Run, desk: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(desk / "people.xlsx")
    workbook.active.delete_cols(4)
    workbook.save(tmp_path / "fewer.xlsx")
    code, said = check(run, desk, tmp_path / "fewer.xlsx")
    assert code == 1
    assert "Date of birth" in said


def test_json_errors_are_json(run: Run, desk: Path) -> None:
    code, said = check(run, desk, desk / "nobody.xlsx", "--json")
    error = json.loads(said)
    assert (code, error["exit_code"]) == (2, 2)
    assert error["fix"]


@pytest.fixture(scope="module")
def custodian(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration custodian that has enrolled this provider; each command is a process of its own."""
    home = tmp_path_factory.mktemp("custodian") / "home"
    workspace = desk / "workspace"
    begun = ("custodian", "init", "--home", str(home), "--name", "Test custodian", "--demo-seed", "5")
    assert linkwell(*begun, home=home).returncode == 0
    ok("key", "--workspace", str(workspace))
    ok(
        *("custodian", "enrol-provider", "--home", str(home), "--as", "integrator", "--code", "riverbend"),
        *("--name", "Riverbend Community Trust", "--agreement", "DSA-1"),
        *("--specification", str(desk / "specification.toml")),
        *("--sender-key", str(workspace / "sender.pub.pem")),
        home=home,
    )
    return home


def as_integrator(home: Path, *arguments: str) -> tuple[int, str]:
    result = linkwell(*arguments, home=home, LINKWELL_PASSWORD=password_of(Home.open(home), "integrator"))
    said = result.stdout + result.stderr
    assert "Traceback" not in said
    return result.returncode, said


def ok(*arguments: str, home: Path | None = None) -> str:
    code, said = (
        as_integrator(home, *arguments)
        if home
        else (lambda r: (r.returncode, r.stderr))(linkwell(*arguments))
    )
    assert code == 0, said
    return said


def sealed(desk: Path, custodian: Path, out: Path, specification: Path | None = None) -> Path:
    """The provider's file sealed to this custodian."""
    ok(
        *("seal", str(desk / "people.xlsx"), "--spec", str(specification or desk / "specification.toml")),
        *("--custodian", str(custodian / "custodian-keys.json"), "--agreement", "DSA-1"),
        *("--workspace", str(desk / "workspace"), "--out", str(out)),
    )
    return out


def bring_in(home: Path, package: Path) -> tuple[int, str]:
    """Receive from disk and accept; whichever refuses first ends it."""
    where = ("--home", str(home), "--as", "integrator")
    code, said = as_integrator(
        home, "custodian", "receive", str(package), "--agreement", "DSA-1", *where, "--json"
    )
    if code:
        return code, said
    supply = json.loads(said.strip().splitlines()[-1])["supply"]
    return as_integrator(home, "custodian", "accept", supply, *where)


def nothing_came_in(home: Path) -> bool:
    return not list((home / "identity").rglob("identity.csv")) and not list(
        (home / "research").rglob("enrolment.csv")
    )


def test_a_package_for_another_specification(desk: Path, custodian: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    text = (desk / "specification.toml").read_text("utf-8")
    other.write_text(text.replace("Steady Steps", "Another initiative"), "utf-8")
    code, said = bring_in(custodian, sealed(desk, custodian, tmp_path / "other.lwp", other))
    assert code == 4
    assert "specification" in said.lower()
    assert nothing_came_in(custodian)


@pytest.mark.parametrize("at", [0.02, 0.5, 0.97])
def test_a_tampered_package(desk: Path, custodian: Path, tmp_path: Path, at: float) -> None:
    whole = bytearray(sealed(desk, custodian, tmp_path / "good.lwp").read_bytes())
    whole[int(len(whole) * at)] ^= 0x01
    (tmp_path / "tampered.lwp").write_bytes(whole)
    code, _ = bring_in(custodian, tmp_path / "tampered.lwp")
    assert code in (2, 4)
    assert nothing_came_in(custodian)


def test_a_file_that_is_no_package(desk: Path, custodian: Path, tmp_path: Path) -> None:
    shutil.copy(desk / "people.xlsx", tmp_path / "people.lwp")
    code, _ = bring_in(custodian, tmp_path / "people.lwp")
    assert code in (2, 4)
    assert nothing_came_in(custodian)


def test_a_truncated_package(desk: Path, custodian: Path, tmp_path: Path) -> None:
    whole = sealed(desk, custodian, tmp_path / "good.lwp").read_bytes()
    (tmp_path / "short.lwp").write_bytes(whole[: len(whole) * 2 // 3])
    code, _ = bring_in(custodian, tmp_path / "short.lwp")
    assert code in (2, 4)
    assert nothing_came_in(custodian)


def test_a_good_package_is_accepted_after_all_that(desk: Path, custodian: Path, tmp_path: Path) -> None:
    code, said = bring_in(custodian, sealed(desk, custodian, tmp_path / "good.lwp"))
    assert code == 0, said
    assert not nothing_came_in(custodian)
