"""Killed while a file comes in, a backup is made or restored, or what was kept is destroyed: nothing is lost,
nothing is there or signed twice.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h11
import httpx
import pytest
from django.utils import timezone
from tests import registries
from tests.custody.smtp_listener import SILENT, WHOLE, listening
from tests.custody.test_backups import LINKWELL, Site, make_site
from tests.journey.test_portal_opens import free_port
from tests.journey.test_worker_killed import children, serve, wait_until_back

from linkwell.confidentiality.ledger_files import LOCK, alone
from linkwell.custody.demo import password_of
from linkwell.vault.zones import ZoneName

pytestmark = pytest.mark.slow
TUS = {"Tus-Resumable": "1.0.0"}
LARGE = 96 * 1024 * 1024
"""Long enough that a kill falls into the middle of it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sample_specification, sample_split) -> Site:
    """A home whose supply was not sent yet, and with something large to keep."""
    made = make_site(tmp_path_factory.mktemp("kept"), sample_specification, sample_split)
    large = made.home.path / "research" / "sources" / "large.bin"
    large.parent.mkdir(parents=True, exist_ok=True)
    large.write_bytes(os.urandom(LARGE))
    return made


def killed_when(environment: dict[str, str], there: Callable[[], bool], *command: str) -> None:
    """Start a command and kill -9 it as soon as something is there."""
    with subprocess.Popen(
        [*LINKWELL, *command], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        until = time.monotonic() + 120
        while not there():
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)


def quick_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A worker process for the quick queue, and nothing beside it."""
    command = [sys.executable, "-m", "linkwell.portal.worker", "quick"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def ask(site: Site, what: str, *given: str) -> list[str]:
    """What a few lines say that are run inside the site's registry."""
    begin = (
        "import os, pathlib, sys; from linkwell.portal.start import start; "
        "start(pathlib.Path(os.environ['LINKWELL_HOME']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", begin + what, *given],
        env=site.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def events(site: Site, *verbs: str) -> list[int]:
    """How often the record says each of these."""
    said = "SELECT verb, count(*) FROM custody_auditevent GROUP BY verb"
    counts = {str(verb): int(count) for verb, count in registries.ask(site.home.path, said)}
    return [counts.get(verb, 0) for verb in verbs]


def stalling(data: bytes, then: Callable[[], None]) -> Iterator[bytes]:
    """The first bytes of a body; the rest never come, because something happens first."""
    yield data
    time.sleep(0.5)
    then()


def kill_web(portal: subprocess.Popen[bytes]) -> None:
    """Kill -9 the web process and the ones that answer for it; its master first, or it would make others."""
    (web,) = [pid for line, pid in children(portal.pid).items() if "portal.web" in line]
    for pid in (web, *children(web).values()):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.one_database  # what has to last there is in files
def test_web_killed_while_a_file_comes_in_keeps_what_arrived(site: Site) -> None:
    package, port = (site.folder / "supply.lwp").read_bytes(), free_port()
    half, portal = len(package) // 2, serve(site.home.path, port, site.environment)
    try:
        with httpx.Client(
            base_url=f"http://localhost:{port}", headers={"Authorization": f"Bearer {site.token}", **TUS}
        ) as sender:
            begun = sender.post("/api/uploads/", headers={"Upload-Length": str(len(package))})
            place, chunk = begun.headers["Location"], {"Content-Type": "application/offset+octet-stream"}
            first = sender.patch(place, content=package[:half], headers={**chunk, "Upload-Offset": "0"})
            assert first.headers["Upload-Offset"] == str(half)

            more = {**chunk, "Upload-Offset": str(half), "Content-Length": str(len(package) - half)}
            with pytest.raises((httpx.TransportError, h11.ProtocolError)):
                sender.patch(
                    place, content=stalling(package[half:-1], lambda: kill_web(portal)), headers=more
                )
            wait_until_back("linkwell.portal.web", portal, site.home.path, port)
            stands = sender.head(place).headers["Upload-Offset"]
            assert int(stands) >= half
            rest = sender.patch(
                place, content=package[int(stands) :], headers={**chunk, "Upload-Offset": stands}
            )
            assert rest.status_code == 204
            assert sender.get(f"{place}/receipt").status_code == 200
    finally:
        portal.terminate()
        portal.wait(timeout=120)
    assert events(site, "supply.begun", "supply.received") == [1, 1]


