"""The machine's check of a request's files, where they lie: the same as `linkwell output check --as-is`."""

from __future__ import annotations

from typing import Any

from linkwell.confidentiality.output_check.annotated import write_annotated
from linkwell.confidentiality.output_check.check import Checked, check_listed
from linkwell.confidentiality.output_check.disclosure_record import disclosure_record
from linkwell.custody.requests.filling import content_path
from linkwell.custody.requests.models import OutputRequest

MARKED = "marked.xlsx"


def check_request(request: OutputRequest) -> dict[str, Any]:
    """Check every file, write the workbook that shows each fault, and return the disclosure record."""
    checked = _checked(request)
    write_annotated(checked, content_path(request, MARKED))
    return disclosure_record(checked)


def _checked(request: OutputRequest) -> Checked:
    files = list(request.files.all())
    listed = [(file.name, content_path(request, file.digest)) for file in files]
    staying = [file.name for file in files if file.role != "leaves"]
    return check_listed(listed, as_is=True, evidence=staying)
