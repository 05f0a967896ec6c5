"""Sending over a line that drops: every byte arrives once, and it ends in a receipt that proves it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkwell.errors import RefusedByRule, TryAgain, WrongUse
from linkwell.ledger.receipts import load
from linkwell.supply.package import cover_digest
from linkwell.supply.send import send
from linkwell.vault.keys import new_key, read_public_key
from linkwell.vault.zones import Home

TOKEN = "a token for the tests"
Waits = tuple[list[float], Callable[[float], None]]


@pytest.fixture
def supply(seal_to: Callable[..., Any], custodian_home: Home) -> Any:
    return seal_to(custodian_home)


def sent(supply: Any, portal: Any, waits: Waits, tmp_path: Path, **changes: Any) -> Path:
    arguments = {"url": portal.url, "token": TOKEN, "receipts": tmp_path / "receipts", "chunk_bytes": 700,
                 "sleep": waits[1], **changes}  # fmt: skip
    return send(supply.path, **arguments)


def test_a_package_arrives_whole_and_ends_in_a_checked_receipt(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    path = sent(supply, portal, waits, tmp_path, progress=lambda *at: seen.append(at))
    assert portal.received() == supply.path.read_bytes()
    size = supply.path.stat().st_size
    assert seen[0] == (0, size)
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    receipt = load(path)
    assert receipt.facts["package"] == supply.manifest.package
    assert receipt.demo
    assert (path.with_suffix(".txt")).read_text().startswith("*** DEMO")
    (key,) = path.parent.glob("receipt-key-*.pem")
    assert read_public_key(key.read_bytes()) == supply.manifest.custodians_receipt_key
    assert not list(supply.path.parent.glob("*.upload.json"))
    assert waits[0] == []


def test_the_server_is_told_no_names_of_files_or_people(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    sent(supply, portal, waits, tmp_path)
    assert "supply.lwp" not in portal.metadata[0]
    assert all("Anahera" not in path for _, path in portal.requests)


def test_sent_once_it_is_not_sent_again(supply: Any, portal: Any, waits: Waits, tmp_path: Path) -> None:
    first = sent(supply, portal, waits, tmp_path)
    count = len(portal.requests)
    assert sent(supply, portal, waits, tmp_path) == first
    assert len(portal.requests) == count


@pytest.mark.parametrize(
    "faults",
    [
        ["drop half"],
        ["drop half", "drop half", "answer lost", "drop half"],
        ["answer lost"],
        ["flip"],
        ["conflict"],
        ["forget"],
        ["POST 503", "PATCH 500", "HEAD 503", "PATCH 429"],
        ["drop half", "HEAD 500", "flip", "GET 503"],
    ],
    ids=", ".join,
)
def test_a_bad_line_loses_nothing_and_repeats_nothing_acknowledged(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, faults: list[str]
) -> None:
    portal.faults = list(faults)
    path = sent(supply, portal, waits, tmp_path)
    assert portal.faults == []
    assert portal.received() == supply.path.read_bytes()
    assert load(path).facts["bytes"] == supply.path.stat().st_size
    assert waits[0]


def test_what_was_damaged_before_it_could_be_checked_is_sent_from_the_start(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    """Half a chunk arrived damaged before the line dropped: no later checksum can ever match."""
    portal.faults = ["drop half damaged"]
    sent(supply, portal, waits, tmp_path)
    assert portal.methods().count("DELETE") == 1
    assert portal.received() == supply.path.read_bytes()


def test_when_nobody_answers_it_says_try_again_and_later_goes_on(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    portal.faults = ["drop half", *["HEAD 503"] * 9]
    with pytest.raises(TryAgain, match="could not answer") as raised:
        sent(supply, portal, waits, tmp_path, retries=3)
    assert "run the same command again" in raised.value.fix
    assert waits[0] == sorted(waits[0])
    portal.faults = []
    arrived = len(portal.received())
    assert 0 < arrived < supply.path.stat().st_size
    sent(supply, portal, waits, tmp_path)
    assert portal.received() == supply.path.read_bytes()
    assert portal.methods().count("POST") == 1


def test_a_line_that_is_down_says_try_again(supply: Any, waits: Waits, tmp_path: Path, portal: Any) -> None:
    with pytest.raises(TryAgain, match="connection to the portal failed"):
        sent(supply, portal, waits, tmp_path, url="http://127.0.0.1:9", retries=2)
    assert len(waits[0]) == 2


def test_a_line_that_stumbles_but_moves_is_not_given_up(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    portal.faults = ["drop half"] * 12
    sent(supply, portal, waits, tmp_path, retries=2, chunk_bytes=500)
    assert portal.received() == supply.path.read_bytes()
    assert set(waits[0]) == {0.5}


def test_killed_it_goes_on_where_it_stopped(supply: Any, portal: Any, waits: Waits, tmp_path: Path) -> None:
    """A real client process, killed with signal 9 once some bytes have been acknowledged."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from linkwell.supply.send import send\n"
        f"send(Path(sys.argv[1]), url=sys.argv[2], token={TOKEN!r}, receipts=Path(sys.argv[3]),\n"
        "     chunk_bytes=300, progress=lambda done, total: time.sleep(0.05))\n"
    )
    command = [sys.executable, "-c", script, str(supply.path), portal.url, str(tmp_path / "receipts")]
    with subprocess.Popen(command) as client:
        while portal.methods().count("PATCH") < 4:
            assert client.poll() is None
            time.sleep(0.01)
        client.send_signal(signal.SIGKILL)
    before = len(portal.received())
    assert 0 < before < supply.path.stat().st_size
    portal.requests.clear()
    sent(supply, portal, waits, tmp_path)
    assert portal.received() == supply.path.read_bytes()
    assert portal.methods()[0] == "HEAD"
    assert "POST" not in portal.methods()


