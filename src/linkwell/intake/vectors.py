"""Makes the packages of the conformance kit: a few right ones, and each way of being wrong once."""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from linkwell.intake.conformance import (
    AGREEMENT,
    CUSTODIAN,
    Vector,
    kit_key,
    prepare,
    write_index,
)
from linkwell.ledger.canonical import canonical_json, parse_canonical
from linkwell.supply.changes import People, part_of, people_of
from linkwell.supply.manifest import Delivery, Manifest
from linkwell.supply.package import MAGIC, read_manifest
from linkwell.supply.practice import practice_split
from linkwell.supply.seal import seal, seal_practice
from linkwell.supply.split import Split, SplitTable
from linkwell.vault.custodian_keys import CustodianKeys, load_bundle
from linkwell.vault.envelope import MAGIC as SEAL_MAGIC
from linkwell.vault.keys import PrivateKey, new_key, public_text, sign
from linkwell.vault.zones import write_whole

OPEN, REFUSE = "must-open", "must-refuse"
Change = Callable[[dict[str, Any]], None]
_ALONE = (
    "flip-cover-page", "flip-signature", "flip-padding", "flip-identity-header", "flip-identity",
    "flip-content-tag", "cut-one-byte", "cut-in-cover-page", "one-byte-more", "halves-exchanged",
    "not-sealed", "only-a-stream", "other-package", "unknown-format", "path-in-a-name", "other-plaintext",
    "not-canonical",
)  # fmt: skip
"""What is wrong in the file itself, whatever was agreed."""


def make(kit: Path) -> list[Vector]:
    """Write a whole kit into a folder; an earlier one there is replaced file by file."""
    maker = _Maker(kit)
    try:
        vectors = [*maker.right(), *maker.wrong_bytes(), *maker.wrong_promises(), *maker.wrong_tables()]
    finally:
        maker.close()
    write_index(kit, vectors)
    return vectors


