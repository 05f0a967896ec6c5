"""People who stay out as a whole: those who objected, those nobody told; and lists that are a secret."""

from __future__ import annotations

from linkwell.checking.notices import NoticeCover
from linkwell.checking.objections import Objections
from linkwell.checking.verdict import LeftOut
from linkwell.checking.wording import Collector
from linkwell.checking.work import Work
from linkwell.specification.model import Specification, TableSpec


def leave_out_people(
    work: Work, identity: TableSpec, notices: NoticeCover | None, objections: Objections | None
) -> None:
    """Leave out everything about people who objected or were not told (`work.left_out`), with their counts.

    Rows of people who objected are not numbered: who they are must not be read off a report.
    """
    people = work.people
    objected = not_told = 0
    if objections is not None and objections.hashes:
        said_no = {at for at, person in enumerate(people.details) if objections.holds(person)}
        work.left_out |= said_no
        objected = len(said_no)
        if said_no:
            work.collector.add("person_objected", identity.source, count=len(said_no))
    if notices is not None:
        untold = _untold(work, notices) - work.left_out
        work.left_out |= untold
        not_told = len(untold)
        rows = [at for at, person in people.person_of.items() if person in untold]
        work.collector.add("person_not_told", work.sources[identity.source], rows)
    work.how_many_out = LeftOut(not_told, objected)
    for name, person_of in work.person_of.items():
        table = work.spec.table(name)
        if table is not None:
            stay = {at for at, person in person_of.items() if person in work.left_out}
            work.refused[table.source] |= stay


def _untold(work: Work, notices: NoticeCover) -> set[int]:
    starts: dict[int, list[str]] = {person: [] for person in range(len(work.people.details))}
    for name, columns in work.columns.items():
        for at, person in work.person_of.get(name, {}).items():
            if "start_date" in columns and person in starts:
                starts[person].append(columns["start_date"][at])
    return {person for person, days in starts.items() if not notices.covered(days)}


def note_sensitive(spec: Specification, collector: Collector) -> None:
    """Say it when being on a list is itself the secret (a refuge, a sexual-health clinic)."""
    for name in spec.sensitive:
        collector.add("initiative_sensitive", "", detail=name, count=1)
