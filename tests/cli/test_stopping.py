from __future__ import annotations

import click
import pytest

from linkwell.cli import main as command_line


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c_ends_in_words_also_inside_a_query(
    raised: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def long() -> None:
        raise raised

    monkeypatch.setattr(command_line, "cli", long)
    with pytest.raises(SystemExit) as ended:
        command_line.main([])
    assert ended.value.code == 130
    assert "run the same command" in capsys.readouterr().err
