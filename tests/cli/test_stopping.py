from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import click
import pytest

from linkwell.cli import main as command_line
from linkwell.cli.stopping import heed


@pytest.fixture
def as_in_a_terminal() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_ctrl_c_that_a_library_swallows_stops_at_the_next_step(
    as_in_a_terminal: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[int] = []

    @click.command()
    def walk() -> None:
        for step in range(3):
            heed()
            steps.append(step)
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command_line, "cli", walk)
    for _ in range(2):  # the wish of one command is not that of the next
        steps.clear()
        with pytest.raises(SystemExit) as ended:
            command_line.main([])
        assert (ended.value.code, steps) == (130, [0])
