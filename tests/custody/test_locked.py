"""A registry that somebody else really holds: said in words, nothing half-done, the next try completes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.custody.test_backups import Site, make_site
from tests.journey.test_portal_opens import free_port
from tests.journey.test_worker_killed import serve

from linkwell.ledger.receipts import Receipt

pytestmark = pytest.mark.slow
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sample_specification, sample_split) -> Site:
    made = make_site(tmp_path_factory.mktemp("locked"), sample_specification, sample_split)
    made.environment["LINKWELL_DATABASE_WAIT"] = "1"
    return made


@contextmanager
def held(site: Site) -> Iterator[None]:
    """Another program has begun to write and does not end."""
    address = site.environment.get("LINKWELL_DATABASE")
    if address is None:
        other = sqlite3.connect(site.home.path / "portal" / "registry.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        other = psycopg.connect(address)
        tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        other.execute(f"LOCK TABLE {', '.join(name for (name,) in tables)} IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.rollback() if address else other.execute("ROLLBACK")
        other.close()


def opened(site: Site) -> list[Path]:
    return [path for zone in ("identity", "research") for path in (site.home.path / zone).rglob("*.csv")]


def test_a_supply_comes_in_and_is_accepted_once_the_registry_is_free_again(site: Site) -> None:
    package = (site.folder / "supply.lwp").read_bytes()
    portal = serve(site.home.path, port := free_port(), site.environment)
    try:
        with httpx.Client(
            base_url=f"http://localhost:{port}", headers={"Authorization": f"Bearer {site.token}", **TUS},
            timeout=30,
        ) as sender:  # fmt: skip
            with held(site):
                begun = sender.post("/api/uploads/", headers={"Upload-Length": str(len(package))})
                assert (begun.status_code, begun.json()["fix"] != "") == (503, True)
            place = sender.post("/api/uploads/", headers={"Upload-Length": str(len(package))}).headers[
                "Location"
            ]
            with held(site):
                last = sender.patch(place, content=package, headers={**CHUNK, "Upload-Offset": "0"})
                assert last.status_code == 503
                assert site.home.path.name not in last.text
            stands = int(sender.head(place).headers["Upload-Offset"])
            rest = sender.patch(
                place, content=package[stands:], headers={**CHUNK, "Upload-Offset": str(stands)}
            )
            assert rest.status_code == 204
            supply = str(Receipt.from_json(sender.get(f"{place}/receipt").content).facts["supply"])
    finally:
        portal.terminate()
        portal.wait(timeout=120)
    with held(site):
        said = site.run("accept", supply, "--as=integrator", exit_code=3)
    assert "busy" in str(said["what"])
    assert opened(site) == []
    assert site.run("accept", supply, "--as=integrator")["state"] == "accepted"
    assert opened(site)


def test_a_page_says_that_the_registry_is_busy(site: Site) -> None:
    portal = serve(site.home.path, port := free_port(), site.environment)
    try:
        with httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as browser:
            page = browser.get("/signin/").text
            token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
            form = {"csrfmiddlewaretoken": token, "username": "integrator", "password": "x" * 20}
            with held(site):
                answer = browser.post("/signin/", data=form, headers={"Referer": f"http://localhost:{port}/"})
            assert answer.status_code == 503
            assert "The registry is busy" in answer.text
            assert answer.headers["Retry-After"] == "30"
    finally:
        portal.terminate()
        portal.wait(timeout=120)
