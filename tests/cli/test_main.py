"""The command itself: a line it cannot read is told to a script in the form of every other error."""

from __future__ import annotations

import pytest
from tests.cli.test_provider import run_json


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("check --jsn", "linkwell check", "--jsn"),
        ("custodian accept", "linkwell custodian accept", "SUPPLY"),
        ("chek", "linkwell", "chek"),
    ],
)
def test_a_script_is_told_what_is_wrong_with_its_line(
    capsys: pytest.CaptureFixture[str], line: str, where: str, said: str
) -> None:
    code, error = run_json(capsys, *line.split())
    assert (code, error["error"], error["exit_code"], error["where"]) == (2, "WrongUse", 2, where)
    assert said in error["what"]
    assert f"{where} --help" in error["fix"]
