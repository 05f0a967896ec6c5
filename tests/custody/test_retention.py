"""The clock destroys what an agreement says, when it says so, and signs for it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests import deciding
from tests.custody.removing import do_jobs, make_site, people

from linkwell.custody.agreements import drafting, signing
from linkwell.custody.agreements.models import Agreement, Notice
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.jobs.models import Job
from linkwell.custody.machine import WrongState
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.refreshes.actions import latest_ready, load, loadable_supplies
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.removals import actions as removals
from linkwell.custody.retention import jobs as destroying
from linkwell.custody.retention.actions import ask_for_destruction, destroy_what_is_due
from linkwell.custody.retention.clock import destroyed_on, years_after
from linkwell.custody.supplies.models import Supply
from linkwell.ledger.receipts import Receipt, verify
from linkwell.standards.clock import today


@pytest.fixture
def kept(registry) -> Supply:
    """A delivery that is loaded, with something of it in every place where something is kept."""
    agreement = deciding.in_force(registry, retention_years=2)
    supply = Supply.objects.create(
        reference=f"{agreement.reference}-001", agreement=agreement, state="loaded", digest="ab" * 48,
        sealed_gone=True, manifest={"package": "cd" * 16},
    )  # fmt: skip
    for folder in destroying.kept_folders(supply.reference):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "people.csv").write_text("record_key,name\n00,Anahera\n")
    return supply


def there(supply: Supply) -> list[bool]:
    return [folder.exists() for folder in destroying.kept_folders(supply.reference)]


def end(supply: Supply, **change: object) -> Agreement:
    Agreement.objects.filter(pk=supply.agreement_id).update(
        **{"state": "ended", "ended_on": today(), **change}
    )
    return Agreement.objects.get(pk=supply.agreement_id)


def test_nothing_is_destroyed_before_its_time_and_everything_after(registry, kept) -> None:
    end(kept)
    due = years_after(today(), 2)
    assert destroyed_on(end(kept)) == due
    assert destroy_what_is_due(due.replace(year=due.year - 1)) == 0
    assert there(kept) == [True, True, True]
    assert destroy_what_is_due(due) == 1
    assert destroy_what_is_due(due) == 1  # asked again while the job waits: still one job
    assert Job.objects.filter(kind="agreement.destroy").count() == 1
    do_jobs()
    assert there(kept) == [False, False, False]
    kept.refresh_from_db()
    assert kept.state == "destroyed"
    assert destroy_what_is_due(due) == 0


def test_a_signed_receipt_an_event_and_both_sides_say_so(registry, kept) -> None:
    destroy_what_is_due(destroyed_on(end(kept)))
    do_jobs()
    receipt = Receipt.from_json(kept.receipts.get(kind="destroyed").document)
    assert "names and numbers" in str(receipt.facts["what"])
    assert "2 years" in str(receipt.facts["why"])
    assert receipt.facts["deliveries_destroyed"] == [kept.reference]
    assert "Sealed backups" in str(receipt.facts["backups"])
    from linkwell.custody.home import current_home
    from linkwell.vault.custodian_keys import receipt_key

    verify(receipt, receipt_key(current_home()).public_key())
    assert AuditEvent.objects.filter(subject=kept.subject, verb="supply.kept data destroyed").count() == 1
    assert Notice.objects.filter(kind="kept_destroyed").count() == 2
    assert "Anahera" not in receipt.to_json()


def test_a_killed_destruction_is_done_again_and_nothing_is_signed_twice(registry, kept) -> None:
    agreement = end(kept)
    destroying.destroy_folder(destroying.kept_folders(kept.reference)[0])  # died after the first folder
    destroy_what_is_due(destroyed_on(agreement))
    job = Job.objects.get(kind="agreement.destroy")
    done = destroying.work_destroy(job, lambda done, total: None)  # died before it could say so
    assert done == [kept.reference]
    do_jobs()
    assert there(kept) == [False, False, False]
    assert kept.receipts.filter(kind="destroyed").count() == 1
    assert AuditEvent.objects.filter(verb="agreement.names destroyed").count() == 1


def test_a_renewal_stops_the_clock_also_for_a_job_that_was_left(registry, kept) -> None:
    agreement = end(kept, state="lapsed", ended_on=None)
    due = destroyed_on(agreement)
    destroy_what_is_due(due)
    text = drafting.vary(by=registry.person("integrator"), agreement=agreement, wanted=deciding.wanted())
    text = drafting.offer(by=registry.person("integrator"), version=text)
    deciding.signed(registry, text, "provider", "manager")
    assert destroyed_on(Agreement.objects.get(pk=agreement.pk)) is None
    do_jobs()
    assert there(kept) == [True, True, True]
    assert Job.objects.get(kind="agreement.destroy").state == "failed"


def test_a_provider_has_it_destroyed_now_once_the_agreement_is_over(registry, kept) -> None:
    lead = registry.person("provider")
    with pytest.raises(WrongState):
        ask_for_destruction(by=lead, agreement=kept.agreement)
    ended = signing.leave(by=lead, agreement=kept.agreement)
    assert ended.ended_on == today()
    for name in ("other", "provider_staff", "manager"):
        with pytest.raises(NotAllowed):
            ask_for_destruction(by=registry.person(name), agreement=ended)
    ask_for_destruction(by=lead, agreement=ended)
    do_jobs()
    assert there(kept) == [False, False, False]
    assert kept.receipts.get(kind="destroyed").document.count("the provider asked") == 1


def test_another_agreements_people_stay(registry, kept) -> None:
    other = Supply.objects.create(
        reference="DSA-2026-002-001", agreement=registry.other_agreement, state="loaded", digest="ef" * 48
    )
    for folder in destroying.kept_folders(other.reference):
        folder.mkdir(parents=True, exist_ok=True)
    destroy_what_is_due(destroyed_on(end(kept)))
    do_jobs()
    assert there(other) == [True, True, True]
    assert [supply.reference for supply in loadable_supplies()] == [other.reference]


def test_names_go_on_the_day_and_the_rest_when_the_research_data_stands_without_it(
    registry, tmp_path: Path
) -> None:
    """The data update cannot be built anew at first: no certificate runs ahead of the truth."""
    site, draw = make_site(registry, tmp_path), random.Random(7)
    first, other = (site.deliver(which, people(draw, which)) for which in (0, 1))
    load(by=registry.person("integrator"), label="first")
    do_jobs()
    home, sources = registry.home.path, registry.home.path / "research" / "sources"
    assert len(list(home.glob(f"identity/*/{first.reference}"))) == 2
    assert list(home.glob(f"identity/refreshes/first/{first.reference}"))
    sources.rename(home / "elsewhere")
    destroy_what_is_due(destroyed_on(end(first, retention_years=0)))
    do_jobs()
    assert not list(home.glob(f"identity/**/{first.reference}"))
    assert list(home.glob(f"identity/refreshes/first/{other.reference}"))
    assert not first.receipts.filter(kind="destroyed").exists()
    assert (home / "research/supplies" / first.reference).exists()
    assert destroy_what_is_due() == 1
    do_jobs()
    assert Refresh.objects.filter(state="failed").count() == 1  # not again and again on one day
    (home / "elsewhere").rename(sources)
    Refresh.objects.filter(state="failed").update(created_at=timezone.now() - timedelta(days=1))
    assert destroy_what_is_due() == 1
    do_jobs()
    said = Receipt.from_json(first.receipts.get(kind="destroyed").document).facts
    newest = latest_ready()
    assert newest is not None
    assert (said["refreshes_destroyed"], said["stands_without_it"]) == (["first"], newest.label)
    assert list(newest.supplies.all()) == [other]
    assert not list(home.rglob(f"*{first.reference}*/*"))
    assert not (home / "research/refreshes/first").exists()
    assert destroy_what_is_due() == 0


def test_what_somebody_asked_for_and_nobody_confirmed_falls_away(registry, kept) -> None:
    asked = removals.ask(by=registry.person("provider"), agreement=kept.agreement, kind="withdrawal")
    destroy_what_is_due(destroyed_on(end(kept)))
    do_jobs()
    assert removals.find(asked.reference).state == "taken back"
    assert there(kept) == [False, False, False]


def test_the_day_of_a_leap_year_has_a_day_years_later() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
