"""The kit for builders elsewhere: what must open opens, and each way of being wrong is refused."""

import hashlib
import json
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from linkwell.cli.main import main
from linkwell.errors import WrongUse
from linkwell.intake.conformance import Vector, agrees, judge, kit_key, load, prepare, run
from linkwell.intake.vectors import make
from linkwell.supply.package import TableSource, read_manifest, write_package
from linkwell.supply.practice import practice_split
from linkwell.vault.custodian_keys import load_bundle
from linkwell.vault.keys import write_private_key

DOCS = Path(__file__).parents[2] / "docs"
KIT = DOCS / "conformance"


def ended(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["conformance", *map(str, arguments)])
    return int(stopped.value.code or 0)


@pytest.mark.slow
def test_the_front_door_does_with_every_committed_package_what_the_kit_says() -> None:
    judged = run(KIT)
    assert len(judged) >= 40
    assert [(vector.file, found.says) for vector, found in judged if not agrees(vector, found)] == []


def test_a_fresh_kit_has_the_same_packages(tmp_path: Path) -> None:
    assert make(tmp_path) == load(KIT)
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*.lwp")} == {
        path.relative_to(KIT) for path in KIT.rglob("*.lwp")
    }


@pytest.mark.parametrize("vector", load(KIT), ids=lambda vector: vector.file)
def test_the_stand_alone_opener_does_with_every_package_what_it_can_know(
    vector: Vector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must open opens to the last row; what is wrong in the file itself is refused with nothing written.
    What only the agreement makes wrong is not for it to say.
    """
    rows, refused = {}, 0
    manifest = read_manifest(KIT / vector.file) if vector.opens else None
    for half in ("identity", "content"):
        key, out = tmp_path / f"{half}.pem", tmp_path / half
        write_private_key(key, kit_key(half))
        out.mkdir()
        monkeypatch.setattr(sys, "argv", ["opener", *map(str, (KIT / vector.file, half, key, out))])
        try:
            runpy.run_path(str(DOCS / "open_package.py"))
        except Exception:  # noqa: BLE001  whatever stops it, nothing may be written
            refused += 1
            assert not list(out.iterdir())
            continue
        for table in manifest.compartment(half).tables if manifest else ():
            text = (out / f"{table.name}.csv").read_bytes()
            assert hashlib.sha384(text).hexdigest() == table.sha384
            rows[table.name] = len(text.splitlines()) - 1
    assert (refused > 0) is vector.alone
    if manifest:
        assert rows == {table.name: table.rows for _, table in manifest.tables()}


def test_the_stand_alone_opener_has_sixty_lines_and_refuses_to_run_without_its_checks(tmp_path: Path) -> None:
    opener = DOCS / "open_package.py"
    assert len(opener.read_text("utf-8").splitlines()) <= 60
    command = [sys.executable, "-O", str(opener), str(KIT / "must-refuse" / "flip-padding.lwp"), "identity"]
    ended = subprocess.run([*command, "key.pem", str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "without -O" in ended.stderr


def test_a_reader_of_somebodys_own_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that opens whatever begins rightly: the kit names what it lets through."""
    reader = tmp_path / "reader.py"
    reader.write_text("import sys\nsys.exit(open(sys.argv[1], 'rb').read(16) != b'LINKWELL-PACKAGE')\n")
    assert ended("run", KIT, "--reader", f"{sys.executable} {reader} {{package}}", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    wrong = {each["file"] for each in said["wrong"]}
    assert "must-refuse/flip-content-tag.lwp" in wrong
    assert "must-refuse/not-sealed.lwp" not in wrong
    assert not any(file.startswith("must-open") for file in wrong)


def test_a_package_of_somebodys_own_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("check", KIT / "must-open" / "full.lwp", "--kit", KIT) == 0
    assert "It opens: 5 people" in capsys.readouterr().out
    assert ended("check", KIT / "must-refuse" / "other-agreement.lwp", "--kit", KIT) == 1
    assert "another agreement" in capsys.readouterr().err


def test_a_refused_package_leaves_nothing_open(tmp_path: Path) -> None:
    home, specification = prepare(tmp_path / "home")
    for name in ("other-plaintext", "nobody-to-link", "not-a-date"):
        package = KIT / "must-refuse" / f"{name}.lwp"
        assert not judge(package, home=home, specification=specification, name=name).opens
    assert not list(home.path.rglob("*.csv"))


def test_a_table_written_in_another_form_is_refused_where_two_readers_could_differ(tmp_path: Path) -> None:
    """Rightly signed, with true digests and the agreed rows: only the bytes are another CSV."""
    home, specification = prepare(tmp_path / "home")
    manifest, custodian = (
        read_manifest(KIT / "must-open" / "full.lwp"),
        load_bundle(KIT / "custodian-keys.json"),
    )
    split = practice_split(specification, "conformance")
    text = split.identity.to_csv_bytes()
    first = text.split(b"\n")[1].split(b",")[2]
    for number, other in enumerate(
        (text, text.replace(b"\n", b"\r\n"), text[:-1], text.replace(first, b'"' + first + b'"', 1))
    ):
        tables = {
            half: [
                TableSource(each.name, len(each.rows), len(each.columns),
                            [other if each is split.identity else each.to_csv_bytes()])
                for each in found
            ]
            for half, found in split.halves().items()
        }  # fmt: skip
        package = tmp_path / f"{number}.lwp"
        write_package(
            package, replace(manifest, compartments=(), package=f"{number:032d}"), tables=tables,
            recipients={name: (keys.zone, keys.recovery) for name, keys in custodian.compartments.items()},
            signing_key=kit_key("sender"),
        )  # fmt: skip
        judged = judge(package, home=home, specification=specification, name=f"V-{number}")
        assert judged.opens is (number == 0)
        assert judged.opens or "one form" in judged.says


def test_a_folder_that_is_no_kit_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no conformance kit"):
        load(tmp_path)
