"""`python -m bench.supply.killing --mebibytes 1024 --kills 20`: client or portal killed at random on the way.

At the end every byte that lay at the portal before a shot is there, and the digest is right.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PART = (sys.executable, "-m", "bench.supply.parts")


class Run:
    """A portal on one port and a client that sends to it, each a process that may be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.server = folder, None
        self.client: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        self.server = subprocess.Popen(
            [*PART, "serve", str(self.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.server.stdout
        self.server.stdout.readline()  # it is up

    def send(self) -> None:
        self.client = subprocess.Popen(
            [*PART, "send", str(self.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def arrived(self) -> int:
        """How many bytes lie there, wherever by now."""
        places = [self.folder / "home" / "intake" / name for name in ("incoming", "quarantine")]
        return max(
            (path.stat().st_size for place in places if place.exists() for path in place.iterdir()), default=0
        )

    def kill(self, which: str) -> None:
        process = self.client if which == "client" else self.server
        assert process
        process.send_signal(signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def walk(folder: Path, mebibytes: int, kills: int, seed: int = 1) -> dict[str, object]:
    """Seal, send under fire, and look at what arrived."""
    for name, more in (("plain", (str(mebibytes),)), ("home", ()), ("seal", ())):
        subprocess.run([*PART, name, str(folder), *more], check=True, stdout=subprocess.DEVNULL)
    dice, run, killed = random.Random(seed), Run(folder), {"client": 0, "portal": 0}
    total, least, lost = (folder / "supply.lwp").stat().st_size, 0, 0
    run.serve()
    run.send()
    while sum(killed.values()) < kills:
        goal = least + (total - least) * dice.random() / (kills - sum(killed.values()))
        while run.arrived() < goal and run.client.poll() is None and run.server.poll() is None:
            time.sleep(0.005)
        if run.client.poll() == 0:
            break  # it was all there before the last shot
        which = dice.choice(("client", "portal"))
        before = run.arrived()
        run.kill(which)
        killed[which] += 1
        now = run.arrived()
        lost += max(0, before - now)
        least = max(least, now)
        if which == "portal":
            run.serve()
        if run.client.poll() is not None:
            run.send()
    run.client.wait()
    for _ in range(3):  # a client that gave up while the portal was away is run again, as a person would
        if run.client.returncode == 0:
            break
        run.send()
        run.client.wait()
    found = _looked(folder)
    run.kill("portal")
    return {"mebibytes": mebibytes, "killed": killed, "bytes lost after a kill": lost, **found}


def _looked(folder: Path) -> dict[str, object]:
    (arrived,) = (folder / "home" / "intake" / "quarantine").iterdir()
    with (folder / "supply.lwp").open("rb") as one, arrived.open("rb") as other:
        same = hashlib.file_digest(one, "sha384").digest() == hashlib.file_digest(other, "sha384").digest()
    receipts = list((folder / "receipts").glob("receipt-*.json"))
    return {"digest right": same, "receipts": len(receipts)}


def main() -> None:
    """Run once and print what happened."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mebibytes", type=int, default=1024)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(2), "big"))
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="linkwell-killing-"))
    try:
        print(
            json.dumps(
                {"seed": given.seed, **walk(folder, given.mebibytes, given.kills, given.seed)}, indent=2
            )
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
