"""`linkwell statement` reads what a provider has and says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_provider import run, run_json

from linkwell.documents.word import write_docx
from linkwell.primer import Answers
from linkwell.primer.statement import privacy_statement


def test_a_short_statement_is_told_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.txt").write_text("We keep your details safe.", encoding="utf-8")
    code, said = run(capsys, "statement", str(tmp_path / "s.txt"))
    assert code == 1
    assert "That Stats NZ receives some of it, for the IDI (IPP 3(1)(c) and (d), IPP 3A)" in said
    assert "For example: " in said


def test_a_word_document_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_docx(privacy_statement(Answers(organisation="Riverbend Community Trust")), tmp_path / "s.docx")
    code, said = run_json(capsys, "statement", str(tmp_path / "s.docx"))
    assert code == 1
    assert [lack["id"] for lack in said["lacks"]] == ["blanks"]


@pytest.mark.parametrize("data", [b"%PDF-1.7 x", b"PK\x03\x04 not a zip", b"a\0b"])
def test_a_file_that_is_no_text_is_wrong_use(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.bin").write_bytes(data)
    assert run_json(capsys, "statement", str(tmp_path / "s.bin"))[0] == 2
    assert run_json(capsys, "statement", str(tmp_path / "none.txt"))[0] == 2
