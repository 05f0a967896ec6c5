"""Taking records out of what was integrated: finding what must be gone, and destroying whole refreshes.

Nothing is ever edited in a refresh. A new one is built without the records; then every earlier one that held
them is destroyed, with the link maps, keys and project databases made for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from linkwell.confidentiality.person_index import index_path
from linkwell.integration import database, ids
from linkwell.integration.project import project_folder
from linkwell.integration.refresh import read_facts, refresh_folder, refresh_keys
from linkwell.vault.zones import Home, ZoneName


def record_keys(content: Path) -> set[str]:
    """Every record key in a folder of content tables; none where the folder is gone."""
    found: set[str] = set()
    for file in sorted(content.glob("*.csv")):
        table = f"read_csv({database.quoted(file)}, all_varchar = true, header = true, delim = ',')"
        with database.in_memory() as connection:
            rows = connection.execute(f"SELECT DISTINCT trim(record_key) FROM {table}").fetchall()
        found |= {key for (key,) in rows if key}
    return found


def rows_left(home: Home, label: str, keys: Iterable[str]) -> int:
    """How many rows of a finished refresh come from these record keys.

    The keys are turned into what they would be called in this refresh, and looked for in its decoded tables.
    """
    facts = read_facts(home, label)
    wanted = sorted(set(keys))
    if facts is None or not wanted:
        return 0
    secret = refresh_keys(home, facts.base or label).text
    found = 0
    with database.reading(refresh_folder(home, label) / "refresh.duckdb") as connection:
        connection.execute("CREATE TEMP TABLE wanted AS SELECT unnest(?::BIGINT[]) AS uid",
                           [ids.text_pseudonyms(secret, wanted).tolist()])  # fmt: skip
        for table in ("enrolment", "service_event"):
            query = f"SELECT count(*) FROM {table} WHERE snz_record_uid IN (SELECT uid FROM wanted)"
            ((rows,),) = connection.execute(query).fetchall()
            found += int(rows)
    return found


def destroy_refresh(home: Home, label: str) -> None:
    """Destroy a refresh, the links it was built from and its key; what is gone stays gone.

    Its facts go first: from then on nobody takes it for a finished refresh, however far this gets.
    """
    folder = refresh_folder(home, label)
    (folder / "facts.json").unlink(missing_ok=True)
    destroy_folder(folder)
    destroy_folder(home.zone(ZoneName.IDENTITY).folder("refreshes") / label)
    _unlink(home.zone(ZoneName.KEYS) / f"refresh-{label}.secret")


def destroy_project(home: Home, project: str) -> None:
    """Destroy a project's database, the release desk's index of its people, and its key."""
    folder = project_folder(home, project)
    (folder / "facts.json").unlink(missing_ok=True)
    destroy_folder(folder)
    _unlink(index_path(home.zone(ZoneName.DISCLOSURE), project))
    _unlink(home.zone(ZoneName.KEYS) / f"project-{project}.secret")


def destroy_folder(folder: Path) -> None:
    """Remove a folder and everything in it, and let the disk settle."""
    if not folder.exists():
        return
    shutil.rmtree(folder)
    _settle(folder.parent)


def _unlink(file: Path) -> None:
    if file.exists():
        file.unlink()
        _settle(file.parent)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
