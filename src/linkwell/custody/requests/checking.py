"""The machine's check of a request's files, where they lie: the same as `linkwell output check --as-is`.

And for the checkers what the files tell beside other requests, reports and counts of labs from the same data.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from django.db.models import Q

from linkwell.confidentiality.output_check.annotated import write_annotated
from linkwell.confidentiality.output_check.check import Checked, check_beside, check_listed
from linkwell.confidentiality.output_check.disclosure_record import disclosure_record
from linkwell.custody.home import current_home
from linkwell.custody.labs.models import LabWork
from linkwell.custody.labs.states import WorkState
from linkwell.custody.outputs.models import Release
from linkwell.custody.projects.access import agreements_of
from linkwell.custody.projects.conditions import watched_in
from linkwell.custody.requests.contents import BESIDE, content_path
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.states import RequestState
from linkwell.vault.zones import ZoneName

MARKED = "marked.xlsx"
MOST_BESIDE = 20
"""With how many of the newest other requests, of reports and of labs' counts a request is compared."""

_R = RequestState
BEFORE_US = (_R.REVIEW, _R.TOGETHER, _R.APPROVED, _R.RELEASED)
"""What is under way counts as well: two requests side by side could tell what neither tells alone."""


def check_request(request: OutputRequest) -> dict[str, Any]:
    """Check every file, write the workbook that shows each fault, and return the disclosure record.

    Beside the record stands, under BESIDE and for checkers only, what the files tell beside others.
    """
    checked = _checked(request)
    write_annotated(checked, content_path(request, MARKED))
    return {**disclosure_record(checked), BESIDE: _beside(request)}


def _checked(request: OutputRequest) -> Checked:
    files = list(request.files.all())
    listed = [(file.name, content_path(request, file.digest)) for file in files]
    staying = [file.name for file in files if file.role != "leaves"]
    return check_listed(listed, as_is=True, evidence=staying, watched=watched_in(request.project))


def _beside(request: OutputRequest) -> dict[str, Any]:
    others, reports = _others(request), _reports(request)
    listed, staying = _files(request, "")
    earlier: list[tuple[str, Path]] = []
    for other in others:
        theirs, stay = _files(other, f"{other.reference}/")
        earlier += theirs
        staying += stay
    released = current_home().zone(ZoneName.RELEASED)
    for report in reports:
        tables = [name for name in report.files if name.endswith(".csv")]
        earlier += [(f"{report.reference}/{name}", released / report.reference / name) for name in tables]
    counts = _counts(request)
    with tempfile.TemporaryDirectory() as folder:
        earlier += [each for work in counts for each in _written(work, Path(folder))]
        found = check_beside(listed, [each for each in earlier if each[1].exists()], evidence=staying)
    compared = [each.reference for each in (*others, *reports, *counts)]
    return {"compared": compared, "findings": [finding.as_dict() for finding in found]}


def _files(request: OutputRequest, before: str) -> tuple[list[tuple[str, Path]], list[str]]:
    """What is to leave and its RAW, by name and place; and the names of those that stay."""
    files = [file for file in request.files.all() if file.role != "script"]
    listed = [(before + file.name, content_path(request, file.digest)) for file in files]
    return listed, [before + file.name for file in files if file.role != "leaves"]


def _counts(request: OutputRequest) -> list[LabWork]:
    """Counts the release desk told the labs of this project, and of projects that use the same agreements."""
    agreements = [each.pk for each in agreements_of(request.project)]
    same = Q(project=request.project) | Q(project__uses__in=agreements)
    found = LabWork.objects.filter(same, kind="count", state=WorkState.ANSWERED).distinct()
    return list(found.order_by("-pk")[:MOST_BESIDE])


def _written(work: LabWork, folder: Path) -> list[tuple[str, Path]]:
    """The tables of a lab's count as files, laid out like every other output; released numbers only."""
    listed = []
    for table in work.answer.get("tables", ()):
        name = f"{work.reference}/{table['name']}.csv"
        path = folder / f"{work.reference}-{len(listed)}.csv"
        numbers = ["S" if value is None else value for value in table["values"]]
        rows = [[*labels, number] for labels, number in zip(table["labels"], numbers, strict=True)]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[*table["dimensions"], "people"], *rows])
        listed.append((name, path))
    return listed


def _others(request: OutputRequest) -> list[OutputRequest]:
    agreements = [each.pk for each in agreements_of(request.project)]
    same = Q(project=request.project) | Q(project__uses__in=agreements)
    found = OutputRequest.objects.filter(same, state__in=BEFORE_US).exclude(pk=request.pk).distinct()
    return list(found.prefetch_related("files")[:MOST_BESIDE])


def _reports(request: OutputRequest) -> list[Release]:
    agreements = [each.pk for each in agreements_of(request.project)]
    about = Q(output__project__agreement__in=agreements) | Q(output__project__uses__in=agreements)
    return list(Release.objects.filter(about).distinct()[:MOST_BESIDE])