class _Maker:
    """Seals and spoils packages; `full` is the one most others are made from."""

    def __init__(self, kit: Path) -> None:
        self.kit = kit
        for folder in (OPEN, REFUSE):
            shutil.rmtree(kit / folder, ignore_errors=True)
            (kit / folder).mkdir(parents=True)
        self._working = Path(tempfile.mkdtemp(prefix="linkwell-vectors-"))
        home, self.spec = prepare(self._working / "home")
        shutil.copyfile(home.path / "custodian-keys.json", kit / "custodian-keys.json")
        self.custodian = load_bundle(kit / "custodian-keys.json")
        self.split = practice_split(self.spec, "conformance")
        self.full = kit / OPEN / "full.lwp"

    def close(self) -> None:
        shutil.rmtree(self._working, ignore_errors=True)

    def seal(self, path: Path, split: Split, **changes: Any) -> Manifest:
        facts: dict[str, Any] = {
            "verdict_digest": "00" * 48,
            "agreement": AGREEMENT,
            "organisation": CUSTODIAN,
            "signing_key": kit_key("sender"),
            "custodian": self.custodian,
            "package": "0" * 31 + "1",
            **changes,
        }
        return seal(split, self.spec, out=path, **facts)

    def right(self) -> list[Vector]:
        """What must open."""
        manifest = self.seal(self.full, self.split)
        everybody = {table.name: table.rows for _, table in manifest.tables()}
        fewer = replace(self.split, content=tuple(replace(each, rows=[]) for each in self.split.content))
        self.seal(self.kit / OPEN / "no-services.lwp", fewer, package="0" * 31 + "2")
        quoted = _with_cell(self.split, "last_name", 'Te "Ahi", Kā')
        self.seal(self.kit / OPEN / "quotes-and-macrons.lwp", quoted, package="0" * 31 + "3")
        seal_practice(
            self.spec, agreement=AGREEMENT, organisation=CUSTODIAN, signing_key=kit_key("sender"),
            custodian=self.custodian, out=self.kit / OPEN / "practice.lwp",
        )  # fmt: skip
        people = len(self.split.identity.rows)
        nobody = {name: rows if name == self.split.identity.name else 0 for name, rows in everybody.items()}
        after = self._delta(self.kit / OPEN / "delta.lwp", follows=manifest.package)
        return [
            Vector(f"{OPEN}/full.lwp", True, "Everybody, in every agreed table.", "", people, everybody),
            Vector(
                f"{OPEN}/no-services.lwp", True, "Tables without rows are still there.", "", people, nobody
            ),
            Vector(
                f"{OPEN}/quotes-and-macrons.lwp",
                True,
                "Commas, quotes and macrons in cells.",
                "",
                people,
                everybody,
            ),
            Vector(
                f"{OPEN}/practice.lwp", True, "A practice send of invented people.", "", people, everybody
            ),
            Vector(
                f"{OPEN}/delta.lwp",
                True,
                "One new, one changed and one gone since full.lwp.",
                f"{OPEN}/full.lwp",
                people,
                after,
            ),
        ]

    def _delta(self, path: Path, *, follows: str, **changes: Any) -> dict[str, int]:
        """One new person, one changed, one gone, since the full one."""
        before = self._people(self.split)
        rows = self.split.identity.rows
        gone, changed, pattern = rows[0][0], rows[1][0], rows[2]
        key, ref = "f" * 32, "e" * 32
        new = (key, ref, *pattern[2:])
        identity = [row for row in rows if row[0] != gone] + [new]
        content = []
        for table in self.split.content:
            staying = [row for row in table.rows if row[0] not in (gone, changed)]
            content.append(replace(table, rows=sorted([*staying, *_as_of(table, pattern[0], key, ref)])))
        now = Split(replace(self.split.identity, rows=sorted(identity)), tuple(content))
        part = part_of(now, Delivery.DELTA, before=before, now=self._people(now), secret=b"conformance")
        facts = {
            "delivery": Delivery.DELTA,
            "follows": follows,
            "changes": part.changes,
            "package": "0" * 31 + "4",
        }
        self.seal(path, part.split, **{**facts, **changes})
        return {table.name: len(table.rows) for table in (now.identity, *now.content)}

    def _people(self, split: Split) -> People:
        refs = {row[1]: next((r[1] for t in self.split.content for r in t.rows if r[0] == row[0]), row[1])
                for row in split.identity.rows}  # fmt: skip
        found = people_of(split, refs, b"conformance")
        assert found is not None
        return found

    def spoil(self, name: str, about: str, data: bytes) -> Vector:
        write_whole(self.kit / REFUSE / f"{name}.lwp", data, mode=0o644)
        return Vector(f"{REFUSE}/{name}.lwp", False, about, alone=name in _ALONE)

    def wrong_bytes(self) -> list[Vector]:
        """Damage and swaps that need no key."""
        data, manifest = self.full.read_bytes(), read_manifest(self.full)
        identity, content = manifest.compartments
        first, second = data[identity.offset : content.offset], data[content.offset :]
        page = len(MAGIC) + 4
        length = struct.unpack(">I", data[len(MAGIC) : page])[0]
        recipients = identity.offset + first.index(bytes.fromhex(identity.recipients[1]))
        return [
            self.spoil("flip-cover-page", "One bit of the cover page.", _flip(data, page + 40)),
            self.spoil("flip-signature", "One bit of the signature.", _flip(data, page + length + 30)),
            self.spoil(
                "flip-padding",
                "One bit between the signature and the first half.",
                _flip(data, identity.offset - 1),
            ),
            self.spoil(
                "flip-identity-header", "One bit of the other recipient's key.", _flip(data, recipients + 60)
            ),
            self.spoil("flip-identity", "One bit of the names.", _flip(data, content.offset - 40)),
            self.spoil("flip-content-tag", "The last bit.", _flip(data, len(data) - 1)),
            self.spoil("cut-one-byte", "The last byte is missing.", data[:-1]),
            self.spoil("cut-in-cover-page", "It ends in the cover page.", data[: page + 100]),
            self.spoil("one-byte-more", "A byte follows the last half.", data + b"\0"),
            self.spoil(
                "halves-exchanged",
                "Names and details have changed places.",
                data[: identity.offset] + second + first,
            ),
            self.spoil("not-sealed", "A spreadsheet's text.", b"record_key,client_ref,first_name\n"),
            self.spoil("only-a-stream", "A sealed half without its package.", SEAL_MAGIC + first[8:]),
        ]

    def resigned(self, name: str, about: str, change: Change, *, key: PrivateKey | None = None) -> Vector:
        """The full package with another cover page, properly signed."""
        signer = key or kit_key("sender")
        data, manifest = self.full.read_bytes(), read_manifest(self.full)
        fields = parse_canonical(manifest.to_bytes())
        fields["sender_key"] = public_text(signer.public_key())
        change(fields)
        return self._signed(name, about, canonical_json(fields), signer, data, manifest)

    def _signed(
        self, name: str, about: str, page: bytes, signer: PrivateKey, data: bytes, manifest: Manifest
    ) -> Vector:
        signature, start = sign(signer, page), manifest.compartments[0].offset
        head = MAGIC + struct.pack(">I", len(page)) + page + struct.pack(">H", len(signature)) + signature
        return self.spoil(name, about, head + bytes(max(0, start - len(head))) + data[start:])

    def wrong_promises(self) -> list[Vector]:
        """Cover pages that are signed and still not to be believed."""

        def set_to(**values: Any) -> Change:
            return lambda fields: fields.update(values)

        def tables(number: int, **values: Any) -> Change:
            return lambda fields: fields["compartments"][number]["tables"][0].update(values)

        data, manifest = self.full.read_bytes(), read_manifest(self.full)
        spaced = json.dumps(parse_canonical(manifest.to_bytes()), ensure_ascii=False).encode()
        return [
            self.resigned("unknown-sender", "Signed by a key that is not enrolled.", set_to(), key=new_key()),
            self.resigned("other-agreement", "Another agreement.", set_to(agreement="CONFORMANCE-002")),
            self.resigned("other-specification", "Another specification.", set_to(specification="ab" * 48)),
            self.resigned("other-package", "Another name than the halves say.", set_to(package="9" * 32)),
            self.resigned("unknown-field", "A field the format does not have.", set_to(more=1)),
            self.resigned("unknown-format", "Another version.", set_to(format="linkwell-package/9")),
            self.resigned(
                "path-in-a-name", "A table's name that would leave its folder.", tables(1, name="../../x")
            ),
            self.resigned(
                "other-plaintext", "Another fingerprint than the names have.", tables(0, sha384="00" * 48)
            ),
            self.resigned("other-row-count", "More rows promised than there are.", tables(1, rows=99)),
            self.resigned(
                "full-that-follows", "A full one that says it follows another.", set_to(follows="1" * 32)
            ),
            self.resigned(
                "time-with-a-zone",
                "A time in another form.",
                set_to(created="2026-11-22T10:00:00.000000+13:00"),
            ),
            self.resigned("unknown-delivery", "A kind of delivery there is not.", set_to(delivery="merge")),
            self._signed(
                "not-canonical",
                "Signed JSON that is not canonical.",
                spaced,
                kit_key("sender"),
                data,
                manifest,
            ),
            self._to_other_keys(),
        ]

    def _to_other_keys(self) -> Vector:
        halves = {name: replace(keys, recovery=new_key().public_key())
                  for name, keys in self.custodian.compartments.items()}  # fmt: skip
        other = CustodianKeys(self.custodian.custodian, self.custodian.demo, halves, self.custodian.receipts)
        self.seal(self.kit / REFUSE / "other-recovery-key.lwp", self.split, custodian=other)
        about = "Also sealed to a recovery key that is not the custodian's."
        return Vector(f"{REFUSE}/other-recovery-key.lwp", False, about)

    def wrong_tables(self) -> list[Vector]:
        """Rightly sealed and signed, and wrong inside; and parts that follow the wrong supply."""
        identity, (first, *rest) = self.split.identity, self.split.content
        one_more = replace(first, columns=(*first.columns, "notes"), rows=[(*row, "") for row in first.rows])
        other_rows = {
            "rows-not-in-order": ("Rows that are not sorted.", identity.rows[::-1]),
            "person-twice": ("One record key twice among the names.", [identity.rows[0], *identity.rows]),
            "nobody-to-link": ("Details of somebody who is not among the names.", identity.rows[1:]),
        }
        other_tables = {
            "table-missing": ("An agreed table is not there.", tuple(rest)),
            "table-more": ("A table nobody agreed to.",
                           (*self.split.content, SplitTable("notes", first.columns, []))),
            "column-more": ("A column nobody agreed to.", (one_more, *rest)),
        }  # fmt: skip
        spoiled = {
            **{name: (about, replace(self.split, identity=replace(identity, rows=rows)))
               for name, (about, rows) in other_rows.items()},
            **{name: (about, replace(self.split, content=content))
               for name, (about, content) in other_tables.items()},
            "not-a-date": ("A date in another form.",
                           _with_cell(self.split, "date_of_birth", "31/01/1990")),
            "real-health-number": ("A health number that is not for tests.",
                                   _with_cell(self.split, "nhi", "ABC1235")),
        }  # fmt: skip
        made = []
        for number, (name, (about, split)) in enumerate(spoiled.items(), start=10):
            self.seal(self.kit / REFUSE / f"{name}.lwp", split, package=f"{number:032d}")
            made.append(Vector(f"{REFUSE}/{name}.lwp", False, about))
        for name, about, follows, after in (
            ("delta-of-another", "A delta that follows a supply nobody sent.", "8" * 32, f"{OPEN}/full.lwp"),
            ("delta-of-nothing", "A delta where nothing was accepted.", "0" * 31 + "1", ""),
        ):
            self._delta(self.kit / REFUSE / f"{name}.lwp", follows=follows, package="7" * 32)
            made.append(Vector(f"{REFUSE}/{name}.lwp", False, about, after))
        return made


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _with_cell(split: Split, column: str, cell: str) -> Split:
    """The split with one cell of the first person changed."""
    identity = split.identity
    at = identity.columns.index(column)
    first, *rest = identity.rows
    return replace(split, identity=replace(identity, rows=[(*first[:at], cell, *first[at + 1 :]), *rest]))


def _as_of(table: SplitTable, record: str, key: str, ref: str) -> list[tuple[str, ...]]:
    """One person's rows of a table as another's."""
    return [(key, ref, *row[2:]) for row in table.rows if row[0] == record]