def test_a_backup_killed_in_the_middle_leaves_none_and_the_next_is_whole(site: Site, tmp_path: Path) -> None:
    out, staging = tmp_path / "monday.lwb", site.home.path / "portal" / "backup"
    (before,) = events(site, "backup.made")

    def half_sealed() -> bool:
        part = staging / "content.sealed"
        return part.exists() and part.stat().st_size > LARGE // 4

    killed_when(site.environment, half_sealed, "backup", f"--out={out}")
    assert not out.exists()
    assert events(site, "backup.made") == [before]
    site.run("backup", f"--out={out}")
    assert not staging.exists()
    assert events(site, "backup.made") == [before + 1]
    drilled = site.run("drill", str(out), *site.keys, f"--reports={tmp_path / 'drills'}")
    assert drilled["passed"]


def test_a_restore_killed_in_the_middle_leaves_none_and_the_next_is_whole(site: Site, tmp_path: Path) -> None:
    out, home = tmp_path / "tuesday.lwb", tmp_path / "again"
    site.run("backup", f"--out={out}")
    command = ("restore", str(out), f"--home={home}", *site.keys)
    # What a killed restore left in its database goes with the database; the next one is given an empty one.
    halfway = site.environment | site.database()
    killed_when(halfway, lambda: any(tmp_path.glob(".again.part/research/sources/*")), *command)
    assert not home.exists()
    site.run(*command, **site.database())
    large = Path("research") / "sources" / "large.bin"
    assert (home / large).read_bytes() == (site.home.path / large).read_bytes()
    assert not (tmp_path / ".again.part").exists()


TOLD = """
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import tell
from linkwell.custody.demo import person
from linkwell.custody.mail.models import Rhythm
from linkwell.custody.mail.sending import choose_mail
from django.db import transaction

choose_mail(by=person("provider"), rhythm=Rhythm.SOON, address="pat@example.org.nz")
with transaction.atomic():
    tell(Agreement.objects.get(), "ends_soon", Agreement.objects.get().organisation, about="x")
"""
"""Somebody wants e-mail, and there is something new."""


def test_a_worker_killed_while_a_message_is_on_its_way_sends_it_again_under_its_number(site: Site) -> None:
    ask(site, TOLD)
    with listening(SILENT, WHOLE) as post:
        mail = {"LINKWELL_MAIL": f"smtp://127.0.0.1:{post.port}", "LINKWELL_MAIL_FROM": "linkwell@example.nz"}
        for way, end in ((SILENT, signal.SIGKILL), (WHOLE, signal.SIGTERM)):
            with quick_worker(site.environment | mail) as worker:
                while not post.numbers(way):
                    assert worker.poll() is None
                    time.sleep(0.02)
                worker.send_signal(end)
    assert post.numbers(SILENT) == post.numbers(WHOLE)
    assert events(site, "mail.sent") == [1]


FILES = 6000
"""So many that a kill falls between the first and the last."""

OVER = """
from linkwell.custody import road
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.signing import leave
from linkwell.custody.demo import person
from linkwell.custody.supplies.actions import import_package

agreement = Agreement.objects.get()
found = import_package(by=person("integrator"), agreement=agreement, package=pathlib.Path(sys.argv[1]))
road.accept(by=person("integrator"), reference=found.reference)
leave(by=person("provider"), agreement=agreement)
print(found.reference)
"""
"""A delivery that was accepted, under an agreement its provider has left."""


