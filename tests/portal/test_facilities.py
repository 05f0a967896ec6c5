"""Rows of real people: on the network of a registered facility, for whoever may; nothing is taken away."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client, RequestFactory
from tests import applying, laboratory
from tests.everything import BACKEND
from tests.laboratory import INSIDE
from tests.portal.test_labs import LAB, browser, do_jobs, tried

from linkwell.cli.custodian import custodian
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.facilities.actions import end, enter
from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.networks import networks_in, number
from linkwell.custody.labs import locks, looking
from linkwell.custody.labs.models import LabWork
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.models import Project
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.portal import network
from linkwell.portal.configuration import Configuration
from linkwell.standards.clock import today


@pytest.fixture
def people(registry, settings, tmp_path: Path, monkeypatch):
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(locks, "MOMENTS", 0.0)
    lead, researcher = applying.team(registry)
    laboratory.refresh(registry.home, tmp_path)
    project = laboratory.project(lead, researcher)
    project.conditions = [{"code": "rows-in-facility", "words": "x", "control": "rows in facility"}]
    project.save()
    laboratory.facility(registry)
    yield {"manager": registry.person("manager"), "lead": lead, "researcher": researcher,
           "auditor": registry.person("auditor")}  # fmt: skip
    locks.let_go()


def inside(person: Person) -> Client:
    client = Client(REMOTE_ADDR=INSIDE)
    client.force_login(person, backend=BACKEND)
    return client


def looked(client: Client, text: str) -> LabWork:
    answer = client.post(f"{LAB}look", {"look": text})
    assert answer.status_code == 302, answer.content.decode()
    do_jobs()
    return LabWork.objects.first()


def test_rows_are_shown_inside_to_who_asked_and_nowhere_else(registry, people) -> None:
    assert browser(people["manager"]).post("/projects/maa2026-07/database").status_code == 302
    do_jobs()
    outside, here = browser(people["researcher"]), inside(people["researcher"])
    tried(outside, laboratory.GROWN)
    page = outside.get(LAB).content.decode()
    assert "You are not in one" in page
    assert "Show me the rows" not in page
    page = here.get(LAB).content.decode()
    assert "Room two" in page
    assert "Show me the rows" in page
    assert "Try it on the twin" not in page

    # what is approved, and each row one person's own
    look = looked(here, "SELECT * FROM grown ORDER BY snz_uid LIMIT 3")
    where = f"{LAB}{look.number}/"
    shown = here.get(where)
    body = shown.content.decode()
    assert "Rows of real people" in body
    assert "twin" not in body
    assert shown["Cache-Control"] == "no-store"
    path = next((registry.home.path / "projects").glob("*/looks/*.look"))
    assert path.stat().st_mode & 0o077 == 0
    kept = json.loads(path.read_text())
    assert [name for name, _ in kept["columns"]] == ["snz_uid", "sex"]
    assert len(kept["rows"]) == 3
    first = kept["rows"][0][0]
    assert f">{first}</td>" in body

    # from anywhere else, and for anybody else, there is nothing to be seen
    for client in (outside, inside(people["lead"]), browser(people["lead"])):
        other = client.get(where).content.decode()
        assert first not in other
        assert "LIMIT 3" not in other
        assert "Neither the statement nor a row of it is kept" in other
    for client in (outside, here):  # nor on the page of the lab, which keeps what was asked
        assert "LIMIT 3" not in client.get(LAB, {"again": look.number}).content.decode()
    everything = json.dumps([look.asked, look.answer, *(e.details for e in AuditEvent.objects.all())])
    assert first not in everything
    assert "LIMIT 3" not in everything

    # the record says who, where, which tables, how many rows; managers and auditors read it
    event = AuditEvent.objects.get(verb="lab.look answered")
    assert event.details | {"statement": ""} == {
        "who": people["researcher"].username, "code": "room-2", "facility": "Room two", "statement": "",
        "tables": ["grown"], "rows": 3, "about": "a-university",
    }  # fmt: skip
    for name in ("manager", "auditor"):
        for address in ("/projects/maa2026-07/", "/custodian/facilities/room-2/"):
            told = browser(people[name]).get(address).content.decode()
            assert people["researcher"].username in told.partition("Looks")[2]
    assert "Looks at rows" not in browser(people["lead"]).get("/projects/maa2026-07/").content.decode()

    # what is wrong is told inside alone, and the state says nothing of it
    wrong = looked(here, "SELECT snz_uid, CAST('x' || sex AS INTEGER) AS n FROM grown")
    assert wrong.state == "answered"
    assert "What to do" in here.get(f"{LAB}{wrong.number}/").content.decode()
    assert "What to do" not in outside.get(f"{LAB}{wrong.number}/").content.decode()

    # it is gone after its minutes, and at once when the facility is ended or the condition taken away
    project = Project.objects.get(code="maa2026-07")
    Project.objects.update(conditions=[])
    assert first not in here.get(where).content.decode()
    assert here.post(f"{LAB}look", {"look": "SELECT * FROM grown"}).status_code == 409
    Project.objects.update(conditions=project.conditions)
    assert first in here.get(where).content.decode()
    long_ago = time.time() - 3600
    os.utime(path, (long_ago, long_ago))
    assert first not in here.get(where).content.decode()
    assert not path.exists()
    for each in path.parent.iterdir():
        os.utime(each, (long_ago, long_ago))
    assert looking.clear_looks() == 1
    end(by=people["manager"], facility=Facility.objects.get())
    assert here.post(f"{LAB}look", {"look": "SELECT * FROM grown"}).status_code == 409


def test_nothing_is_sent_from_inside_but_looks(people, registry) -> None:
    laboratory.locks_hold()
    laboratory.table(laboratory.database(Project.objects.get(code="maa2026-07")), "grown")
    here = inside(people["researcher"])
    for where in (f"{LAB}statement", f"{LAB}count", f"{LAB}run", "/undertaking/", "/readiness/"):
        answer = here.post(where, {"text": "SELECT 'what I saw'", "table": "grown", "purpose": "I saw it"})
        assert answer.status_code == 409, where
        assert "Nothing is sent from here" in answer.content.decode()
    stranger = Client(REMOTE_ADDR=INSIDE)
    assert stranger.post("/api/sign-in/code", {"computer": "what I saw"}).status_code == 409
    assert not LabWork.objects.exclude(kind="statement").exists()
    asked = here.post(f"{LAB}look", {"look": "SELECT * FROM grown"})
    assert asked.status_code == 302
    assert here.post("/signout/").status_code == 302
    # a manager who registered the network of their own desk by mistake can end it from there
    Facility.objects.update(networks=["127.0.0.1/32"])
    manager = browser(people["manager"])
    assert manager.post("/projects/maa2026-07/database").status_code == 409
    assert manager.post("/custodian/facilities/room-2/end").status_code == 302


def test_a_person_looks_so_often_in_a_day(people) -> None:
    laboratory.locks_hold()
    project = Project.objects.get(code="maa2026-07")
    laboratory.database(project)
    for taken in range(number("looks")):
        LabWork.objects.create(project=project, number=taken + 1, kind="look", state="answered",
                               asked={"facility": "x"}, by=people["researcher"].username)  # fmt: skip
    again = inside(people["researcher"]).post(f"{LAB}look", {"look": "SELECT * FROM person"})
    assert "within a day" in again.content.decode()
    LabWork.objects.update(by="somebody-else")
    assert inside(people["researcher"]).post(f"{LAB}look", {"look": "SELECT 1"}).status_code == 302


@pytest.mark.parametrize(
    ("came_from", "said", "proxies", "within"),
    [
        (INSIDE, {}, (), True),
        (f"::ffff:{INSIDE}", {}, (), True),
        ("198.51.100.9", {}, (), False),
        ("", {}, (), False),
        # somebody outside who says they are inside
        ("198.51.100.9", {"HTTP_X_FORWARDED_FOR": INSIDE}, (), False),
        ("198.51.100.9", {"HTTP_X_FORWARDED_FOR": INSIDE}, ("10.0.0.5",), False),
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": f"{INSIDE}, 198.51.100.9"}, ("10.0.0.5",), False),
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": f"{INSIDE}, nonsense"}, ("10.0.0.5",), False),
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": f"{INSIDE}, "}, ("10.0.0.5",), False),
        ("10.0.0.5", {"HTTP_FORWARDED": f"for={INSIDE}"}, ("10.0.0.5",), False),
        ("10.0.0.5", {}, ("10.0.0.5",), False),
        (INSIDE, {"HTTP_FORWARDED": "for=1.2.3.4"}, (), False),
        # who sits inside, through our own proxies
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": INSIDE}, ("10.0.0.4/31",), True),
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": f"1.2.3.4, {INSIDE}"}, ("10.0.0.5",), True),
        ("10.0.0.5", {"HTTP_X_FORWARDED_FOR": f"{INSIDE},10.0.0.4"}, ("10.0.0.4/31",), True),
    ],
)
def test_where_somebody_sits_is_believed_of_our_own_proxies_alone(
    registry, settings, came_from: str, said: dict[str, str], proxies: tuple[str, ...], within: bool
) -> None:
    applying.team(registry)
    laboratory.facility(registry)
    settings.CONFIGURATION = replace(settings.CONFIGURATION, behind_proxy=bool(proxies), proxies=proxies)
    request = RequestFactory().get("/", REMOTE_ADDR=came_from, **said)
    assert (network.facility_here(request) is not None) is within
    assert (network.address_of(request) == INSIDE) is within  # what a sign-in by command is shown beside


def test_a_facility_counts_between_its_days_and_behind_an_unnamed_proxy_not_at_all(
    registry, settings
) -> None:
    applying.team(registry)
    row = laboratory.facility(registry)

    def here() -> Facility | None:
        return network.facility_here(RequestFactory().get("/", REMOTE_ADDR=INSIDE))

    assert here() == row
    settings.CONFIGURATION = replace(settings.CONFIGURATION, behind_proxy=True)
    assert here() is None
    settings.CONFIGURATION = replace(settings.CONFIGURATION, behind_proxy=False)
    for change in ({"starts": today() + timedelta(days=1)}, {"ends": today() - timedelta(days=1)},
                   {"state": "entered"}, {"state": "ended"}):  # fmt: skip
        Facility.objects.update(**{"starts": today(), "ends": today(), "state": "registered"} | change)
        assert here() is None


@pytest.mark.parametrize(
    ("proxies", "more", "wrong"),
    [("10.0.0.5", {}, WrongUse), ("here", {"LINKWELL_BEHIND_PROXY": "1"}, WrongUse),
     ("10.0.0.5/24", {"LINKWELL_BEHIND_PROXY": "1"}, WrongUse),
     ("0.0.0.0/0", {"LINKWELL_BEHIND_PROXY": "1"}, RefusedByRule)],
)  # fmt: skip
def test_proxies_are_a_few_machines_or_nothing_starts(registry, proxies: str, more, wrong) -> None:
    given = {"LINKWELL_HOME": str(registry.home.path), "LINKWELL_BEHIND_PROXY": "1"}
    assert Configuration.read({**given, "LINKWELL_PROXIES": "127.0.0.1, 10.0.0.4/31"}).proxies
    with pytest.raises(wrong):
        Configuration.read({"LINKWELL_HOME": str(registry.home.path), "LINKWELL_PROXIES": proxies, **more})


@pytest.mark.parametrize(
    "text", ["", "a", "192.0.2.1/28", "10.0.0.0/8", "2001:db8::/32", "127.0.0.1", "::1", "224.0.0.1",
             "0.0.0.0", "192.0.2.1 192.0.2.0/30", " ".join(f"192.0.2.{n}" for n in range(9))]
)  # fmt: skip
def test_a_network_is_a_room(text: str) -> None:
    with pytest.raises(WrongUse):
        networks_in(text)
    assert networks_in("192.0.2.16/28, 2001:db8::/64\n198.51.100.7") == [
        "192.0.2.16/28", "2001:db8::/64", "198.51.100.7/32",
    ]  # fmt: skip
    assert networks_in("127.0.0.1", loopback=True)


def test_two_managers_register_a_facility_on_pages_and_by_command(
    registry, people, settings, password, monkeypatch
) -> None:
    Facility.objects.all().delete()
    second = Person.objects.create(username="second", name="Second")
    second.set_password(password)
    second.save()
    Membership.objects.create(person=second, organisation=Organisation.objects.get(is_custodian=True),
                              role=Role.CUSTODIAN_MANAGER)  # fmt: skip
    manager = browser(people["manager"])
    university = Organisation.objects.get(code="a-university")
    given = {"name": "Whare", "code": "whare", "organisation": university.pk, "networks": "203.0.113.16/28",
             "starts": today().isoformat(), "ends": today().isoformat(), "checked": "A warden."}  # fmt: skip
    wide = manager.post("/custodian/facilities/new", given | {"networks": "203.0.113.0/8"})
    assert "This is no network" in wide.content.decode()
    assert "203.0.113.0/8" in wide.content.decode()
    over = manager.post("/custodian/facilities/new", given | {"ends": "2020-01-01"})
    assert "last day is before" in over.content.decode()
    assert manager.post("/custodian/facilities/new", given).status_code == 302
    assert "has this code already" in manager.post("/custodian/facilities/new", given).content.decode()
    own = manager.get("/custodian/facilities/whare/")
    assert "A second manager looks at it" in own.content.decode()
    assert "whare/decide" not in own.content.decode()
    monkeypatch.setenv("LINKWELL_PASSWORD", password)

    def command(*words: str, by: str = "manager") -> str:
        home = f"--home={os.environ['LINKWELL_HOME']}"
        done = CliRunner().invoke(custodian, ["facility", *words, home, f"--as={by}"])
        return done.output if done.exception is None else str(done.exception)

    assert "same person" in command("decide", "whare", "confirm")
    assert "registered" in command("decide", "whare", "confirm", by="second")
    assert "cannot be changed" in command("decide", "whare", "confirm", by="second")
    added = ("enter", "other", "--name=x", "--organisation=a-university", "--until=2099-01-01", "--saw=x")
    assert "another facility's" in command(*added, "--network=203.0.113.20")
    assert "written down" in command(*added, "--network=198.51.100.7", by="second")
    assert "another facility" in re.sub(r"\s+", " ", manager.post(
        "/custodian/facilities/new", given | {"code": "third"}).content.decode())  # fmt: skip
    page = manager.post("/custodian/facilities/other/decide", {"verb": "refuse", "password": password})
    assert page.status_code == 302
    listed = dict(line.split()[:2] for line in command("list").splitlines() if line.strip())
    assert listed == {"whare": "registered", "other": "refused"}
    assert "ended" in command("end", "whare")
    with pytest.raises(WrongUse):
        enter(by=people["manager"], code="e", name=" ", organisation=university, networks="192.0.2.1",
              starts=today(), ends=today(), checked="x")  # fmt: skip
