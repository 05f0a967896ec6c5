"""`python -m bench.portal.pages`: what one reading of each page costs, in a seeded year, in one process.

Prints, per page, milliseconds of processor time (median of many readings; other work on the machine does not
change it much), questions to the database, milliseconds spent in them, and the page's size.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MOST_QUERIES = 25

PROVIDER = (
    "/start/", "/me/", "/supplies/", "/supplies/SEED-000-001/", "/reports/", "/trail/", "/proposals/",
    "/agreements/", "/agreements/SEED-000/", "/notices/", "/breaches/",
)  # fmt: skip
STAFF = (
    "/custodian/supplies/", "/custodian/supplies/SEED-000-001/", "/custodian/refreshes/",
    "/custodian/record/",
    "/custodian/organisations/", "/proposals/", "/agreements/", "/agreements/SEED-000/", "/notices/",
    "/custodian/outputs/", "/custodian/work/", "/catalogue/", "/healthz", "/readyz",
)  # fmt: skip


@contextmanager
def counted() -> Iterator[list[float]]:
    """Milliseconds of every question to the database meanwhile."""
    from django.db import connection

    took: list[float] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took.append((time.perf_counter() - began) * 1000)

    with connection.execute_wrapper(note):
        yield took


def measure(client: Any, page: str, times: int) -> tuple[str, int, float, int, float, int]:
    """(page, status, median CPU ms, queries, ms in them, bytes)."""
    answer = client.get(page)
    with counted() as took:
        client.get(page)
    used = []
    for _ in range(times):
        began = time.process_time()
        client.get(page)
        used.append((time.process_time() - began) * 1000)
    return page, answer.status_code, statistics.median(used), len(took), sum(took), len(answer.content)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from bench.portal.home import seed_home

        seed_home(Path(folder) / "home", people=1)
        from django.conf import settings
        from django.test import Client

        from linkwell.custody.organisations.models import Person

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SESSION_COOKIE_SECURE = False
        print(f"{'page':<44}{'status':>7}{'CPU ms':>8}{'queries':>9}{'in them':>9}{'bytes':>9}")
        for name, pages in (("lead-000", PROVIDER), ("integrator", STAFF)):
            client = Client()
            client.force_login(
                Person.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
            )
            for page in pages:
                found = measure(client, page, asked.times)
                mark = "" if found[3] <= MOST_QUERIES else "  more than 25"
                print("{:<44}{:>7}{:>8.1f}{:>9}{:>9.1f}{:>9}".format(*found) + mark)


if __name__ == "__main__":
    main()