def test_a_worker_killed_while_it_destroys_leaves_no_half_and_signs_once(site: Site) -> None:
    (name,) = ask(site, OVER, str(site.folder / "supply.lwp"))
    names, details = (site.home.path / zone / "supplies" / name for zone in ("identity", "research"))
    assert names.exists()
    for number in range(FILES):
        (details / f"part-{number}").write_bytes(b"x")

    lead = {"LINKWELL_PASSWORD": password_of(site.home, "provider")}
    asked = ("destroy-kept", "DSA-2026-001", "--as=provider")
    with quick_worker(site.environment) as worker:
        try:
            wait_for_its_queue(site, worker, "quick")  # so the command only waits for it
            killed_when(site.environment | lead, lambda: not names.exists(), *asked)
        finally:
            worker.kill()
    assert details.exists(), "it was killed after its work, not in the middle of it"

    assert site.run(*asked, **lead)["destroyed"] == [name]
    assert not details.exists()
    once = ("agreement.destruction asked", "supply.kept data destroyed", "agreement.names destroyed")
    assert events(site, *once) == [1, 1, 1]


LAB = """
from tests import laboratory
from linkwell.custody.demo import person
from linkwell.custody.home import current_home
from linkwell.custody.jobs.tasks import leave
from linkwell.custody.labs import databases
from linkwell.custody.labs.models import LabWork
from linkwell.custody.organisations.actions import add_person, enter_organisation
from linkwell.custody.organisations.roles import Kind, Role

manager = person("integrator")
where = enter_organisation(by=manager, code="a-university", name="A-University", kind=Kind.RESEARCH)
lead = add_person(by=manager, username="lee", name="Lee", password="four plain words here",
                  organisation=where, roles=[Role.PROJECT_LEAD])
laboratory.refresh(current_home(), pathlib.Path(sys.argv[1]))
for code in ("maa2026-07", "maa2026-08"):
    made, _ = databases.build(by=manager, project=laboratory.project(lead, code=code))
    laboratory.table(made, "grown")
    print(made.name)
"""
"""Two projects whose databases are to be built."""

ASKED = """
from tests import laboratory
from linkwell.custody.demo import person
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.tasks import leave
from linkwell.custody.labs.models import LabWork
from linkwell.custody.projects.models import Project

LabWork.objects.update(asked={"text": laboratory.GROWN}, database=None)
for code, number in (("maa2026-07", 2), ("maa2026-07", 3), ("maa2026-08", 2)):
    count = LabWork.objects.create(
        project=Project.objects.get(code=code), number=number, kind="count", by="lee", state="waiting",
        asked={"table": "grown", "by": {"sex": ["1", "2"]}, "purpose": "To know."},
    )
    leave("lab.run", subject=count.reference, by=person("integrator"))
"""
"""Two counts of one project, and one of another that waits behind them."""

RUNNING = """
import time
from linkwell.custody.jobs.models import Job

running = Job.objects.filter(state="running", started_at__gt=sys.argv[1]).order_by("subject")
while len(names := running.values_list("subject", flat=True)) < 2:
    time.sleep(0.1)
print(*names)
"""
"""Two jobs begun since a moment: what a killed worker left as running is not one of them."""

BUILT = """
import time
from linkwell.custody.labs.models import ProjectDatabase

while ProjectDatabase.objects.filter(state="building").exists():
    time.sleep(0.1)
print(*ProjectDatabase.objects.values_list("state", flat=True))
"""

COUNTED = """
import time
from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.custody.home import current_home
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs.models import LabWork, ProjectDatabase

while Job.objects.filter(state__in=("waiting", "running")).exists():
    time.sleep(0.1)
with ReleaseDesk.open(current_home()) as desk:
    counts = LabWork.objects.filter(kind="count").order_by("project__code", "number")
    entries = [desk.recall(each.answer["release_id"]).ledger_entry for each in counts]
    print(desk.head().seq, *entries, *ProjectDatabase.objects.values_list("state", flat=True))
"""


