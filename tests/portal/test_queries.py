"""No page asks the database more than 25 questions, and none asks more because there is more in it."""

from __future__ import annotations

import pytest
from bench.portal.seed import seed_year
from bench.portal.seed_more import seed_more
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

BACKEND = "django.contrib.auth.backends.ModelBackend"
MOST = 25
PAGES = {
    "lead": ["/me/", "/supplies/", "/supplies/SEED-000-001/", "/reports/", "/trail/", "/agreements/",
             "/agreements/SEED-000/story/", "/notices/", "/uses/"],
    "integrator": [
        "/custodian/supplies/", "/custodian/supplies/SEED-000-001/", "/custodian/refreshes/", "/agreements/",
    ],
    "manager": ["/custodian/organisations/", "/custodian/record/", "/agreements/", "/custodian/waiting/",
                "/proposals/", "/projects/", "/projects/seeded-research-1/", "/researchers/", "/removals/",
                "/breaches/", "/register/"],
    "researcher": ["/projects/", "/projects/seeded-research-1/", "/projects/seeded-research-1/lab/",
                   "/requests/", "/requests/seeded-request-1/", "/custodian/waiting/"],
    "output_checker": ["/custodian/outputs/", "/catalogue/", "/requests/", "/requests/seeded-request-1/"],
    "auditor": ["/custodian/record/", "/custodian/supplies/"],
}  # fmt: skip


@pytest.fixture
def year(registry, settings):
    """A year of thirty organisations with 300 supplies: enough that a query per row would show."""
    settings.ALLOWED_HOSTS = ["testserver"]
    lead = seed_year(organisations=30, supplies=300)[0]
    return {"lead": lead, "researcher": seed_more(projects=6)}


@pytest.mark.parametrize("who", sorted(PAGES))
def test_no_page_asks_more_than_its_share(registry, year, who: str) -> None:
    client = Client()
    client.force_login(year.get(who) or registry.person(who), backend=BACKEND)
    client.get("/me/")  # the first page of a session also notes when it began
    counted = {}
    for page in PAGES[who]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(page)
        assert answer.status_code in (200, 409), page  # a lab nobody may work in yet says why
        counted[page] = len(asked)
    assert max(counted.values()) <= MOST, counted
