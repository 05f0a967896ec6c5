"""What a Windows laptop has that this one has not: an old console, and folders with spaces and macrons."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.desk.desk_process import RunningDesk, without_unix
from tests.desk.test_process import Browser, walk


@pytest.fixture
def old_console(tmp_path: Path) -> dict[str, str]:
    """A console that knows the letters of Windows' code page 1252 and no macron."""
    return {**without_unix(tmp_path / "blocked"), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}


def test_the_road_is_walked_in_a_folder_with_spaces_and_macrons(
    tmp_path: Path, old_console: dict[str, str]
) -> None:
    folder = tmp_path / "Ngā mahi a Jo" / "Linkwell Tāmaki"
    desk = RunningDesk(folder, old_console)
    try:
        walk(Browser(desk))
    finally:
        desk.kill()
    assert (folder / "specification.toml").exists()


@pytest.mark.parametrize(
    "start", [["-m", "linkwell.desk"], ["-c", "from linkwell.cli.main import main; main()", "desk"]]
)
def test_a_refusal_is_said_even_where_the_console_cannot_spell_it(
    start: list[str], tmp_path: Path, old_console: dict[str, str]
) -> None:
    home = tmp_path / "Whānau"
    (home / "Linkwell").mkdir(parents=True)
    (home / "Linkwell" / "letter.txt").write_text("mine")
    said = subprocess.run(
        [sys.executable, *start], env={**old_console, "HOME": str(home)}, capture_output=True, timeout=60
    )
    words = (said.stdout + said.stderr).decode("cp1252")
    assert said.returncode == 2
    assert "Traceback" not in words
    assert "This folder holds other things" in words
    assert "Wh?nau" in words
