"""The sealed file: what went in comes out, and a file that was touched anywhere is refused."""

import random
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.ledger.canonical import canonical_json, parse_canonical
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import (
    MAGIC,
    HalvesCheck,
    TableSource,
    check_sealed_bytes,
    open_compartment,
    read_manifest,
    write_package,
)
from linkwell.supply.split import Split
from linkwell.vault.custodian_keys import create_custodian_keys, zone_key_path
from linkwell.vault.envelope import Unopenable
from linkwell.vault.keys import new_key, public_text, read_private_key, sign
from linkwell.vault.zones import Home, ZoneName


@pytest.fixture(scope="module")
def tiny(custodian_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """The smallest package that holds something: a few rows in each half."""
    return sealed(custodian_home, tmp_path_factory.mktemp("tiny") / "tiny.lwp", rows=3)


def sealed(home: Home, path: Path, *, rows: int, package: str = "0" * 32) -> tuple[Path, Manifest]:
    custodian, sender = create_custodian_keys(home), new_key()
    facts = Manifest(
        package=package, created="2026-11-21T09:00:00.000000Z", specification="ab" * 48, agreement="DSA-1",
        organisation="Te Puna", on_behalf_of="", delivery="full", follows="", changes=None,
        verdict="cd" * 48, software="linkwell",
        demo=True, test=False, custodian=custodian.custodian, receipt_key=public_text(custodian.receipts),
        sender_key="", compartments=(),
    )  # fmt: skip
    half = custodian.compartments
    manifest = write_package(
        path,
        facts,
        tables={
            "identity": [source("person", rows)],
            "content": [source("enrolment", rows), source("interaction", 0), source("note", rows * 2)],
        },
        recipients={name: (half[name].zone, half[name].recovery) for name in half},
        signing_key=sender,
    )
    return path, manifest


def source(name: str, rows: int) -> TableSource:
    lines = [b"record_key,client_ref\n", *(b"%032x,\n" % number for number in range(rows))]
    return TableSource(name, rows, 2, lines)


def opened(path: Path, home: Home, name: str) -> dict[str, bytes]:
    key = read_private_key(zone_key_path(home, name))
    tables: dict[str, bytes] = {}
    for table, piece in open_compartment(path, read_manifest(path), name, key):
        tables[table] = tables.get(table, b"") + piece
    return tables


def read_all(path: Path, home: Home) -> None:
    """Everything intake does before a final name is given, in its order."""
    check_sealed_bytes(path, read_manifest(path))
    for name in ("identity", "content"):
        opened(path, home, name)


def test_what_is_sealed_comes_out_byte_for_byte(
    seal_to: Callable[..., Any], custodian_home: Home, sample_split: Split
) -> None:
    supply = seal_to(custodian_home)
    assert read_manifest(supply.path) == supply.manifest
    assert opened(supply.path, custodian_home, "identity") == {"person": sample_split.identity.to_csv_bytes()}
    expected = {table.name: table.to_csv_bytes() for table in sample_split.content}
    assert opened(supply.path, custodian_home, "content") == expected
    counts = {table.name: (table.rows, table.columns) for _, table in supply.manifest.tables()}
    split_tables = (sample_split.identity, *sample_split.content)
    assert counts == {table.name: (len(table.rows), len(table.columns)) for table in split_tables}


def test_each_half_opens_with_its_own_key_and_its_recovery_key_only(
    tiny: tuple[Path, Manifest], custodian_home: Home
) -> None:
    path, manifest = tiny
    keys = custodian_home.zone(ZoneName.KEYS)
    for name, other in (("identity", "content"), ("content", "identity")):
        recovery = read_private_key(keys / "recovery" / f"{name}-recovery.key.pem")
        assert list(open_compartment(path, manifest, name, recovery))
        with pytest.raises(Unopenable, match="not sealed to this key"):
            list(
                open_compartment(path, manifest, name, read_private_key(zone_key_path(custodian_home, other)))
            )


def test_an_empty_table_is_still_named(tiny: tuple[Path, Manifest], custodian_home: Home) -> None:
    facts = {table.name: table for _, table in tiny[1].tables()}
    assert facts["interaction"].rows == 0
    assert opened(tiny[0], custodian_home, "content")["interaction"] == b"record_key,client_ref\n"


def test_nothing_readable_lies_in_the_file(seal_to: Callable[..., Any], custodian_home: Home) -> None:
    data = seal_to(custodian_home).path.read_bytes()
    for needle in ("Anahera", "Tāmati", "1990-01-31", "first_name", "Whānau support"):
        assert needle.encode() not in data


def flips(data: bytes, bits: Iterable[int]) -> Iterator[bytes]:
    for bit in bits:
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


@pytest.mark.slow
def test_every_single_bit_flip_of_the_cover_page_is_refused(
    tiny: tuple[Path, Manifest], tmp_path: Path
) -> None:
    data, forged = tiny[0].read_bytes(), tmp_path / "forged.lwp"
    for damaged in flips(data, range(tiny[1].compartments[0].offset * 8)):
        forged.write_bytes(damaged)
        with pytest.raises(LinkwellError):
            read_manifest(forged)


def test_every_single_bit_flip_of_the_sealed_halves_is_refused(tiny: tuple[Path, Manifest]) -> None:
    """With the test above: every bit of a package of about 4 KiB. A flip never reaches a key."""
    data, manifest = tiny[0].read_bytes(), tiny[1]
    assert 4_000 < len(data) < 6_000
    for damaged in flips(data, range(manifest.compartments[0].offset * 8, len(data) * 8)):
        with pytest.raises(RefusedByRule):
            HalvesCheck(manifest).update(damaged)


def test_ten_thousand_random_flips_of_a_larger_package_are_refused(
    custodian_home: Home, tmp_path: Path
) -> None:
    path, manifest = sealed(custodian_home, tmp_path / "larger.lwp", rows=1_500)
    data, dice = path.read_bytes(), random.Random(384)
    page, forged = manifest.compartments[0].offset, tmp_path / "forged.lwp"
    assert len(data) > 100_000
    in_page = 0
    for damaged in flips(data, (dice.randrange(len(data) * 8) for _ in range(10_000))):
        if damaged[:page] == data[:page]:
            with pytest.raises(RefusedByRule):
                HalvesCheck(manifest).update(damaged)
            continue
        in_page += 1
        forged.write_bytes(damaged)
        with pytest.raises(LinkwellError):
            read_manifest(forged)
    assert in_page > 50


@pytest.mark.parametrize("name", ["identity", "content"])
def test_what_slips_past_the_digests_stops_at_the_seal(
    tiny: tuple[Path, Manifest], custodian_home: Home, tmp_path: Path, name: str
) -> None:
    """As if a forger could also sign: one bit of each byte of a half, with its digests made to match."""
    data, manifest = tiny[0].read_bytes(), tiny[1]
    half, key = manifest.compartment(name), read_private_key(zone_key_path(custodian_home, name))
    forged = tmp_path / "forged.lwp"
    bits = (at * 8 + at % 8 for at in range(half.offset, half.offset + half.sealed_bytes, 3))
    for damaged in flips(data, bits):
        forged.write_bytes(damaged)
        with pytest.raises(Unopenable):
            list(open_compartment(forged, manifest, name, key))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_damage_never_gets_past_the_digests(
    tiny: tuple[Path, Manifest], custodian_home: Home, tmp_path: Path, data: st.DataObject
) -> None:
    original = tiny[0].read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    piece = data.draw(st.binary(max_size=40))
    cut = data.draw(st.integers(0, 40))
    damaged = original[:at] + piece + original[at + cut :]
    forged = tmp_path / "forged.lwp"
    forged.write_bytes(damaged)
    if damaged == original:
        read_all(forged, custodian_home)
        return
    with pytest.raises(LinkwellError):
        read_all(forged, custodian_home)


@pytest.mark.slow
def test_every_truncation_is_refused(tiny: tuple[Path, Manifest], tmp_path: Path) -> None:
    data = tiny[0].read_bytes()
    forged = tmp_path / "forged.lwp"
    page = tiny[1].compartments[0].offset
    assert page < len(data)
    for end in range(len(data)):
        forged.write_bytes(data[:end])
        with pytest.raises(WrongUse):
            read_manifest(forged)
    forged.write_bytes(data + b"\0")
    with pytest.raises(RefusedByRule):
        read_manifest(forged)


def resigned(path: Path, manifest: Manifest, change: Callable[[dict[str, Any]], None], to: Path) -> Path:
    """The same file with another cover page, properly signed by a key of the forger's own."""
    forger = new_key()
    fields = parse_canonical(manifest.to_bytes())
    fields["sender_key"] = public_text(forger.public_key())
    change(fields)
    page = canonical_json(fields)
    signature = sign(forger, page)
    head = MAGIC + struct.pack(">I", len(page)) + page + struct.pack(">H", len(signature)) + signature
    start = manifest.compartments[0].offset
    assert len(head) <= start
    to.write_bytes(head + bytes(start - len(head)) + path.read_bytes()[start:])
    return to


def test_a_valid_signature_over_a_lie_does_not_open(
    tiny: tuple[Path, Manifest], custodian_home: Home, tmp_path: Path
) -> None:
    """Whoever may sign still cannot move halves, rename the package, or claim other tables."""

    def other_package(fields: dict[str, Any]) -> None:
        fields["package"] = "1" * 32

    def other_sizes(fields: dict[str, Any]) -> None:
        tables = fields["compartments"][1]["tables"]
        tables[0]["bytes"] -= 1
        tables[2]["bytes"] += 1

    def other_plaintext(fields: dict[str, Any]) -> None:
        fields["compartments"][0]["tables"][0]["sha384"] = "00" * 48

    def other_split(fields: dict[str, Any]) -> None:
        fields["compartments"][0]["sealed_bytes"] -= 16
        fields["compartments"][1]["offset"] -= 16
        fields["compartments"][1]["sealed_bytes"] += 16

    for number, change in enumerate((other_package, other_sizes, other_plaintext, other_split)):
        forged = resigned(*tiny, change, tmp_path / f"{number}.lwp")
        assert read_manifest(forged).sender != tiny[1].sender
        with pytest.raises(RefusedByRule):
            read_all(forged, custodian_home)


def test_halves_of_two_packages_cannot_be_put_together(custodian_home: Home, tmp_path: Path) -> None:
    """Even with a new signature and true digests: each half says which package it belongs to."""
    one, first = sealed(custodian_home, tmp_path / "one.lwp", rows=3)
    two, second = sealed(custodian_home, tmp_path / "two.lwp", rows=3, package="1" * 32)
    theirs = second.compartment("content")
    assert theirs.sealed_bytes == first.compartment("content").sealed_bytes

    def graft(fields: dict[str, Any]) -> None:
        fields["compartments"][1] = parse_canonical(second.to_bytes())["compartments"][1]

    grafted = resigned(one, first, graft, tmp_path / "grafted.lwp")
    data = grafted.read_bytes()[: theirs.offset] + two.read_bytes()[theirs.offset :]
    grafted.write_bytes(data)
    check_sealed_bytes(grafted, read_manifest(grafted))
    assert opened(grafted, custodian_home, "identity")
    with pytest.raises(Unopenable, match="another file"):
        opened(grafted, custodian_home, "content")


@pytest.mark.parametrize(
    "change",
    [
        {"package": "../../etc/passwd"},
        {"specification": "AB" * 48},
        {"organisation": "line\nbreak"},
        {"organisation": "nothing\0after"},
        {"created": "2026-11-21T22:00:00.000000+13:00"},
        {"created": "2026-11-21"},
        {"created": "!"},
        {"created": "2026-13-01T09:00:00.000000Z"},
        {"created": "2026-02-31T09:00:00.000000Z"},
        {"demo": 1},
        {"sender_key": "AAAA"},
        {"unknown": 1},
        {"format": "linkwell-package/2"},
        {"compartments": []},
    ],
)
def test_a_manifest_of_another_shape_is_not_read(tiny: tuple[Path, Manifest], change: dict[str, Any]) -> None:
    fields = {**parse_canonical(tiny[1].to_bytes()), **change}
    with pytest.raises(WrongUse, match="cover page"):
        Manifest.from_bytes(canonical_json(fields))


@pytest.mark.parametrize("name", ["../person", "Person", "", "person.csv", "a" * 64, "person\n"])
def test_a_table_name_that_could_leave_its_folder_is_not_read(tiny: tuple[Path, Manifest], name: str) -> None:
    fields = parse_canonical(tiny[1].to_bytes())
    fields["compartments"][1]["tables"][0]["name"] = name
    with pytest.raises(WrongUse, match="cover page"):
        Manifest.from_bytes(canonical_json(fields))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"LINKWELL-PACKAGE 2\n" + bytes(9), b"a,b\n1,2\n"])
