"""Keys at the desk: the fingerprint, the printed sheet, and typing it in on another computer."""

from pathlib import Path

import pytest
from tests.desk.conftest import Visitor

from linkwell.desk.desk import Desk
from linkwell.desk.recovery import lines_of, read_lines, restore, sheet_of
from linkwell.desk.workspace import open_workspace
from linkwell.errors import WrongUse
from linkwell.vault.keys import fingerprint, sender_key, spoken


def test_the_page_shows_the_fingerprint_and_gives_the_public_half(visitor: Visitor, desk: Desk) -> None:
    assert "no keys yet" in visitor.text("/keys/")
    assert not desk.workspace.secrets.exists()
    visitor.press("/keys/")
    own = spoken(fingerprint(sender_key(desk.workspace.secrets).public_key()))
    assert own in visitor.text("/keys/")
    public = b"".join(visitor.get("/keys/public/").streaming_content)
    assert public.startswith(b"-----BEGIN PUBLIC KEY")


def test_the_sheet_is_shown_only_by_a_button_and_never_cached(visitor: Visitor) -> None:
    assert visitor.get("/keys/sheet/").status_code == 405
    answer = visitor.post("/keys/sheet/")
    assert "R1 " in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_sheet_typed_in_elsewhere_gives_the_same_keys(tmp_path: Path) -> None:
    here, there = open_workspace(tmp_path / "here"), open_workspace(tmp_path / "there")
    sheet = sheet_of(here)
    typed = (
        "\n".join((*sheet.reference, "", *reversed(sheet.signing)))
        .upper()
        .replace(" / ", "  ")
        .replace("0", "O")
    )
    assert restore(there, read_lines(typed)) == ("the reference secret", "the signing key")
    for name in ("client.secret", "sender.key.pem", "sender.pub.pem"):
        assert (here.secrets / name).read_bytes() == (there.secrets / name).read_bytes()
    assert restore(there, read_lines(typed))  # twice does no harm


def test_every_slip_of_one_sign_is_found_and_the_line_named() -> None:
    (line,) = lines_of("R", bytes(range(8)))
    for at, sign in enumerate(line):
        if sign in "0123456789abcdef" and at > 1:
            slipped = line[:at] + ("1" if sign == "0" else "0") + line[at + 1 :]
            with pytest.raises(WrongUse) as caught:
                read_lines(slipped)
            assert caught.value.where == "line R1"


@pytest.mark.parametrize("typed", ["R1 0000", "hello", "R9 0000 0000 0000 0000 / 0000"])
def test_what_is_no_line_is_said_with_its_place(typed: str, visitor: Visitor) -> None:
    page = visitor.press("/keys/restore/", lines=typed).content.decode()
    assert "One line is not as it was printed" in page
    assert "line " in page


def test_a_missing_line_is_named(tmp_path: Path) -> None:
    sheet = sheet_of(open_workspace(tmp_path / "here"))
    with pytest.raises(WrongUse) as caught:
        read_lines("\n".join(sheet.signing[:-1]))
    assert caught.value.where == "S6"


def test_another_key_in_use_is_never_replaced_and_nothing_else_is_written(tmp_path: Path) -> None:
    here, there = open_workspace(tmp_path / "here"), open_workspace(tmp_path / "there")
    sheet = sheet_of(here)
    sender_key(there.secrets)
    with pytest.raises(WrongUse, match="Another signing key"):
        restore(there, read_lines("\n".join((*sheet.reference, *sheet.signing))))
    assert not (there.secrets / "client.secret").exists()
