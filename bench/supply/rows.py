"""`python -m bench.supply.rows --people 900000`: how much memory opening takes when rows were sealed.

The real front door: each half is opened, checked and compared by its own child process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.supply import parts
from linkwell.checking.package import exchange_columns
from linkwell.specification.model import TableSpec
from linkwell.supply.package import TableSource, write_package
from linkwell.supply.practice import practice_split
from linkwell.vault.custodian_keys import COMPARTMENTS

STEP = 0x9E3779B97F4A7C15F39CC0605CEDC835  # spreads the keys over all of their range


def main() -> None:
    """Seal in one process and open in another, so that the one's memory is not counted as the other's."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--seal", type=Path, help="(how it calls itself)")
    asked.add_argument("--open", type=Path, help="(how it calls itself)")
    given = asked.parse_args()
    if given.seal:
        _seal(given.seal, given.people)
    elif given.open:
        print(json.dumps(_open(given.open)))
    else:
        with tempfile.TemporaryDirectory(prefix="linkwell-bench-") as folder:
            for step in ("--seal", "--open"):
                own = [sys.executable, "-m", "bench.supply.rows", step, folder, "--people", str(given.people)]
                subprocess.run(own, check=True)


def _seal(folder: Path, people: int) -> None:
    custodian, key = parts.custodian_keys(parts.home(folder)), parts.sender_key(folder / "workspace")
    spec = parts.SPECIFICATION
    keys = sorted(f"{number * STEP % (1 << 128):032x}" for number in range(1, people + 1))
    split = practice_split(spec, "bench")
    pattern = {table.name: table.rows[0][2:] for table in (split.identity, *split.content)}

    def source(table: TableSpec) -> TableSource:
        columns = exchange_columns(table)
        return TableSource(table.name, people, len(columns), _rows(columns, keys, pattern[table.name]))

    write_package(
        folder / "rows.lwp", parts.facts(custodian, key),
        tables={half: [source(table) for table in spec.of_compartment(half)] for half in COMPARTMENTS},
        recipients={name: (half.zone, half.recovery) for name, half in custodian.compartments.items()},
        signing_key=key,
    )  # fmt: skip


def _rows(columns: tuple[str, ...], keys: list[str], cells: tuple[str, ...]) -> Iterator[bytes]:
    yield (",".join(columns) + "\n").encode()
    for at in range(0, len(keys), 5000):
        yield "".join(",".join((key, key[::-1], *cells)) + "\n" for key in keys[at : at + 5000]).encode()


def _open(folder: Path) -> dict[str, object]:
    from linkwell.intake import check_package

    home, started = parts.home(folder), time.monotonic()
    found = check_package(
        folder / "rows.lwp", home=home, supply_id="BENCH-001", specification=parts.SPECIFICATION
    )
    whose = {"parent": resource.RUSAGE_SELF, "opener": resource.RUSAGE_CHILDREN}
    most = {who: resource.getrusage(which).ru_maxrss >> 10 for who, which in whose.items()}
    return {"rows": dict(found.rows), "seconds": round(time.monotonic() - started, 1), "largest MiB": most}


if __name__ == "__main__":
    main()
