"""One joint file for several members: taken apart it is what each sealed; nobody on the way needs a key."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.ledger.canonical import canonical_json
from linkwell.supply import joint
from linkwell.supply.package import read_manifest
from linkwell.supply.seal import package_id


@pytest.fixture
def members(custodian_home, seal_to) -> list[Path]:
    """Three members' sealed files, each under its own agreement and with its own signing key."""
    return [
        seal_to(
            custodian_home, name=f"member-{n}.lwp", agreement=f"DSA-{n}", package=package_id(bytes([n]) * 32)
        ).path
        for n in (3, 1, 2)
    ]


def test_each_part_is_the_very_file_its_member_sealed(members, tmp_path) -> None:
    parts = joint.join(members, tmp_path / "joint.lwj")
    assert [part.agreement for part in parts] == ["DSA-1", "DSA-2", "DSA-3"]
    assert joint.read_joint(tmp_path / "joint.lwj") == parts
    taken = joint.take_all_out(tmp_path / "joint.lwj", parts)
    sealed = {read_manifest(path).agreement: path.read_bytes() for path in members}
    assert {read_manifest(path).agreement: path.read_bytes() for path in taken} == sealed


def test_joining_again_gives_the_same_file(members, tmp_path) -> None:
    joint.join(members, tmp_path / "a.lwj")
    joint.join(members[::-1], tmp_path / "b.lwj")
    assert (tmp_path / "a.lwj").read_bytes() == (tmp_path / "b.lwj").read_bytes()


def test_the_same_delivery_twice_and_what_is_no_sealed_file_are_refused(members, tmp_path) -> None:
    with pytest.raises(RefusedByRule, match="twice"):
        joint.join([members[0], members[0]], tmp_path / "joint.lwj")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(WrongUse):
        joint.join([members[0], tmp_path / "notes.txt"], tmp_path / "joint.lwj")
    with pytest.raises(WrongUse, match="joint file holds"):
        joint.join([], tmp_path / "joint.lwj")
    assert not (tmp_path / "joint.lwj").exists()


def all_taken_out(path: Path, out: Path) -> None:
    for part in joint.read_joint(path):
        out.unlink(missing_ok=True)
        joint.take_out(path, part, out)


def test_every_changed_byte_and_every_cut_is_found(members, tmp_path) -> None:
    path, out = tmp_path / "joint.lwj", tmp_path / "part.lwp"
    joint.join(members, path)
    whole = path.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(LinkwellError):
            all_taken_out(path, out)
    for length in (0, 10, len(joint.MAGIC) + 2, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(WrongUse):
            joint.read_joint(path)


def test_an_index_that_lies_about_whose_a_part_is_is_refused(members, tmp_path) -> None:
    path = tmp_path / "joint.lwj"
    joint.join(members[:1], path)
    (part,) = joint.read_joint(path)
    entry = {"agreement": "DSA-9", "package": part.package, "bytes": part.bytes, "sha384": part.sha384}
    head = canonical_json({"format": joint.FORMAT, "parts": [entry]})
    path.write_bytes(joint.MAGIC + struct.pack(">I", len(head)) + head + members[0].read_bytes())
    with pytest.raises(RefusedByRule, match="not what the index"):
        joint.take_all_out(path, joint.read_joint(path))


@pytest.mark.parametrize("head", [b"{}", b"[]", b'{"format":"linkwell-joint/1","parts":[]}', b"\xff", b""])
def test_an_index_in_any_other_form_is_refused(tmp_path, head: bytes) -> None:
    path = tmp_path / "joint.lwj"
    path.write_bytes(joint.MAGIC + struct.pack(">I", len(head)) + head)
    with pytest.raises(WrongUse, match="cannot be read"):
        joint.read_joint(path)