def test_other_files_are_not_packages(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.lwp"
    with pytest.raises(WrongUse, match="no sealed file"):
        read_manifest(path)
    path.write_bytes(data)
    with pytest.raises(WrongUse, match="not a sealed file"):
        read_manifest(path)


def test_a_failure_while_sealing_leaves_no_file(custodian_home: Home, tmp_path: Path) -> None:
    def breaks() -> Any:
        yield b"record_key,client_ref\n"
        raise OSError("disk full")

    path = tmp_path / "out.lwp"
    _, manifest = sealed(custodian_home, tmp_path / "fine.lwp", rows=1)
    keys = create_custodian_keys(custodian_home).compartments
    with pytest.raises(OSError, match="disk full"):
        write_package(
            path,
            replace(manifest, compartments=()),
            tables={"identity": [source("person", 1)], "content": [TableSource("enrolment", 1, 2, breaks())]},
            recipients={name: (keys[name].zone,) for name in keys},
            signing_key=new_key(),
        )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fine.lwp"]


def test_a_manifest_that_would_not_be_read_is_not_written(custodian_home: Home, tmp_path: Path) -> None:
    _, manifest = sealed(custodian_home, tmp_path / "fine.lwp", rows=1)
    keys = create_custodian_keys(custodian_home).compartments
    with pytest.raises(WrongUse, match="cover page"):
        write_package(
            tmp_path / "bad.lwp",
            replace(manifest, compartments=(), agreement="two\nlines"),
            tables={"identity": [source("person", 1)], "content": [source("enrolment", 1)]},
            recipients={name: (keys[name].zone,) for name in keys},
            signing_key=new_key(),
        )
    assert not (tmp_path / "bad.lwp").exists()