BATCH = """# reads: grown
# makes: often
p = data.sql("SELECT snz_uid, sex FROM grown").fetchnumpy()
make("often", snz_uid=p["snz_uid"], second=p["sex"] == "2")
"""

BROUGHT = """
from linkwell.custody.labs import batches
from linkwell.custody.organisations.models import Person
from linkwell.custody.projects.models import Project

batches.bring(by=Person.objects.get(username="lee"), project=Project.objects.get(code="maa2026-07"),
              name="often.py", data=sys.argv[1].encode())
"""

REHEARSED = """
import time
from linkwell.custody.labs.models import LabWork
from linkwell.custody.labs.workspace import tables

batches = LabWork.objects.filter(kind="batch")
while batches.filter(state="waiting").exists():
    time.sleep(0.1)
print(batches.get().state, *tables(batches.get().project))
"""


@contextmanager
def worker_of(site: Site, queue: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of one queue, killed at the end."""
    command = [sys.executable, "-m", "linkwell.portal.worker", queue]
    with subprocess.Popen(command, env=site.environment, stderr=subprocess.DEVNULL) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def wait_for_its_queue(site: Site, worker: subprocess.Popen[bytes], queue: str) -> None:
    """Wait until somebody holds the queue, and the worker lives."""
    with (site.home.path / "portal" / "locks" / f"worker-{queue}.lock").open("ab") as lock:
        while True:
            assert worker.poll() is None, "the worker ended"
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.02)


def killed_once(worker: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    """Kill it in the middle of its work."""
    while not reached():
        assert worker.poll() is None
        time.sleep(0.002)
    worker.kill()
    worker.wait()
    assert reached(), "it was killed after its work, not in the middle of it"


def test_a_worker_stands_by_while_somebody_else_holds_its_queue(site: Site, tmp_path: Path) -> None:
    held, said = site.home.path / "portal" / "locks" / "worker-heavy.lock", tmp_path / "said"
    command = [sys.executable, "-m", "linkwell.portal.worker", "heavy"]
    with held.open("ab") as lock, said.open("wb") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        worker = subprocess.Popen(command, env=site.environment, stdout=log, stderr=log)
        try:
            while b"standing by" not in said.read_bytes():
                assert worker.poll() is None, said.read_text("utf-8")
                time.sleep(0.05)
            fcntl.flock(lock, fcntl.LOCK_UN)
            wait_for_its_queue(site, worker, "heavy")
        finally:
            worker.kill()
            worker.wait()


@pytest.mark.one_database  # the queue itself is tried on both, with messages and destruction
def test_a_worker_killed_while_it_builds_counts_and_runs_a_script_does_each_once(
    site: Site, tmp_path: Path
) -> None:
    names = ask(site, LAB, str(tmp_path))
    folders = [site.home.path / "projects" / name for name in names]

    def built_so_far() -> bool:
        return folders[0].exists()

    def in_session() -> bool:
        return any((folders[0] / "work").glob("session-*"))

    with worker_of(site, "heavy") as worker:
        killed_once(worker, built_so_far)
    with worker_of(site, "heavy"):
        assert ask(site, BUILT) == ["ready", "ready"]
    ask(site, ASKED)
    with worker_of(site, "lab") as worker:
        killed_once(worker, in_session)
    desk = alone(site.home.zone(ZoneName.DISCLOSURE) / LOCK)  # whoever counts waits at the release desk
    since = timezone.now().isoformat()
    with desk, worker_of(site, "lab"):
        assert ask(site, RUNNING, since) == ["maa2026-07-w2", "maa2026-08-w2"]  # in turns, one of each
    with worker_of(site, "lab") as worker:
        entries = ask(site, COUNTED)
        ask(site, BROUGHT, BATCH)
        killed_once(worker, in_session)
    with worker_of(site, "lab"):
        assert ask(site, REHEARSED) == ["answered", "grown", "often"]
    assert len(list((folders[0] / "batches" / "twin").iterdir())) == 1
    assert events(site, "lab.batch brought", "lab.batch answered") == [1, 1]
    assert entries == ["2", entries[1], entries[1], entries[3], "ready", "ready"]
    assert sorted({entries[1], entries[3]}) == ["1", "2"]
    for folder in folders:
        assert {each.name for each in folder.iterdir()} == {
            "batches", "facts.json", "project.duckdb", "twin.duckdb", "work", "workspace.json"
        }  # fmt: skip
        assert not any((folder / "work").iterdir())
    assert events(site, "database.ready", "lab.count answered") == [2, 3]


WITHDRAWN = """
from linkwell.custody import road
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.demo import person
from linkwell.custody.removals.actions import ask
from linkwell.custody.supplies.actions import import_package

agreement = Agreement.objects.get()
found = import_package(by=person("integrator"), agreement=agreement, package=pathlib.Path(sys.argv[1]))
road.accept(by=person("integrator"), reference=found.reference)
print(found.reference, ask(by=person("provider"), agreement=agreement, kind="withdrawal").reference)
"""
"""A delivery that was accepted, whose provider asks for everything to be taken out."""


def test_killed_while_it_destroys_what_is_taken_out_it_certifies_once_and_only_when_all_is_gone(
    tmp_path: Path, sample_specification, sample_split
) -> None:
    site = make_site(tmp_path, sample_specification, sample_split)
    name, removal = ask(site, WITHDRAWN, str(site.folder / "supply.lwp"))
    names, details = (site.home.path / zone / "supplies" / name for zone in ("identity", "research"))
    for number in range(FILES):
        (details / f"part-{number}").write_bytes(b"x")
    asked = ("confirm-take-out", removal, "--as=integrator")
    killed_when(site.environment, lambda: not names.exists(), *asked)
    assert details.exists(), "it was killed after its work, not in the middle of it"
    assert events(site, "removal.done") == [0]
    assert site.run(*asked)["state"] == "done"
    assert not details.exists()
    assert events(site, "removal.confirmed", "removal.done") == [1, 1]


def post(browser: httpx.Client, where: str, **given: str) -> httpx.Response:
    """Fill in a page's form and send it."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(where).text)
    assert token is not None
    return browser.post(where, data={"csrfmiddlewaretoken": token[1], **given})


def test_web_killed_while_a_destruction_goes_on_that_a_page_asked_for(
    tmp_path: Path, sample_specification, sample_split
) -> None:
    """The person's browser loses its answer, not what was asked for; and asking once more adds nothing."""
    site = make_site(tmp_path, sample_specification, sample_split)
    (name,) = ask(site, OVER, str(site.folder / "supply.lwp"))
    names, details = (site.home.path / zone / "supplies" / name for zone in ("identity", "research"))
    for number in range(FILES):
        (details / f"part-{number}").write_bytes(b"x")
    portal = serve(site.home.path, port := free_port(), site.environment)
    password, where = password_of(site.home, "provider"), "/agreements/DSA-2026-001/destroy"
    try:
        with httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as browser:
            assert post(browser, "/signin/", username="provider", password=password).status_code == 302
            assert post(browser, where, password=password).status_code == 302
            until = time.monotonic() + 120
            while names.exists():
                assert time.monotonic() < until
                time.sleep(0.002)
            kill_web(portal)
            assert details.exists(), "it was killed after the work, not in the middle of it"
            wait_until_back("linkwell.portal.web", portal, site.home.path, port)
            while details.exists():
                assert time.monotonic() < until
                time.sleep(0.05)
            again = post(browser, where, password=password)  # still signed in; perhaps they saw no answer
            assert again.status_code in (302, 409)
            assert browser.get("/agreements/DSA-2026-001/story/").status_code == 200
            once = ("agreement.destruction asked", "agreement.names destroyed", "supply.kept data destroyed")
            while events(site, *once)[2] == 0:
                assert time.monotonic() < until
    finally:
        portal.terminate()
        portal.wait(timeout=120)
    assert events(site, *once) == [1, 1, 1]
