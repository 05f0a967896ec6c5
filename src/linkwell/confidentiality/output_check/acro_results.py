"""What ACRO wrote beside its outputs (results.json): its verdicts by cell, and whether they still hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from linkwell.confidentiality.output_check.cells import address
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.opening import Opened

_PASSED = ("", "ok", "ok;", "pass")


def is_acro(opened: Opened) -> bool:
    """Whether a file is ACRO's list of results."""
    return PurePosixPath(opened.name).name == "results.json" and _results(opened) is not None


def check_acro(opened: Opened, files: Mapping[str, Opened]) -> Iterator[Finding]:
    """ACRO's own findings, on the files they are about.

    Args:
        files: everything that was given, by name.
    """
    results = _results(opened) or {}
    folder = PurePosixPath(opened.name).parent
    for name, output in results.items():
        if not isinstance(output, dict):
            continue
        for at, listed in enumerate(output.get("files") or ()):
            file = (folder / str(listed.get("name", ""))).as_posix() if isinstance(listed, dict) else ""
            if file not in files:
                yield found(
                    "acro_mismatch",
                    opened.name,
                    detail=f"Output {name}: {PurePosixPath(file).name} is missing.",
                )
                continue
            yield from _output(output, listed, file, at, files)
        yield from _left_to_person(opened, name, output)


def _output(
    output: dict[str, Any], listed: dict[str, Any], file: str, at: int, files: Mapping[str, Opened]
) -> Iterator[Finding]:
    checksum = (PurePosixPath(file).parent / "checksums" / f"{PurePosixPath(file).name}.txt").as_posix()
    kept = files.get(checksum)
    if kept is not None and kept.text.strip().split(" ")[0].lower() != files[file].sha256:
        yield found("acro_mismatch", file, detail="Its checksum is another one.")
    sdc = listed.get("sdc") or {}
    suppressed = bool((sdc.get("summary") or {}).get("suppressed"))
    for check, places in (sdc.get("cells") or {}).items():
        cells = _places(files[file], places)
        if cells and not suppressed:
            yield found("acro", file, cells=cells, detail=f"Check: {check}.")
    if not sdc.get("cells") and at == 0:
        bad = _outcomes(output.get("outcome"))
        if bad and output.get("status") == "fail":
            yield found("acro", file, detail=f"Checks: {', '.join(sorted(bad))}.")


def _places(opened: Opened, places: Any) -> list[str]:
    """ACRO's [row, column] of the body as addresses: headings and labels lie before it."""
    if not isinstance(places, list) or not opened.sheets:
        return []
    sheet = opened.sheets[0]
    numbers = [position for position, cell in sheet.cells.items() if cell.is_value]
    top, left = (min(each[axis] for each in numbers) for axis in (0, 1)) if numbers else (2, 2)
    return [address(top + int(row), left + int(column)) for row, column in (p for p in places if len(p) == 2)]


def _outcomes(outcome: Any) -> set[str]:
    columns = outcome.values() if isinstance(outcome, dict) else ()
    texts = {str(text).strip() for column in columns if isinstance(column, dict) for text in column.values()}
    return {
        part.strip()
        for text in texts
        if text.lower() not in _PASSED
        for part in text.split(";")
        if part.strip()
    }


def _left_to_person(opened: Opened, name: str, output: dict[str, Any]) -> Iterator[Finding]:
    if output.get("exception"):
        yield found("acro_review", opened.name, detail=f"Output {name} asks for an exception.")
    elif output.get("status") == "review":
        yield found("acro_review", opened.name, detail=f"Output {name}.")
    elif output.get("status") == "fail" and not output.get("files"):
        yield found("acro", opened.name, detail=f"Output {name}.")


def _results(opened: Opened) -> dict[str, Any] | None:
    try:
        read = json.loads(opened.text)
    except ValueError:
        return None
    results = read.get("results") if isinstance(read, dict) else None
    return results if isinstance(results, dict) else None
