"""Whether the process runs, and whether everything it needs is there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import QUEUES
from linkwell.custody.jobs.stopped import silent_jobs
from linkwell.custody.jobs.worker import alive
from linkwell.portal.access import ANYONE, page
from linkwell.vault.zones import ZoneName

ROOM_NEEDED = 64 * 1024 * 1024


@page("healthz", name="healthz", who=ANYONE, methods=("GET",))
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@page("readyz", name="readyz", who=ANYONE, methods=("GET",))
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, storage, disk room and workers: 200 when work can be done, else 503 with which is missing."""
    intake = current_home().zone(ZoneName.INTAKE).path
    if not _database():
        return JsonResponse({"database": False}, status=503)
    checks = {
        "database": True,
        "storage": _writable(intake),
        "disk": shutil.disk_usage(intake).free > ROOM_NEEDED,
        **{f"worker {queue}": alive(queue) for queue in QUEUES},
        "work goes on": not silent_jobs(),
    }
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _writable(folder: Path) -> bool:
    # Tried and not asked: a disk that went read-only or full still grants the permission.
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"ready?")
            probe.flush()
    except OSError:
        return False
    return True


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
