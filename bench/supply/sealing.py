"""`python -m bench.supply.sealing --rows 1000000`: how much memory each step from a file of rows to what is
sealed and opened takes beside what the step before has left; the largest is counted for each step alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.supply import parts


def main() -> None:
    """Write the file, check and seal it in one process as the command does, and open it in another."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, help="keep what was written here, and take it from here again")
    asked.add_argument("--part", help="(how it calls itself)")
    given = asked.parse_args()
    if given.part:
        print(json.dumps({"seal": _seal, "open": _open}[given.part](given.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="linkwell-bench-") as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "people.csv").exists():
            _run("bench.checking.parts", "write", folder, given.rows)
        for part in ("seal", "open"):
            _run("bench.supply.sealing", "--part", part, "--folder", folder)


def _run(module: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024


class Steps:
    """MiB held at a step's start and its largest, and processor seconds."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, float]] = {}

    def __call__(self, name: str) -> None:
        now = time.process_time()
        if self.found:
            last = self.found[next(reversed(self.found))]
            last |= {"largest": _status("VmHWM"), "seconds": round(now - last.pop("at"), 1)}
        Path("/proc/self/clear_refs").write_text("5")  # the largest is counted anew
        self.found[name] = {"at": now, "held": _status("VmRSS")}


def _seal(folder: Path) -> dict[str, object]:
    from linkwell.bulk import check, read_tables
    from linkwell.specification.file import load, save
    from linkwell.supply.delivery import Parties, plan, seal_planned
    from linkwell.supply.manifest import Delivery
    from linkwell.supply.split import keep_split_secrets

    steps = Steps()
    custodian, key = parts.custodian_keys(parts.home(folder)), parts.sender_key(folder / "workspace")
    spec = replace(load(folder / "specification.toml"), demo=True)
    save(spec, folder / "agreed.toml")
    steps("check")
    verdict = check(spec, read_tables(folder / "people.csv"))
    secrets = keep_split_secrets(folder / "workspace", verdict)
    steps("split and compare")
    planned = plan(
        spec, verdict, secrets, kind=Delivery.FULL, parties=Parties(parts.AGREEMENT, "Bench"),
        workspace=folder / "workspace", receipts=folder / "receipts", receipt_key=custodian.receipts,
    )  # fmt: skip
    steps("seal")
    (folder / "rows.lwp").unlink(missing_ok=True)
    manifest = seal_planned(planned, spec, verdict, signing_key=key, custodian=custodian,
                            out=folder / "rows.lwp", workspace=folder / "workspace")  # fmt: skip
    steps("end")
    return {"rows": {table.name: table.rows for _, table in manifest.tables()}, **steps.found}


def _open(folder: Path) -> dict[str, object]:
    import resource

    from linkwell.intake import check_package
    from linkwell.specification.file import load

    spec, home = load(folder / "agreed.toml"), parts.home(folder)
    found = check_package(folder / "rows.lwp", home=home, supply_id="BENCH-001", specification=spec)
    most = {
        who: resource.getrusage(which).ru_maxrss >> 10
        for who, which in {"parent": resource.RUSAGE_SELF, "opener": resource.RUSAGE_CHILDREN}.items()
    }
    return {"rows": dict(found.rows), "largest": most}


if __name__ == "__main__":
    main()
