"""The recovery sheet: what must not be lost, in lines short enough to type in again, each with its own check.

Two things go on it: the secret that makes a person's reference the same in every delivery (lost, later
deliveries cannot be matched to earlier ones) and the signing key (lost, a new one is entered by telephone).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from linkwell.desk.workspace import Workspace
from linkwell.errors import WrongUse
from linkwell.vault.algorithms import CURVE
from linkwell.vault.keys import (
    SENDER_KEY,
    SENDER_PUBLIC_KEY,
    PrivateKey,
    fingerprint,
    read_private_key,
    sender_key,
    spoken,
    write_private_key,
)
from linkwell.vault.secrets import SECRET_BYTES, keep_secret
from linkwell.vault.zones import write_whole

CLIENT_SECRET = "client.secret"  # noqa: S105  a file's name
_LINE_BYTES = 8
_KEY_BYTES = 48


@dataclass(frozen=True)
class Sheet:
    """What is printed.

    Attributes:
        reference: lines of the reference secret; signing: lines of the signing key.
        spoken: the signing key's fingerprint as it is read out.
    """

    reference: tuple[str, ...]
    signing: tuple[str, ...]
    spoken: str


def sheet_of(workspace: Workspace, *, demo_seed: int | None = None) -> Sheet:
    """The sheet of this desk; both secrets are made if they are not there yet."""
    key = sender_key(workspace.secrets)
    secret = keep_secret(workspace.secrets / CLIENT_SECRET, demo_seed=demo_seed)
    number = key.private_numbers().private_value.to_bytes(_KEY_BYTES, "big")
    return Sheet(lines_of("R", secret), lines_of("S", number), spoken(fingerprint(key.public_key())))


def lines_of(letter: str, secret: bytes) -> tuple[str, ...]:
    """`R1 ab12 cd34 ef56 7890 / 5e1f`: eight bytes a line, then a check over letter, number and bytes."""
    parts = [secret[at : at + _LINE_BYTES] for at in range(0, len(secret), _LINE_BYTES)]
    lines = []
    for number, part in enumerate(parts, start=1):
        digits = part.hex()
        groups = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
        lines.append(f"{letter}{number} {groups} / {_check(letter, number, part)}")
    return tuple(lines)


def _check(letter: str, number: int, part: bytes) -> str:
    return hashlib.sha384(f"{letter}{number}".encode() + part).hexdigest()[:4]


_LINE = re.compile(r"([RS])(\d)((?:[0-9a-f]{4}){4})([0-9a-f]{4})")


def read_lines(text: str) -> dict[str, bytes]:
    """The secrets typed in from a sheet: "R" and "S", whichever are whole.

    Raises:
        WrongUse: a line that cannot be read or fails its check, or one that is missing; names the line.
    """
    found: dict[str, dict[int, bytes]] = {"R": {}, "S": {}}
    for at, line in enumerate((each for each in text.splitlines() if each.strip()), start=1):
        tight = re.sub(
            r"[^0-9a-z]", "", line.casefold().replace("o", "0").replace("l", "1").replace("i", "1")
        )
        match = _LINE.fullmatch(tight[:1].upper() + tight[1:])
        if match is None:
            raise _mistyped(f"line {at}")
        letter, number, part = match[1], int(match[2]), bytes.fromhex(match[3])
        if _check(letter, number, part) != match[4]:
            raise _mistyped(f"line {letter}{number}")
        found[letter][number] = part
    return {letter: whole for letter, parts in found.items() if (whole := _joined(letter, parts))}


def _joined(letter: str, parts: dict[int, bytes]) -> bytes:
    wanted = range(1, (SECRET_BYTES if letter == "R" else _KEY_BYTES) // _LINE_BYTES + 1)
    if not parts:
        return b""
    if missing := [f"{letter}{number}" for number in wanted if number not in parts]:
        raise WrongUse("Some lines of the sheet are missing.", where=", ".join(missing),
                       fix="Type all lines that begin with the same letter.")  # fmt: skip
    return b"".join(parts[number] for number in wanted)


def _mistyped(where: str) -> WrongUse:
    return WrongUse(
        "One line is not as it was printed.",
        where=where,
        why="Each line ends with a check that finds a slip of the finger.",
        fix="Compare it with the sheet, sign by sign. Only 0 to 9 and a to f are used.",
    )


def restore(workspace: Workspace, secrets: dict[str, bytes]) -> tuple[str, ...]:
    """Put typed-in secrets back; what is there already and the same is left as it is.

    Returns:
        What was put back, in words.

    Raises:
        WrongUse: nothing was typed, or a different secret is in use here.
    """
    if not secrets:
        raise WrongUse("Nothing was typed in.", fix="Type the lines from the sheet, one to a line.")
    said = []
    reference, key = secrets.get("R"), _signing_key(secrets.get("S"))
    client, sender = workspace.secrets / CLIENT_SECRET, workspace.secrets / SENDER_KEY
    # everything is looked at before anything is written, so that a refusal leaves all as it was
    if reference and client.exists() and client.read_bytes() != reference:
        raise _other("reference secret")
    if key and sender.exists() and read_private_key(sender).private_numbers() != key.private_numbers():
        raise _other("signing key")
    if reference:
        write_whole(client, reference)
        said.append("the reference secret")
    if key:
        write_private_key(sender, key)
        (workspace.secrets / SENDER_PUBLIC_KEY).unlink(missing_ok=True)
        sender_key(workspace.secrets)
        said.append("the signing key")
    return tuple(said)


def _signing_key(number: bytes | None) -> PrivateKey | None:
    if number is None:
        return None
    try:
        return ec.derive_private_key(int.from_bytes(number, "big"), CURVE)
    except ValueError:
        raise _mistyped("the lines that begin with S") from None


def _other(what: str) -> WrongUse:
    return WrongUse(
        f"Another {what} is already in use here.",
        why="Replacing it would cut you off from what was made with it.",
        fix="If the one on paper is right, move the folder linkwell-workspace away first, then try again.",
    )
