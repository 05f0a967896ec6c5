"""What the provider remembers of what it sent: keyed references and digests, never a name or a value.

It is kept in the provider's own workspace beside the secret it is keyed with, and counts only once the
custodian's signed receipt says that the supply was accepted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from linkwell.errors import LinkwellError, TryAgain
from linkwell.ledger.receipts import Kind, load, verify
from linkwell.supply.changes import Known, People
from linkwell.vault.keys import PublicKey
from linkwell.vault.zones import written_whole

FORMAT = "linkwell-sent/1"
_TOGETHER = 5_000
ACCEPTED = (Kind.ACCEPTED, Kind.ACCEPTED_WITH_GAPS)


@dataclass(frozen=True)
class Sent:
    """One sealed supply and everybody the custodian holds after it.

    Attributes:
        package: its name; "" before it has one.
        people: None when somebody in it has no client number, so that nothing can follow it but a full one.
    """

    package: str
    agreement: str
    organisation: str
    on_behalf_of: str
    specification: str
    people: People | None

    def same_road(self, other: Sent) -> bool:
        """Whether both are supplies of the same people under the same agreement."""
        return (self.agreement, self.organisation, self.on_behalf_of) == (
            other.agreement, other.organisation, other.on_behalf_of,
        )  # fmt: skip


def remember(workspace: Path, sent: Sent) -> None:
    """Keep what was sealed; the same supply sealed again replaces it.

    Raises:
        TryAgain: the disk would not take it.
    """
    kept = {name: value for name, value in vars(sent).items() if name != "people"} | {"format": FORMAT}
    try:
        with written_whole(_path(workspace, sent.package)) as part:
            part.touch(mode=0o600)
            with part.open("w", encoding="ascii") as file:
                file.write(json.dumps(kept, separators=(",", ":"))[:-1] + ',"people":')
                file.writelines(_people(sent.people))
                file.write("}")
    except OSError as error:
        raise TryAgain(
            f"What was sealed cannot be remembered ({error.strerror}).",
            fix="Make room on the disk and seal again.",
        ) from None


def _people(people: People | None) -> Iterator[str]:
    """JSON of everybody, a few thousand at a time."""
    if people is None:
        yield "null"
        return
    left, mark = iter(people.items()), "{"
    while some := list(islice(left, _TOGETHER)):
        each = {ref: [known.content_ref, known.digest] for ref, known in some}
        yield mark + json.dumps(each, separators=(",", ":"))[1:-1]
        mark = ","
    yield "{}" if mark == "{" else "}"


def last_accepted(workspace: Path, receipts: Path, key: PublicKey, *, like: Sent) -> Sent | None:
    """The supply accepted last, of those this workspace remembers and a genuine receipt vouches for.

    Args:
        receipts: where the custodian's receipts are kept.
        key: the custodian's receipt key.
        like: whose people, under which agreement.
    """
    accepted = []
    for path in (workspace / "sent").glob("*.json"):
        seq = _accepted_at(receipts, path.stem, key)
        if seq is not None:
            accepted.append((seq, path))
    for _, path in sorted(accepted, reverse=True):
        found = _read(path)
        if found is not None and found.same_road(like):
            return found
    return None


def _accepted_at(receipts: Path, package: str, key: PublicKey) -> int | None:
    """The entry of the custodian's record at which a package was accepted; None when no receipt says so."""
    for kind in ACCEPTED:
        path = receipts / f"receipt-{package[:12]}-{kind.value}.json"
        try:
            receipt = load(path)
            verify(receipt, key)
        except LinkwellError:
            continue
        if receipt.kind is kind and receipt.facts.get("package") == package and not receipt.test:
            return receipt.checkpoint.seq
    return None


def _read(path: Path) -> Sent | None:
    try:
        kept = json.loads(path.read_bytes())
        if kept.pop("format") != FORMAT:
            return None
        people = kept.pop("people")
        return Sent(**kept, people=people and {ref: Known(*known) for ref, known in people.items()})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _path(workspace: Path, package: str) -> Path:
    return workspace / "sent" / f"{package}.json"
