"""The custodian's front door: the right package comes in whole, anything else stays outside."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, WrongUse
from linkwell.intake import open_package, opening, received_facts, verify_package
from linkwell.intake.opened import ZONE_OF
from linkwell.supply.split import Split, SplitTable
from linkwell.vault.custodian_keys import create_custodian_keys, zone_key_path
from linkwell.vault.keys import fingerprint, new_key, write_private_key
from linkwell.vault.zones import Home, ZoneName

SUPPLY = "DSA-2026-001-001"


def verified(supply: Any, **changes: Any) -> Any:
    arguments = {
        "sender_keys": supply.sender_keys,
        "specification_digest": supply.specification.digest,
        "agreement": supply.agreement,
        **changes,
    }
    return verify_package(supply.path, **arguments)


def opened(supply: Any, **changes: Any) -> Any:
    arguments = {"home": supply.home, "supply_id": SUPPLY, "specification": supply.specification, **changes}
    return open_package(supply.path, **arguments)


def zone_files(home: Home) -> list[str]:
    """Every file in the two zones, hidden ones too."""
    zones = [home.zone(name).path for name in (ZoneName.IDENTITY, ZoneName.RESEARCH)]
    return sorted(
        str(path.relative_to(home.path)) for zone in zones for path in zone.rglob("*") if path.is_file()
    )


# The first look


def test_the_right_package_is_verified(seal_to: Callable[..., Any], custodian_home: Home) -> None:
    supply = seal_to(custodian_home)
    seen: list[tuple[int, int]] = []
    manifest = verified(supply, custodian=supply.custodian, progress=lambda *at: seen.append(at))
    assert manifest == supply.manifest
    assert seen[-1] == (supply.path.stat().st_size,) * 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sender_keys": set()}, "not enrolled"),
        ({"sender_keys": {"ab" * 48}}, "not enrolled"),
        ({"agreement": "DSA-2026-002"}, "another agreement"),
        ({"specification_digest": "ab" * 48}, "another data specification"),
        ({"largest": 100}, "larger than"),
    ],
)
def test_each_mismatch_has_its_own_plain_sentence(
    seal_to: Callable[..., Any], custodian_home: Home, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RefusedByRule, match=sentence) as raised:
        verified(seal_to(custodian_home), **change)
    assert raised.value.why
    assert raised.value.fix


def test_a_package_for_another_custodian_is_refused_before_it_is_opened(
    seal_to: Callable[..., Any], custodian_home: Home, fresh_home: Home
) -> None:
    supply = seal_to(custodian_home)
    with pytest.raises(RefusedByRule, match="other keys"):
        verified(supply, custodian=create_custodian_keys(fresh_home))
    with pytest.raises(RefusedByRule, match="receipts from another key"):
        verified(supply, custodian=replace(supply.custodian, receipts=new_key().public_key()))


def test_invented_people_are_not_taken_by_a_real_custodian(
    seal_to: Callable[..., Any], custodian_home: Home
) -> None:
    supply = seal_to(custodian_home)
    real = replace(supply.custodian, demo=False)
    with pytest.raises(RefusedByRule, match="invented"):
        verified(supply, custodian=real)
    practice = seal_to(custodian_home, name="practice.lwp", test=True)
    assert verified(practice, custodian=real).test


def test_altered_and_cut_packages_are_refused(seal_to: Callable[..., Any], custodian_home: Home) -> None:
    supply = seal_to(custodian_home)
    data = supply.path.read_bytes()
    supply.path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(RefusedByRule, match="changed or damaged"):
        verified(supply)
    supply.path.write_bytes(data[:-1])
    with pytest.raises(WrongUse, match="ends too early"):
        verified(supply)
    supply.path.write_bytes(b"name,date of birth\n")
    with pytest.raises(WrongUse, match="not a sealed file"):
        verified(supply)


def test_a_received_receipt_states_what_the_receiver_holds(
    seal_to: Callable[..., Any], custodian_home: Home
) -> None:
    supply = seal_to(custodian_home)
    facts = received_facts(supply.path)
    assert facts["bytes"] == supply.path.stat().st_size
    assert facts["package"] == supply.manifest.package
    assert len(str(facts["sha384"])) == 96


# Opening


def test_a_package_opens_into_its_two_zones(
    seal_to: Callable[..., Any], fresh_home: Home, sample_split: Split
) -> None:
    supply = seal_to(fresh_home)
    result = opened(supply)
    assert result.identity.read_bytes() == sample_split.identity.to_csv_bytes()
    for table in sample_split.content:
        assert result.content[table.name].read_bytes() == table.to_csv_bytes()
    assert result.rows == {"person": 3, "enrolment": 3, "interaction": 2}
    assert (result.people, result.identity_only, result.content_only) == (3, 0, 0)
    assert (result.demo, result.test) == (True, False)
    assert zone_files(fresh_home) == [
        f"identity/supplies/{SUPPLY}/identity.csv",
        f"identity/supplies/{SUPPLY}/package.json",
        f"research/supplies/{SUPPLY}/enrolment.csv",
        f"research/supplies/{SUPPLY}/interaction.csv",
        f"research/supplies/{SUPPLY}/package.json",
    ]
    assert result.identity.stat().st_mode & 0o077 == 0
    assert result.identity.parent.stat().st_mode & 0o077 == 0


def test_names_stay_out_of_research_and_details_out_of_identity(
    seal_to: Callable[..., Any], fresh_home: Home
) -> None:
    opened(seal_to(fresh_home))
    texts = {name: b"".join(path.read_bytes() for path in fresh_home.zone(name).path.rglob("*.*"))
             for name in (ZoneName.IDENTITY, ZoneName.RESEARCH, ZoneName.INTAKE)}  # fmt: skip
    assert "Tāmati".encode() in texts[ZoneName.IDENTITY]
    assert "Tāmati".encode() not in texts[ZoneName.RESEARCH] + texts[ZoneName.INTAKE]
    assert "Whānau support".encode() in texts[ZoneName.RESEARCH]
    assert "Whānau support".encode() not in texts[ZoneName.IDENTITY] + texts[ZoneName.INTAKE]


def test_opening_again_finds_it_done(seal_to: Callable[..., Any], fresh_home: Home) -> None:
    supply = seal_to(fresh_home)
    first = opened(supply)
    written = first.identity.stat().st_mtime_ns
    zone_key_path(fresh_home, "identity").unlink()  # no key is needed to see that it is done
    assert opened(supply) == first
    assert first.identity.stat().st_mtime_ns == written


@pytest.mark.parametrize("lost", ["record", "content", "identity"])
def test_a_run_killed_while_giving_names_is_finished_by_the_next(
    seal_to: Callable[..., Any], fresh_home: Home, lost: str
) -> None:
    supply = seal_to(fresh_home)
    first = opened(supply)
    before = {name: (fresh_home.path / name).read_bytes() for name in zone_files(fresh_home)}
    fresh_home.zone(ZoneName.INTAKE).folder("opened").joinpath(f"{SUPPLY}.json").unlink()
    if lost in {"content", "identity"}:
        folder = fresh_home.zone(ZONE_OF[lost]).folder("supplies") / SUPPLY
        folder.rename(folder.with_name(f".opening-{SUPPLY}"))
    assert opened(supply) == first
    assert {name: (fresh_home.path / name).read_bytes() for name in zone_files(fresh_home)} == before


def test_another_package_is_never_opened_over_an_accepted_one(
    seal_to: Callable[..., Any], fresh_home: Home
) -> None:
    opened(seal_to(fresh_home))
    other = seal_to(fresh_home, name="other.lwp", verdict_digest="cd" * 48)
    before = zone_files(fresh_home)
    with pytest.raises(RefusedByRule, match="already opened"):
        opened(other)
    assert zone_files(fresh_home) == before


def test_a_package_for_another_specification_is_not_opened(
    seal_to: Callable[..., Any], fresh_home: Home
) -> None:
    supply = seal_to(fresh_home)
    with pytest.raises(RefusedByRule, match="another data specification"):
        opened(supply, specification=replace(supply.specification, version=7))
    assert zone_files(fresh_home) == []


def test_with_the_wrong_key_nothing_is_opened(seal_to: Callable[..., Any], fresh_home: Home) -> None:
    supply = seal_to(fresh_home)
    write_private_key(zone_key_path(fresh_home, "content"), new_key())
    with pytest.raises(RefusedByRule, match="not sealed to this key"):
        opened(supply)
    assert zone_files(fresh_home) == []


def damaged_tables(split: Split) -> dict[str, Split]:
    person, (enrolment, interaction) = split.identity, split.content
    rows = enrolment.rows
    return {
        "rows are doubled or not in order": replace(
            split, content=(replace(enrolment, rows=rows[::-1]), interaction)
        ),
        "rows are doubled": replace(split, identity=replace(person, rows=[person.rows[0], *person.rows])),
        "a row is not complete": replace(
            split, content=(replace(enrolment, rows=[("short",), *rows]), interaction)
        ),
        "its headings": replace(
            split, identity=SplitTable(person.name, ("client_key", *person.columns[1:]), person.rows)
        ),
        "of the people in the service details": replace(
            split, identity=replace(person, rows=person.rows[:1])
        ),
    }


@pytest.mark.parametrize(
    "sentence",
    ["rows are doubled or not in order", "rows are doubled", "a row is not complete", "its headings",
     "of the people in the service details"],
)  # fmt: skip
def test_tables_not_in_the_agreed_form_leave_nothing_in_the_zones(
    seal_to: Callable[..., Any], fresh_home: Home, sample_split: Split, sentence: str
) -> None:
    supply = seal_to(fresh_home, split=damaged_tables(sample_split)[sentence])
    sealed = supply.path.read_bytes()
    with pytest.raises(RefusedByRule, match=sentence) as raised:
        opened(supply)
    assert "Tāmati" not in str(raised.value)
    assert zone_files(fresh_home) == []
    assert supply.path.read_bytes() == sealed


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("identity", "date_of_birth", "31/01/1990"),
        ("identity", "nhi", "ZZZ0000"),
        ("identity", "gender", "F"),
        ("enrolment", "start_date", "2022-02-30"),
        ("interaction", "attendance", "turned up"),
    ],
)
def test_cells_that_are_not_as_agreed_are_refused_without_being_repeated(
    seal_to: Callable[..., Any], fresh_home: Home, sample_split: Split, table: str, column: str, cell: str
) -> None:
    def changed(found: SplitTable) -> SplitTable:
        at = found.columns.index(column)
        return replace(found, rows=[(*row[:at], cell, *row[at + 1 :]) for row in found.rows])

    split = sample_split
    if table == "identity":
        split = replace(split, identity=changed(split.identity))
    else:
        split = replace(split, content=tuple(changed(t) if t.name == table else t for t in split.content))
    with pytest.raises(RefusedByRule, match="not as agreed") as raised:
        opened(seal_to(fresh_home, split=split))
    assert column in raised.value.where
    assert cell not in str(raised.value)
    assert zone_files(fresh_home) == []


def test_the_custodians_own_verdict_is_kept_with_what_was_opened(
    seal_to: Callable[..., Any], fresh_home: Home
) -> None:
    verdicts = opened(seal_to(fresh_home)).verdicts
    assert verdicts["identity"]["rows"] == {"person": 3}
    assert verdicts["content"]["rows"] == {"enrolment": 3, "interaction": 2}
    assert not any(verdict["blocks"] for verdict in verdicts.values())


def test_people_without_service_details_are_counted_not_refused(
    seal_to: Callable[..., Any], fresh_home: Home, sample_split: Split
) -> None:
    enrolment, interaction = sample_split.content
    fewer = replace(sample_split, content=(replace(enrolment, rows=enrolment.rows[1:]), interaction))
    result = opened(seal_to(fresh_home, split=fewer))
    assert (result.people, result.identity_only) == (3, 1)


def test_a_stopped_opener_can_be_tried_again(
    seal_to: Callable[..., Any], fresh_home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    supply = seal_to(fresh_home)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nkill -9 $$\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(opening.sys, "executable", str(broken))
        with pytest.raises(TryAgain, match="stopped"):
            opened(supply)
    assert zone_files(fresh_home) == []
    assert opened(supply).people == 3


@pytest.mark.only_on("linux", "darwin")  # limits are Unix's
def test_the_opener_bounds_what_it_may_take(seal_to: Callable[..., Any], custodian_home: Home) -> None:
    import subprocess
    import sys

    half = seal_to(custodian_home).manifest.compartment("identity")
    script = (
        "import json, resource, sys\n"
        "from linkwell.intake.opener import _limit\n"
        "from linkwell.supply.manifest import CompartmentFacts\n"
        "_limit(CompartmentFacts(**json.load(sys.stdin)))\n"
        "names = ('RLIMIT_CORE', 'RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_FSIZE')\n"
        "print(json.dumps([resource.getrlimit(getattr(resource, name))[0] for name in names]))\n"
    )
    facts = json.dumps({**vars(half), "tables": []})
    ended = subprocess.run(
        [sys.executable, "-c", script], input=facts, capture_output=True, text=True, check=True
    )
    core, memory, seconds, size = json.loads(ended.stdout)
    assert core == 0
    assert 0 < memory <= 4 << 30
    assert 0 < seconds <= 3600
    assert size == (1 << 20) * 2


@pytest.mark.parametrize("name", ["../x", "", ".hidden", "a/b", "x" * 65])
def test_a_supply_id_cannot_leave_its_folder(
    seal_to: Callable[..., Any], custodian_home: Home, name: str
) -> None:
    with pytest.raises(ValueError, match="supply id"):
        opened(seal_to(custodian_home), supply_id=name)


def test_cells_with_commas_and_quotes_come_through(
    seal_to: Callable[..., Any], fresh_home: Home, sample_split: Split
) -> None:
    person = sample_split.identity
    at = person.columns.index("last_name")
    rows = [(*row[:at], 'Te "Ahi", Kā', *row[at + 1 :]) for row in person.rows]
    result = opened(seal_to(fresh_home, split=replace(sample_split, identity=replace(person, rows=rows))))
    with result.identity.open(newline="", encoding="utf-8") as file:
        assert [row[at] for row in csv.reader(file)][1:] == ['Te "Ahi", Kā'] * 3


def test_sender_keys_are_fingerprints(seal_to: Callable[..., Any], custodian_home: Home) -> None:
    supply = seal_to(custodian_home)
    assert supply.sender_keys == {fingerprint(supply.sender.public_key())}
    assert issubclass(RefusedByRule, LinkwellError)
