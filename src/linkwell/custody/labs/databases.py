"""Having a project's database built, keeping it at what is granted, and removing it when work ends."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from django.db import transaction

from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs.granted import Granted, columns_of, granted, organisations_of
from linkwell.custody.labs.models import ProjectDatabase
from linkwell.custody.labs.permissions import BUILD_DATABASE
from linkwell.custody.labs.states import DATABASE, DatabaseState
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.projects.access import stopped
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes.models import Refresh
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain, WrongUse
from linkwell.vault.zones import ZoneName

BUILD = "lab.build"
_STANDING = (DatabaseState.BUILDING, DatabaseState.READY, DatabaseState.FAILED)


def find_database(name: str) -> ProjectDatabase:
    """The database of this name.

    Raises:
        WrongUse: there is none.
    """
    found = (
        ProjectDatabase.objects.select_related("project__organisation", "refresh").filter(name=name).first()
    )
    if found is None:
        raise WrongUse("There is no project database of this name.", where=name)
    return found


def build(*, by: Person, project: Project) -> tuple[ProjectDatabase, Job]:
    """Have the database of an approved research project built; one that is being built is returned.

    Raises:
        NotAllowed: `by` is not a custodian manager. RefusedByRule: nobody may work in the project now, or it
            is a provider's standing project. WrongUse: it stands already, or no data update is ready.
    """
    check(by, BUILD_DATABASE)
    refuse_stopped(project)
    if project.standing:
        raise RefusedByRule("A standing project has its database made with its insights.", where=project.code)
    wanted = granted(project)
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        newest = project.databases.filter(state__in=_STANDING).first()
        if newest is not None and newest.state == DatabaseState.BUILDING:
            return newest, tasks.leave(BUILD, subject=newest.name, by=by)
        if newest is not None and newest.state == DatabaseState.READY and fits(newest, wanted):
            raise WrongUse("It stands already, with everything that is granted.", where=newest.name)
        return _begin(project, wanted, by=by)


def refuse_stopped(project: Project) -> None:
    """Raise RefusedByRule with the first reason why nobody may work in the project today."""
    for reason in stopped(project):
        raise RefusedByRule(reason.words, where=project.code, fix=reason.mend)


def fits(row: ProjectDatabase, wanted: Granted) -> bool:
    """Whether a database holds just what is granted, of the right data update."""
    return row.refresh_id == wanted.refresh.pk and allowed(row, wanted)


def allowed(row: ProjectDatabase, wanted: Granted) -> bool:
    """Whether a database holds just the columns and organisations that are granted."""
    return row.columns == wanted.columns and row.organisations == wanted.organisations


def current(project: Project) -> ProjectDatabase | None:
    """The newest database that is ready and holds just what is granted now; an earlier data update serves
    until the next is built.
    """
    row = project.databases.filter(state=DatabaseState.READY).select_related("refresh").first()
    with suppress(LinkwellError):  # what is granted cannot be read any more: nobody works on it
        if row is not None and allowed(row, granted_on(row)):
            return row
    return None


def granted_on(row: ProjectDatabase) -> Granted:
    """What is granted now, seen in the data update of a database that stands."""
    project, refresh = row.project, row.refresh
    return Granted(refresh, columns_of(project, refresh), organisations_of(project, refresh))


def change(row: ProjectDatabase, verb: str, *, by: Person | str, event: str, **details: object) -> None:
    """Move a database by `verb` and record it; call inside a transaction."""
    held = ProjectDatabase.objects.select_for_update(of=("self",)).get(pk=row.pk)
    row.state = DATABASE.after(verb, held.state)
    row.save()
    record(event, by=by, subject=row.subject, about=_whose(row.project), details=dict(details))


def _begin(project: Project, wanted: Granted, *, by: Person | str) -> tuple[ProjectDatabase, Job]:
    row = ProjectDatabase.objects.create(
        name=f"{project.code}-d{project.databases.count() + 1}", project=project, refresh=wanted.refresh,
        columns=wanted.columns, organisations=wanted.organisations, state=DATABASE.after("build", None),
    )  # fmt: skip
    record("database.building", by=by, subject=row.subject, about=_whose(project),
           details={"refresh": wanted.refresh.label, "columns": wanted.columns})  # fmt: skip
    return row, tasks.leave(BUILD, subject=row.name, by=by)


def keep_databases() -> int:
    """One round: build where a project moved on, remove where work ended; returns how many were begun.

    Nothing waits for this to be closed: access is asked each time. Only what a custodian manager had built
    once is kept up.
    """
    begun = 0
    for project in Project.objects.filter(agreement=None, databases__isnull=False).distinct().order_by("pk"):
        if stopped(project):
            remove_all(project.databases.filter(state__in=(DatabaseState.READY, DatabaseState.FAILED)))
        else:
            begun += _keep_up(project)
    clear_removed()
    return begun


def _keep_up(project: Project) -> int:
    stands = current(project)
    ready = project.databases.filter(state=DatabaseState.READY)
    remove_all(row for row in ready if stands is None or row.pk != stands.pk)
    try:
        wanted = granted(project)
    except LinkwellError:
        return 0  # the lab is closed and says why; a custodian manager hears it from `build`
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if any(fits(row, wanted) for row in project.databases.filter(state__in=_STANDING)):
            return 0
        _begin(project, wanted, by=SYSTEM)
    return 1


def remove_all(rows: Iterable[ProjectDatabase]) -> None:
    """Say of databases that they are removed; their files go with `clear_removed`."""
    for row in rows:
        with transaction.atomic():
            change(row, "remove", by=SYSTEM, event="database.removed")


def built_from(refreshes: Iterable[Refresh]) -> list[str]:
    """Names of the databases cut from these refreshes that stand, or whose files are still to be cleared."""
    zone = current_home().zone(ZoneName.PROJECTS)
    rows = ProjectDatabase.objects.filter(refresh__in=list(refreshes)).values_list("name", "state")
    return sorted(name for name, state in rows if state != DatabaseState.REMOVED or (zone / name).exists())


def clear_removed() -> int:
    """Destroy the files of removed databases; one that somebody's session has open waits for the next round.

    Returns how many were destroyed.
    """
    from linkwell.custody.labs.locks import queue_folder
    from linkwell.integration import leaving
    from linkwell.lab.turns import turn

    home, gone = current_home(), 0
    for row in ProjectDatabase.objects.filter(state=DatabaseState.REMOVED):
        if not (home.zone(ZoneName.PROJECTS) / row.name).exists():
            continue
        with suppress(TryAgain), turn(queue_folder(home), row.name):
            leaving.destroy_project(home, row.name)
            gone += 1
    return gone


def is_ready() -> bool:
    """Whether any lab has a database to work on."""
    return ProjectDatabase.objects.filter(state=DatabaseState.READY).exists()


def _whose(project: Project) -> str:
    return project.organisation.code if project.organisation else ""
