"""One measured part in a process of its own: `python -m bench.checking.parts PART FOLDER [ROWS]`."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.checking import world

AS_OF = date(2026, 6, 1)
SAMPLE = 4_000  # rows the specification is drafted from


def main() -> None:
    """Do the part named and say what it took."""
    part, folder = sys.argv[1], Path(sys.argv[2])
    if part == "write":
        rows = int(sys.argv[3])
        world.write(folder / "people.csv", rows)
        world.write(folder / "sample.csv", SAMPLE, seed=2)
        _specification(folder)
        return
    if part == "book":
        _book(folder, int(sys.argv[3]))
        return
    started, used = time.perf_counter(), _used()
    facts = _check(folder, "people.xlsx" if part == "xlsx" else "people.csv", part)
    facts |= {"seconds": round(time.perf_counter() - started, 2), "cpu": round(_used() - used, 2),
              "peak_mib": _peak()}  # fmt: skip
    facts["rows_a_second"] = round(facts["rows"] / facts["seconds"])
    print(json.dumps(facts))


def _used() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak() -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def _specification(folder: Path) -> None:
    from linkwell.reading import read_tables
    from linkwell.specification.answers import answer
    from linkwell.specification.draft import draft
    from linkwell.specification.file import save

    spec = draft(read_tables(folder / "sample.csv"), organisation="Bench", as_of=AS_OF).specification
    for question in spec.unanswered():
        spec = answer(spec, question, question.suggested or question.options[0])
    save(spec, folder / "specification.toml")


def _check(folder: Path, name: str, engine: str) -> dict[str, Any]:
    from linkwell.bulk import check, read_tables
    from linkwell.reading import read_tables as plain_read
    from linkwell.specification.file import load

    spec = load(folder / "specification.toml")
    plain = engine == "plain"
    started = time.perf_counter()
    tables = (plain_read if plain else read_tables)(folder / name)
    read = time.perf_counter()
    verdict = check(spec, tables, as_of=AS_OF, engine="plain" if plain else "")
    checked = time.perf_counter()
    facts = {"rows": len(tables[0]), "people": verdict.people, "findings": len(verdict.findings)}
    facts |= {"read_s": round(read - started, 2), "check_s": round(checked - read, 2)}
    return {**facts, "digest": verdict.digest[:16], "digest_s": round(time.perf_counter() - checked, 2)}


def _book(folder: Path, rows: int) -> None:
    import csv
    from itertools import islice

    import xlsxwriter

    with (folder / "people.csv").open(encoding="utf-8", newline="") as file, xlsxwriter.Workbook(
        str(folder / "people.xlsx"), {"constant_memory": True, "strings_to_numbers": False}
    ) as book:  # fmt: skip
        sheet = book.add_worksheet("People")
        for at, row in enumerate(islice(csv.reader(file), rows + 1)):
            sheet.write_row(at, 0, row)


if __name__ == "__main__":
    main()
