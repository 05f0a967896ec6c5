"""Taking out, on pages and by command: the plan first, a second person, then certificates and the slip."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.custody.removing import Site, do_jobs, make_site
from tests.custody.test_removals import load, people
from tests.security.test_register import crawl

from linkwell.cli.custodian import custodian
from linkwell.custody.removals.models import Removal
from linkwell.custody.supplies.models import Supply
from linkwell.errors import RefusedByRule
from linkwell.ledger.receipts import Receipt


@pytest.fixture
def site(registry, tmp_path: Path) -> Site:
    """A provider's people in a refresh; then one of them objects and the next delivery leaves them out."""
    made = make_site(registry, tmp_path)
    held = people(random.Random(9), 0)
    made.deliver(0, held)
    load(made, "first")
    made.deliver(0, {n: held[n] for n in sorted(held)[1:]})
    return made


def signed_in(site: Site, name: str) -> Client:
    client = Client()
    client.force_login(site.registry.person(name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_objection_is_planned_confirmed_certified_and_told_to_the_person(site: Site, password) -> None:
    lead, manager = signed_in(site, "provider"), signed_in(site, "manager")
    public = [crawl(Client())]  # what anybody can read of it: nothing, at any step
    page = lead.get("/agreements/DSA-2026-001/").content.decode()
    assert "/agreements/DSA-2026-001/take-out" in page
    asked = lead.post("/agreements/DSA-2026-001/take-out", {"kind": "objection"})
    assert asked["Location"] == "/removals/DSA-2026-001-t1/"
    public.append(crawl(Client()))
    plan = lead.get("/removals/DSA-2026-001-t1/").content.decode()
    for told in ("DSA-2026-001-001", "DSA-2026-001-002", "first", "cannot be undone", "Take it back"):
        assert told in plan
    assert "Confirm that this" not in plan  # not the one who asked, and not a provider
    assert lead.get("/removals/DSA-2026-001-t1/slip").status_code == 404
    assert "Confirm that this" in manager.get("/removals/DSA-2026-001-t1/").content.decode()
    wrong = manager.post("/removals/DSA-2026-001-t1/confirm", {"password": "no"})
    assert wrong.status_code == 200
    assert Removal.objects.get().state == "asked"
    manager.post("/removals/DSA-2026-001-t1/confirm", {"password": password})
    public.append(crawl(Client()))
    do_jobs()
    public.append(crawl(Client()))
    assert len(public[0]) >= 6
    assert all(each == public[0] for each in public)
    done = lead.get("/removals/DSA-2026-001-t1/").content.decode()
    assert "Signed certificate" in done
    receipt = lead.get("/supplies/DSA-2026-001-001/receipts/destroyed.json?about=DSA-2026-001-t1")
    facts = Receipt.from_json(receipt.content).facts
    assert facts["refreshes_destroyed"] == ["first"]
    slip = lead.get("/removals/DSA-2026-001-t1/slip").content.decode()
    assert "They have been taken out" in slip
    assert "DSA-2026-001-t1" in slip
    refresh = manager.get(f"/custodian/refreshes/{facts['stands_without_it']}/").content.decode()
    assert "Beside the refresh before" in refresh
    assert "about 40" in refresh  # 39 were found both times
    assert "Destroyed, because" in manager.get("/custodian/refreshes/").content.decode()


def test_the_same_by_command(site: Site, monkeypatch, password, tmp_path: Path) -> None:
    monkeypatch.setenv("LINKWELL_PASSWORD", password)

    def run(who: str, *arguments: str) -> dict[str, object]:
        home = f"--home={os.environ['LINKWELL_HOME']}"  # the registry is this test's own all the same
        done = CliRunner().invoke(custodian, [*arguments, home, f"--as={who}", "--json"])
        if done.exception is not None:
            raise done.exception
        return json.loads(done.output)

    looked = run("provider", "take-out", "DSA-2026-001", "--because=objection", "--plan")
    assert looked["plan"]["deliveries"] == ["DSA-2026-001-001"]
    assert not Removal.objects.exists()
    run("provider", "take-out", "DSA-2026-001", "--because=objection")
    with pytest.raises(RefusedByRule):
        run("provider", "confirm-take-out", "DSA-2026-001-t1")
    done = run("manager", "confirm-take-out", "DSA-2026-001-t1")
    assert done["state"] == "done"
    assert run("manager", "confirm-take-out", "DSA-2026-001-t1")["certificate"] == done["certificate"]
    slip = tmp_path / "slip.html"
    run("provider", "removals", "DSA-2026-001-t1", f"--slip={slip}")
    assert "taken out" in slip.read_text("utf-8")
    held = site.deliver(1, people(random.Random(10), 1))
    beside = run("integrator", "load", f"--ad-hoc={held.reference}", "--label=adhoc-survey")
    assert beside["beside"] == done["certificate"]["stands_without_it"]
    assert Supply.objects.get(pk=held.pk).receipts.get(kind="loaded").about == "adhoc-survey"
    assert run("integrator", "load")["refresh"] != "adhoc-survey"
