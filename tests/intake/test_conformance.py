"""The kit for builders elsewhere: what must open opens, and each way of being wrong is refused."""

import json
import sys
from pathlib import Path

import pytest

from linkwell.cli.main import main
from linkwell.errors import WrongUse
from linkwell.intake.conformance import agrees, judge, kit_key, load, prepare, run
from linkwell.intake.vectors import make
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
    fresh = [(each.file, each.opens, each.people, each.rows) for each in make(tmp_path)]
    assert fresh == [(each.file, each.opens, each.people, each.rows) for each in load(KIT)]
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*.lwp")} == {
        path.relative_to(KIT) for path in KIT.rglob("*.lwp")
    }


def test_the_stand_alone_reader_opens_what_must_open(tmp_path: Path) -> None:
    import subprocess

    for half in ("identity", "content"):
        write_private_key(tmp_path / f"{half}.pem", kit_key(half))
        for name in ("full", "no-services", "quotes-and-macrons", "practice", "delta"):
            out = tmp_path / f"{name}-{half}"
            out.mkdir()
            package = KIT / "must-open" / f"{name}.lwp"
            command = [
                sys.executable,
                "-I",
                DOCS / "open_package.py",
                package,
                half,
                tmp_path / f"{half}.pem",
                out,
            ]
            assert subprocess.run(command, check=False).returncode == 0
            assert list(out.glob("*.csv"))


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


def test_a_folder_that_is_no_kit_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no conformance kit"):
        load(tmp_path)