def test_a_changed_file_does_not_go_on_with_the_old_upload(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, seal_to: Callable[..., Any]
) -> None:
    portal.faults = ["drop half", *["HEAD 503"] * 9]
    with pytest.raises(TryAgain):
        sent(supply, portal, waits, tmp_path, retries=1)
    portal.faults = []
    other = seal_to(supply.home, name="other.lwp", verdict_digest="cd" * 48)
    supply.path.write_bytes(other.path.read_bytes())
    sent(supply, portal, waits, tmp_path)
    assert portal.methods().count("POST") == 2


@pytest.mark.parametrize(
    ("faults", "token", "sentence"),
    [([], "another", "token has expired"), (["refuse"], TOKEN, "larger than the agreement allows")],
)
def test_a_no_is_shown_in_the_portals_own_words(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, faults: list[str], token: str, sentence: str
) -> None:
    portal.faults = faults
    with pytest.raises(RefusedByRule, match=sentence) as raised:
        sent(supply, portal, waits, tmp_path, token=token)
    assert token not in str(raised.value)
    assert waits[0] == []


def test_the_receipt_may_take_a_moment(supply: Any, portal: Any, waits: Waits, tmp_path: Path) -> None:
    portal.receipts_after = 3
    sent(supply, portal, waits, tmp_path)
    assert len(waits[0]) == 3


def test_without_a_receipt_it_says_try_again_and_does_not_send_twice(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    portal.receipts_after = 10_000
    with pytest.raises(TryAgain, match="has not given a receipt"):
        sent(supply, portal, waits, tmp_path)
    portal.receipts_after = 0
    portal.requests.clear()
    sent(supply, portal, waits, tmp_path)
    assert portal.methods() == ["HEAD", "GET"]


def test_a_receipt_from_anybody_else_is_not_kept(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    portal.signing_key = new_key()
    with pytest.raises(RefusedByRule, match="another key"):
        sent(supply, portal, waits, tmp_path)
    assert not (tmp_path / "receipts").exists()


@pytest.mark.parametrize("lie", [{"sha384": "ab" * 48}, {"package": "0" * 32}])
def test_a_receipt_about_another_file_is_not_kept(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, lie: dict[str, object]
) -> None:
    portal.lie = lie
    with pytest.raises(RefusedByRule, match="about another file"):
        sent(supply, portal, waits, tmp_path)


@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/api/uploads/1", "http://127.0.0.1:9/api/uploads/1"]
)
def test_the_token_goes_to_no_other_address(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, place: str
) -> None:
    portal.location = place
    with pytest.raises(RefusedByRule, match="another address"):
        sent(supply, portal, waits, tmp_path)


def test_a_state_file_that_points_elsewhere_is_not_followed(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    state = {"portal": portal.url, "cover": cover_digest(supply.path, supply.manifest),
             "upload": "https://elsewhere.example/api/uploads/1"}  # fmt: skip
    supply.path.with_name("supply.lwp.upload.json").write_text(json.dumps(state))
    with pytest.raises(RefusedByRule, match="another address"):
        sent(supply, portal, waits, tmp_path)


@pytest.mark.parametrize(
    "url", ["ftp://portal.example", "portal.example", "", "https://user:pass@portal.example"]
)
def test_other_words_are_not_an_address(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path, url: str
) -> None:
    with pytest.raises(WrongUse, match="not a portal's address"):
        sent(supply, portal, waits, tmp_path, url=url)


def test_an_address_that_is_not_encrypted_is_refused_except_on_this_computer(
    supply: Any, portal: Any, waits: Waits, tmp_path: Path
) -> None:
    with pytest.raises(RefusedByRule, match="not encrypted"):
        sent(supply, portal, waits, tmp_path, url="http://portal.example")


def test_a_damaged_package_is_not_sent(supply: Any, portal: Any, waits: Waits, tmp_path: Path) -> None:
    data = supply.path.read_bytes()
    supply.path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(RefusedByRule, match="changed or damaged"):
        sent(supply, portal, waits, tmp_path)
    assert portal.requests == []
