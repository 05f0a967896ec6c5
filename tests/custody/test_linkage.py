"""How many were found is told roughly to everybody but linkers, and never as all, none, or of a few."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkwell.custody.home import links_path
from linkwell.custody.jobs.models import Job
from linkwell.custody.linkage import actions as linkage_actions
from linkwell.custody.linkage import judging
from linkwell.custody.linkage.jobs import (
    finish_link,
    finish_link_again,
    found_words,
    roughly,
    spine_paths,
    work_link,
    work_link_again,
)
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.supplies import actions
from linkwell.custody.supplies.models import Supply
from linkwell.errors import WrongUse
from linkwell.vault.zones import ZoneName


@pytest.mark.parametrize(
    ("found", "people", "words"),
    [
        (402, 414, "about 97 %"),
        (414, 414, "99 % or more"),
        (0, 414, "1 % or less"),
        (50, 99, "too few records to say"),
        (0, 0, "too few records to say"),
    ],
)
def test_the_share_is_rough(found, people, words) -> None:
    assert found_words(roughly(found, people)) == words


def test_the_exact_number_found_is_in_no_receipt_and_no_event(registry) -> None:
    from linkwell.custody.audit.models import AuditEvent

    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    Supply.objects.update(state="linking")
    decisions = ["link"] * 317 + ["review"] * 23 + ["none"] * 60
    finish_link(Job(subject=supply.reference), SimpleNamespace(links=pa.table({"decision": decisions})))
    told = actions.find(supply.reference).receipts.get(kind="linked").document
    told += str(list(AuditEvent.objects.values_list("details", flat=True)))
    assert "about 79 %" in told
    for exact in ("317", "23,", "60,"):
        assert f": {exact}" not in told
    assert '"people":400' in told.replace(" ", "")


LIST = """record_key,first_name,last_name,dob,gender
k1,Jon,Hartley,1980-01-02,1
k2,Annie,Rewi,1991-03-04,2
k3,Petra,Quill,1975-05-06,2
k4,Nobody,Here,1960-07-08,1
"""
SPINE = [
    (1, "John", "Hartley", "1980-01-02", "1"),
    (2, "Ann", "Rewi", "1991-03-04", "2"),
    (3, "Petra", "Quill", "1975-05-06", "2"),
    *((n, f"Ivo{chr(97 + n % 26)}", f"Marr{chr(97 + n % 25)}o", f"19{n % 90 + 10}-04-{n % 28 + 1:02d}", "1")
      for n in range(4, 400)),
]  # fmt: skip


@pytest.fixture
def linked(registry) -> tuple[Supply, Path]:
    """A supply of four, linked once, with its folder of links in the linkers' zone."""
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    home = registry.home
    folder = home.zone(ZoneName.IDENTITY).folder("supplies", supply.reference)
    (folder / "identity.csv").write_text(LIST, "utf-8")
    names = ("spine_id", "first_name", "last_name", "dob", "gender")
    source, _ = spine_paths(home)
    pq.write_table(
        pa.table({n: list(c) for n, c in zip(names, zip(*SPINE, strict=True), strict=True)}), source
    )
    Supply.objects.update(state="linked")
    work_link(Job(pk=1, subject=supply.reference), lambda done, total: None)
    return actions.find(supply.reference), links_path(supply.reference).parent


def test_an_older_nhi_number_of_a_person_on_the_spine_links(registry, linked) -> None:
    supply, folder = linked
    source, _ = spine_paths(registry.home)
    spine = pq.read_table(source)
    numbers = pa.array(["ZZZ0016", *[None] * (spine.num_rows - 1)], pa.string())
    pq.write_table(spine.append_column("nhi", numbers), source)
    home = registry.home.zone(ZoneName.IDENTITY).folder("supplies", supply.reference)
    (home / "identity.csv").write_text("record_key,nhi\nk1,ZZZ0024\nk2,ZZZ0032\n", "utf-8")
    found = work_link(Job(pk=7, subject=supply.reference), lambda done, total: None).links.to_pylist()
    assert [row["person"] for row in found] == [None, None]
    before = (folder / "made-from").read_bytes()
    known = pa.table({"secondary": ["ZZZ0024"], "primary": ["ZZZ0016"]})
    pq.write_table(known, source.with_name("nhi_secondary.parquet"))
    found = work_link(Job(pk=8, subject=supply.reference), lambda done, total: None).links.to_pylist()
    assert [(row["person"], row["decision"]) for row in found] == [(1, "link"), (None, "none")]
    assert (folder / "made-from").read_bytes() != before


def test_linking_draws_pairs_to_judge_and_judgements_count_the_next_time(registry, linked) -> None:
    from linkwell.custody.audit.models import AuditEvent

    supply, folder = linked
    linker = registry.person("linker")
    first = {row["record"]: row for row in pq.read_table(folder / "links.parquet").to_pylist()}
    assert judging.drawn(folder) >= 1
    keys = {row["number"]: row["record"] for row in json.loads((folder / judging.KEY).read_text())["pairs"]}
    wrong: set[str] = set()
    while (pair := judging.next_pair(folder)) is not None:
        answer = "different" if keys[pair.number] == "k2" else "same"
        wrong |= {"k2"} if answer == "different" else set()
        assert ("last_name", "Rewi", "Rewi") in pair.fields or keys[pair.number] != "k2"
        linkage_actions.judge_pair(by=linker, supply=supply, number=pair.number, answer=answer)
    result = work_link_again(job := Job(pk=2, subject=supply.reference), lambda done, total: None)
    finish_link_again(job, result)
    second = {row["record"]: row for row in pq.read_table(folder / "links.parquet").to_pylist()}
    assert wrong == {"k2"}
    assert first["k2"]["decision"] == "link"
    assert second["k2"]["person"] != first["k2"]["person"]
    assert second["k3"]["person"] == first["k3"]["person"]
    told = json.loads((folder / "report.json").read_text("utf-8"))
    assert told["changes"][0]["lost"] == 1
    assert told["judged"]["judged"] >= 1
    assert "Beside the last run" in (folder / "report.html").read_text("utf-8")
    assert actions.find(supply.reference).state == "linked"
    said = str(list(AuditEvent.objects.values_list("verb", "details")))
    assert "linkage pair.judged" in said
    assert "Rewi" not in said
    # a third run still keeps to what was judged, though its sample is another
    again = work_link_again(Job(pk=3, subject=supply.reference), lambda done, total: None)
    assert next(r for r in again.links.to_pylist() if r["record"] == "k2")["person"] != first["k2"]["person"]


def test_only_linkers_judge_and_an_answer_to_an_older_sample_is_not_taken(registry, linked) -> None:
    supply, folder = linked
    with pytest.raises(NotAllowed):
        linkage_actions.judge_pair(by=registry.person("integrator"), supply=supply, number=1, answer="same")
    with pytest.raises(WrongUse, match="no pair"):
        linkage_actions.judge_pair(by=registry.person("linker"), supply=supply, number=999, answer="same")
    judging.keep(folder, 1, "same")
    assert judging.answered(folder) == {1: "same"}
    (folder / judging.KEY).write_text((folder / judging.KEY).read_text() + "\n")  # drawn again
    assert judging.answered(folder) == {}


def test_a_supply_that_is_not_linked_yet_cannot_be_linked_again(registry) -> None:
    supply = actions.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    with pytest.raises(WrongUse, match="linked again"):
        linkage_actions.link_again(by=registry.person("linker"), supply=supply)
