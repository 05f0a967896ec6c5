"""What ACRO wrote beside its outputs (results.json): its verdicts by cell, and whether they still hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from linkwell.confidentiality.output_check.cells import Sheet, address
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
        if not isinstance(output, dict) or _own(name):
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
    outcome = output.get("outcome")
    for check, places in (sdc.get("cells") or {}).items():
        cells = _shown(files[file], places, outcome)
        if not cells:
            continue  # none marked, or all of them suppressed
        if output.get("status") == "pass":  # 1.0.2 marks cells of a deviation whose output it passes
            yield found("acro_review", file, cells=cells, detail=f"{check}, in an output ACRO passed.")
        else:
            yield found("acro", file, cells=cells, detail=f"Check: {check}.")
    if not sdc.get("cells") and at == 0:
        bad = _outcomes(outcome)
        if bad and output.get("status") == "fail":
            yield found("acro", file, detail=f"Checks: {', '.join(sorted(bad))}.")


def stays(opened: Sequence[Opened]) -> frozenset[str]:
    """ACRO's own files, which it says are not to be released: its settings and its session's summary."""
    own: set[str] = set()
    for each in filter(is_acro, opened):
        folder = PurePosixPath(each.name).parent
        own.add((folder / "config.json").as_posix())
        for name, output in (_results(each) or {}).items():
            if _own(name):
                own |= {(folder / file).as_posix() for file in _files(output)}
    return frozenset(own)


def _own(name: str) -> bool:
    return name.upper().endswith("DONT_RELEASE")


def told_together(opened: Sequence[Opened]) -> dict[str, frozenset[str]]:
    """The files of each output by each of them: a model's number of people is in another than its terms."""
    together: dict[str, frozenset[str]] = {}
    for each in filter(is_acro, opened):
        folder = PurePosixPath(each.name).parent
        for output in (_results(each) or {}).values():
            names = frozenset((folder / file).as_posix() for file in _files(output))
            together |= dict.fromkeys(names, names)
    return together


def _files(output: Any) -> list[str]:
    listed = output.get("files") if isinstance(output, dict) else ()
    return [str(file.get("name", "")) for file in listed or () if isinstance(file, dict)]


def _shown(opened: Opened, places: Any, outcome: Any) -> list[str]:
    """ACRO's [row, column] of the body as addresses, where a number still stands."""
    if not isinstance(places, list) or not opened.sheets:
        return []
    cells = opened.sheets[0].cells
    top, left = _corner(opened.sheets[0], outcome)
    pairs = [tuple(map(int, place)) for place in places if isinstance(place, list) and len(place) == 2]
    found_at = [(top + row, left + column) for row, column in pairs]
    return [address(*at) for at in found_at if at in cells and cells[at].number is not None]


def _corner(sheet: Sheet, outcome: Any) -> tuple[int, int]:
    """Where the body begins: as many rows and columns before the last ones as ACRO gives outcomes for."""
    columns = list(outcome.values()) if isinstance(outcome, dict) else []
    rows = columns[0] if columns and isinstance(columns[0], dict) else {}
    if rows and sheet.cells:
        last_row, last_column = (max(at[axis] for at in sheet.cells) for axis in (0, 1))
        return last_row - len(rows) + 1, last_column - len(columns) + 1
    numbers = [at for at, cell in sheet.cells.items() if cell.is_value]
    return (min(at[0] for at in numbers), min(at[1] for at in numbers)) if numbers else (2, 2)


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
