"""What is taken out is gone from every later refresh and from every byte, and the certificate is true."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils import timezone
from tests.custody.removing import Site, client, decoded, do_jobs, make_site, people

from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.machine import WrongState
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.removals import actions, jobs
from linkwell.custody.removals.models import Removal
from linkwell.custody.retention.actions import destroy_what_is_due
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.integration import SupplyForRefresh, build_refresh, ids
from linkwell.integration.refresh import read_facts, refresh_keys
from linkwell.ledger.receipts import Receipt, verify
from linkwell.vault.custodian_keys import receipt_key
from linkwell.vault.zones import Home


@pytest.fixture
def site(registry, tmp_path: Path) -> Site:
    return make_site(registry, tmp_path)


def run_job(job: Job) -> None:
    run(job.pk)


def load(site: Site, label: str) -> Refresh:
    refreshes.load(by=site.registry.person("integrator"), label=label)
    do_jobs()
    refresh = refreshes.find(label)
    assert refresh.state == "ready", refresh.facts
    return refresh


def take_out(site: Site, which: int, kind: str) -> str:
    """Ask, and have a second person confirm; returns its reference."""
    asked = actions.ask(by=site.registry.person("integrator"), agreement=site.agreements[which], kind=kind)
    return actions.confirm(by=site.registry.person("manager"), removal=asked).reference


def from_scratch(site: Site, refresh: Refresh, folder: Path) -> dict[str, str]:
    """Digests of the tables of a refresh built in another home that never knew anything else.

    It gets the population, the deliveries in force and their links, and the same demonstration secrets.
    """
    home, other = site.registry.home, Home.create(folder, name="Scratch", demo_seed=1)
    shutil.copytree(home.path / "research/sources", other.path / "research/sources")
    supplies = []
    for supply in refresh.supplies.order_by("reference"):
        content = other.path / "research/supplies" / supply.reference
        shutil.copytree(home.path / "research/supplies" / supply.reference, content)
        links = home.path / "identity/refreshes" / refresh.label / supply.reference / "links.parquet"
        supplies.append(SupplyForRefresh(supply.reference, supply.organisation.code, None, links, content))
    return build_refresh(other, supplies=supplies, label=refresh.label).tables


@dataclass
class Story:
    """What three providers deliver and take out, as drawn; `gone` is what may be nowhere any more."""

    site: Site
    draw: random.Random
    folder: Path
    held: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def someone(self, which: int) -> int:
        return self.draw.choice(sorted(self.held[which]))

    def key(self) -> str:
        return f"{self.draw.getrandbits(128):032x}"

    def leave(self, which: int, person: int) -> None:
        self.gone |= {self.held[which].pop(person)[0], *(client(which, person, half) for half in "ic")}

    def take_out(self, which: int, kind: str) -> None:
        self.asked[take_out(self.site, which, kind)] = which

    def more(self, which: int) -> None:
        """A fuller list replaces the last one, which stays where it lies."""
        new = people(self.draw, which)
        self.held[which] |= {n: new[n] for n in sorted(new.keys() - self.held[which].keys())[:5]}
        self.site.deliver(which, dict(self.held[which]))

    def correction(self, which: int) -> None:
        person = self.someone(which)
        self.gone.add(self.held[which][person][0])
        self.held[which][person] = (self.key(), f"2020-02-{1 + self.draw.randrange(28):02}")
        self.site.deliver(which, dict(self.held[which]), delivery="correction")
        self.take_out(which, "correction")

    def deletion(self, which: int) -> None:
        for _ in range(self.draw.randint(1, 3)):
            self.leave(which, self.someone(which))
        self.site.deliver(which, dict(self.held[which]), delivery="deletion")
        self.take_out(which, "deletion")

    def objection(self, which: int) -> None:
        self.leave(which, self.someone(which))
        self.site.deliver(which, dict(self.held[which]))
        self.take_out(which, "objection")

    def withdrawal(self, which: int) -> None:
        for person in list(self.held[which]):
            self.leave(which, person)
        del self.held[which]
        self.take_out(which, "withdrawal")

    def time_over(self, which: int) -> None:
        """The agreement is over, and so is the time after it: the clock asks."""
        for person in list(self.held[which]):
            self.leave(which, person)
        del self.held[which]
        agreement = self.site.agreements[which]
        over = {"state": "ended", "ended_on": timezone.localdate(), "retention_years": 0}
        Agreement.objects.filter(pk=agreement.pk).update(**over)
        assert destroy_what_is_due() == 1
        do_jobs()
        self.asked[agreement.removals.get(kind="time over").reference] = which

    def settle(self) -> None:
        """Every job is done; every refresh there is now equals one built from scratch."""
        do_jobs()
        home = self.site.registry.home
        assert {actions.find(reference).state for reference in self.asked} <= {"done"}
        for refresh in Refresh.objects.filter(state="ready").exclude(label__in=self.secrets):
            facts = read_facts(home, refresh.label)
            assert facts is not None
            assert facts.tables == from_scratch(self.site, refresh, self.folder / refresh.label)
            self.secrets[refresh.label] = refresh_keys(home, refresh.label).text

    def nobody_gone_is_anywhere(self) -> None:
        """Not in a byte of the zones, under their own keys or under those of any refresh there ever was."""
        uids = {
            str(uid)
            for secret in self.secrets.values()
            for uid in ids.text_pseudonyms(secret, sorted(self.gone)).tolist()
        }
        home, seen = self.site.registry.home, 0
        for zone in ("identity", "research", "projects", "disclosure"):
            for file, text in decoded(home.path / zone):
                seen += 1
                assert not [each for each in self.gone | uids if each in text], file
        assert seen > 10
        staying = next(iter(self.held[min(self.held)].values()))[0]
        assert any(staying in text for _, text in decoded(home.path / "research"))


SEED = int(os.environ.get("LINKWELL_TEST_SEED", "20261122"))


@pytest.mark.one_database  # what a table holds comes from the files
def test_every_later_table_is_as_if_it_had_never_been_there(site: Site, tmp_path: Path) -> None:
    """Two refreshes and what each removal rebuilds, a removal of every kind, in an order that is drawn."""
    draw = random.Random(SEED)
    story = Story(site, draw, tmp_path / "scratch")
    for which in range(3):
        story.held[which] = people(draw, which)
        site.deliver(which, dict(story.held[which]))
    load(site, "first")
    story.settle()
    steps = ["more", "correction", "deletion", "objection", "withdrawal", "time_over"]
    draw.shuffle(steps)
    for step in steps:
        which = draw.choice(sorted(story.held))
        if site.agreements[which].removals.exclude(state="done").exists() or draw.random() < 0.4:
            story.settle()
        getattr(story, step)(which)
    story.settle()
    load(site, "last")
    story.settle()
    last = read_facts(site.registry.home, "last")
    assert last is not None
    assert last.clients == sum(map(len, story.held.values()))
    story.nobody_gone_is_anywhere()
    _certificates_are_true(site, [actions.find(reference) for reference in story.asked])


def _certificates_are_true(site: Site, removals: list[Removal]) -> None:
    home = site.registry.home
    for removal in removals:
        kind = "withdrawn" if removal.kind == "withdrawal" else "destroyed"
        leaving = removal.supplies.order_by("pk")
        for supply in leaving:
            certificate = Receipt.from_json(supply.receipts.get(kind=kind, about=removal.reference).document)
            verify(certificate, receipt_key(home).public_key())
            said = certificate.facts
            assert set(said["deliveries_destroyed"]) == {each.reference for each in leaving}
            assert "secret numbers" in str(said["release_guard_keeps"])
            for gone in said["deliveries_destroyed"]:
                assert not [each for each in home.path.rglob(f"*{gone}*") if each.parts[-2] != "intake"]
            for label in said["refreshes_destroyed"]:
                assert not (home.path / "research/refreshes" / label).exists()
                assert not (home.path / "identity/refreshes" / label).exists()
                assert not (home.path / f"keys/refresh-{label}.secret").exists()
                assert Refresh.objects.get(label=label).state == "retired"
            assert said["stands_without_it"] not in said["refreshes_destroyed"]
    assert {each.state for each in Supply.objects.filter(removals__isnull=False)} == {"destroyed"}
    ended = {each.agreement_id for each in removals if each.kind in ("withdrawal", "time over")}
    assert {each.agreement_id for each in removals if find_agreement(each).state == "ended"} == ended


def find_agreement(removal: Removal) -> Agreement:
    return Agreement.objects.get(pk=removal.agreement_id)


@pytest.fixture
def planned(site: Site) -> tuple[Site, Removal]:
    """Two deliveries of one provider, the first in a refresh (whose files are not made), and a plan to take
    the first out.
    """
    draw = random.Random(1)
    held = people(draw, 0)
    first = site.deliver(0, held)
    refresh = Refresh.objects.create(label="first", state="ready", digest="ab" * 48, ready_at=timezone.now())
    RefreshSupply.objects.create(refresh=refresh, supply=first)
    site.deliver(0, {n: held[n] for n in sorted(held)[1:]}, delivery="deletion")
    lead = site.registry.person("provider")
    return site, actions.ask(by=lead, agreement=site.agreements[0], kind="deletion")


def test_a_plan_is_shown_first_and_changes_nothing(planned) -> None:
    site, asked = planned
    assert asked.plan["deliveries"] == ["DSA-2026-001-001"]
    assert asked.plan["stays"] == "DSA-2026-001-002"
    assert (asked.plan["people"], asked.plan["refreshes"]) == (1, ["first"])
    assert refreshes.find("first").state == "ready"
    assert {each.state for each in Supply.objects.all()} == {"linked"}
    assert Notice.objects.filter(kind="removal_asked").count() == 2
    assert str(actions.take_back(by=site.registry.person("provider"), removal=asked).state) == "taken back"
    with pytest.raises(WrongState):
        actions.confirm(by=site.registry.person("manager"), removal=actions.find(asked.reference))


def test_it_takes_two_people_and_nobody_elses_provider(planned) -> None:
    site, asked = planned
    for name in ("provider", "other", "integrator", "linker", "analyst"):
        with pytest.raises(NotAllowed):
            actions.confirm(by=site.registry.person(name), removal=asked)
    with pytest.raises(NotAllowed):
        actions.ask(by=site.registry.person("other"), agreement=site.agreements[0], kind="withdrawal")
    Removal.objects.update(asked_by="manager")
    with pytest.raises(NotAllowed, match="both steps"):
        actions.confirm(by=site.registry.person("manager"), removal=actions.find(asked.reference))
    with pytest.raises(RefusedByRule, match="already"):
        actions.ask(by=site.registry.person("provider"), agreement=site.agreements[0], kind="withdrawal")


def test_what_arrives_between_plan_and_confirmation_is_never_taken_out_unseen(planned) -> None:
    site, asked = planned
    site.deliver(0, people(random.Random(2), 0))
    with pytest.raises(RefusedByRule, match="arrived since"):
        actions.confirm(by=site.registry.person("manager"), removal=asked)


def test_nothing_is_destroyed_while_the_newest_refresh_holds_a_row_of_it(planned) -> None:
    site, asked = planned
    actions.confirm(by=site.registry.person("manager"), removal=asked)
    old = site.registry.home.path / "research/supplies/DSA-2026-001-001"
    new = site.registry.home.path / "research/supplies/DSA-2026-001-002"
    for table in ("enrolment.csv", "interaction.csv"):  # the new delivery has everybody in it after all
        shutil.copyfile(old / table, new / table)
    run_job(Job.objects.get(kind="refresh.load", state="waiting"))
    for table in ("enrolment.csv", "interaction.csv"):  # and then it has not
        lines = (new / table).read_text("utf-8").splitlines()
        (new / table).write_text("\n".join(lines[:5]) + "\n", "utf-8")
    do_jobs()
    removal = actions.find(asked.reference)
    assert removal.state == "confirmed"
    assert Job.objects.get(kind="removal.destroy").error["what"].startswith("The newest refresh still holds")
    assert old.exists()
    assert refreshes.find("first").state == "ready"
    assert actions.go_on() == 0  # only another refresh helps
    assert not removal.done


def test_destroying_that_was_killed_half_way_is_finished_and_signed_once(planned) -> None:
    from linkwell.integration import leaving

    site, asked = planned
    home = site.registry.home
    actions.confirm(by=site.registry.person("manager"), removal=asked)
    run_job(Job.objects.get(kind="refresh.load", state="waiting"))
    newest = refreshes.latest_ready()
    assert newest is not None
    stands = read_facts(home, newest.label)
    leaving.destroy_refresh(home, "first")  # died after the first of its steps
    jobs.work_destroy(
        Job.objects.get(kind="removal.destroy"), lambda done, total: None
    )  # and before saying so
    do_jobs()
    assert actions.find(asked.reference).state == "done"
    assert read_facts(home, newest.label) == stands
    earliest = Supply.objects.order_by("pk")[0]
    assert earliest.receipts.filter(about=asked.reference).count() == 1
    assert AuditEvent.objects.filter(verb="removal.done").count() == 1


def test_a_correction_that_was_signed_by_its_provider_asks_by_itself(site: Site) -> None:
    held = people(random.Random(3), 0)
    site.deliver(0, held)
    first = sorted(held)[0]
    second = site.deliver(0, held | {first: ("ab" * 16, "2021-01-01")}, delivery="correction")
    made = actions.ask_for_delivery(second)
    assert made is not None
    assert (made.kind, made.asked_by, made.plan["people"]) == ("correction", "linkwell", 1)
    assert actions.ask_for_delivery(second) is None
    actions.confirm(by=site.registry.person("manager"), removal=made)
    do_jobs()  # there was no refresh yet: what was sent first is destroyed at once
    assert actions.find(made.reference).state == "done"
    assert Refresh.objects.count() == 0


def test_there_has_to_be_something_to_take_out(site: Site) -> None:
    integrator = site.registry.person("integrator")
    with pytest.raises(WrongUse, match="Nothing is kept"):
        actions.ask(by=integrator, agreement=site.agreements[0], kind="withdrawal")
    site.deliver(0, people(random.Random(4), 0))
    with pytest.raises(WrongUse, match="no newer delivery"):
        actions.ask(by=integrator, agreement=site.agreements[0], kind="objection")
    for kind in ("spite", "time over"):  # the second is for the clock alone
        with pytest.raises(WrongUse, match="no reason"):
            actions.ask(by=integrator, agreement=site.agreements[0], kind=kind)


def test_the_only_provider_withdraws_and_a_refresh_of_nobodys_clients_stands(site: Site) -> None:
    site.deliver(0, people(random.Random(5), 0))
    everybody = load(site, "first").facts["rows"]["person"]
    reference = take_out(site, 0, "withdrawal")
    do_jobs()
    newest = refreshes.latest_ready()
    assert newest is not None
    assert (newest.facts["clients"], newest.facts["rows"]["person"]) == (0, everybody)
    assert actions.find(reference).state == "done"
    assert refreshes.find("first").state == "retired"
