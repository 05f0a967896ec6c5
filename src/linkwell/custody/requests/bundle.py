"""The bundle that leaves: approved files only, checksums, disclaimers, disclosure record, signed receipt."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from linkwell.custody.audit.record import checkpoint, record_view
from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.requests.contents import BESIDE, content_path, whose
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.votes import agreed, leaving
from linkwell.errors import RefusedByRule
from linkwell.ledger.checkpoints import state
from linkwell.vault.custodian_keys import receipt_key
from linkwell.vault.zones import ZoneName, write_whole

FORMAT = "linkwell-output-release/1"
"""Part of a request's `checked` that only checkers read: what it tells beside other requests and releases."""
RECEIPT, RECORD, SUMS, DISCLAIMERS = "receipt.json", "disclosure-record.json", "SHA384SUMS", "disclaimers.txt"


def bundle_folder(request: OutputRequest) -> Path:
    """Where the bundle of a request lies."""
    return current_home().zone(ZoneName.RELEASED).folder("requests", request.reference)


def release_files(request: OutputRequest) -> str:
    """Copy the approved files, exactly as two approved them, out of the project's zone; returns the receipt.

    Raises:
        RefusedByRule: not everything is approved, or a content is not what its fingerprint says.
    """
    contents = refuse_changed(request)
    folder = bundle_folder(request)
    sums = {}
    for file in leaving(request):
        write_whole(folder / file.name, contents[file.name])
        sums[file.name] = file.digest
    beside = {
        DISCLAIMERS: "\n\n".join(_disclaimers()).encode() + b"\n",
        RECORD: json.dumps(_leaving_record(request, set(sums)), ensure_ascii=False, indent=1).encode()
        + b"\n",
    }
    for name, content in beside.items():
        write_whole(folder / name, content)
        sums[name] = hashlib.sha384(content).hexdigest()
    write_whole(folder / SUMS, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())
    receipt = folder / RECEIPT
    if not receipt.exists():  # given once: a repeat after a crash signs nothing new
        write_whole(receipt, _signed(request, sums).encode())
    return receipt.read_text("utf-8")


def refuse_changed(request: OutputRequest) -> dict[str, bytes]:
    """The contents of the files that are to leave, by name.

    Raises:
        RefusedByRule: not everything is approved, or a content is not what its fingerprint says.
    """
    if not agreed(request):
        raise RefusedByRule("Not everybody says yes to every file.", fix="Return the request, or vote again.")
    found = {file.name: content_path(request, file.digest).read_bytes() for file in leaving(request)}
    for file in leaving(request):
        if hashlib.sha384(found[file.name]).hexdigest() != file.digest:
            raise RefusedByRule(
                "A file is not what two approved.", where=file.name, fix="Return the request."
            )
    return found


def _signed(request: OutputRequest, sums: dict[str, str]) -> str:
    home, last = current_home(), checkpoint()
    body: dict[str, Any] = {
        "format": FORMAT, "custodian": home.name, "demo": home.demo, "request": request.reference,
        "project": request.project.code, "data_version": request.data_version, "files": sums,
        "disclosure_record": str(request.checked.get("digest", "")), "checkpoint": last.as_dict(),
    }  # fmt: skip
    return state(body, signing_key=receipt_key(home)).to_json()


def _leaving_record(request: OutputRequest, names: set[str]) -> dict[str, Any]:
    """The disclosure record without what it says of files that stay."""
    checked = {name: part for name, part in request.checked.items() if name != BESIDE}
    for part, key in (("files", "name"), ("columns", "file"), ("findings", "file")):
        checked[part] = [each for each in checked.get(part, ()) if each[key] in names]
    exceptions = {
        file.group: request.groups.get(file.group, {}).get("exception", "") for file in leaving(request)
    }
    return {**checked, "exceptions": {group: said for group, said in exceptions.items() if said}}


def _disclaimers() -> list[str]:
    from linkwell.confidentiality.desk import disclaimers

    return disclaimers(("tax",))  # which sources a file rests on is not known by machine: the widest words


def bundle_names(request: OutputRequest) -> list[str]:
    """Names of everything in a released bundle."""
    return [*(file.name for file in leaving(request)), SUMS, DISCLAIMERS, RECORD, RECEIPT]


def packed(request: OutputRequest, *, by: Person) -> bytes:
    """Everything in a released bundle as one zip archive; that somebody fetched it is recorded."""
    folder, archive = bundle_folder(request), io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in bundle_names(request):
            zipped.writestr(name, (folder / name).read_bytes())
    record_view("request.read", by=by, subject=request.subject, about=whose(request))
    return archive.getvalue()
