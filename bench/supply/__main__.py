"""`python -m bench.supply --mebibytes 1024`: each part in a process of its own, with its largest memory."""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Run the product and its peers on the same bytes and print seconds, memory and the ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mebibytes", type=int, default=1024)
    asked.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="linkwell-bench-", dir=given.folder))
    try:
        print(json.dumps(_measure(folder, given.mebibytes), indent=2))
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, mebibytes: int) -> dict[str, object]:
    plain = folder / "plain.csv"
    _part("plain", folder, str(mebibytes))
    ours: dict[str, dict[str, float]] = {}
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.supply.parts", "serve", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    server.stdout.readline()  # it is up
    ours["seal"] = _part("seal", folder)
    ours["send"] = _part("send", folder)
    server.stdin.close()
    ours["portal"] = json.loads(server.stdout.readline())
    server.wait()
    ours["open and verify"] = _part("open", folder)
    openssl = [
        "openssl",
        "enc",
        "-aes-256-ctr",
        "-pbkdf2",
        "-k",
        "bench",
        "-in",
        plain,
        "-out",
        folder / "enc",
    ]
    peers = {
        "openssl enc -aes-256-ctr": _timed(openssl),
        "sha384sum": _timed(["sha384sum", folder / "enc"]),
        "curl PUT": _put(folder),
    }
    return {"mebibytes": mebibytes, "linkwell": ours, "peers": peers,
            **_compared("seconds", ours, peers), **_compared("processor seconds", ours, peers)}  # fmt: skip


def _compared(
    unit: str, ours: dict[str, dict[str, float]], peers: dict[str, dict[str, float]]
) -> dict[str, object]:
    """Sealing plus sending beside the three peers; whoever takes the bytes is not counted."""
    mine, theirs = ours["seal"][unit] + ours["send"][unit], sum(each[unit] for each in peers.values())
    return {f"{unit}: sealing plus sending": round(mine, 2), f"{unit}: peers": round(theirs, 2),
            f"{unit}: ratio": round(mine / theirs, 2)}  # fmt: skip


def _part(name: str, folder: Path, *more: str) -> dict[str, float]:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.supply.parts", name, str(folder), *more],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _timed(command: list[object]) -> dict[str, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([str(each) for each in command], check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 2), "processor seconds": round(processor, 2)}


def _put(folder: Path) -> dict[str, float]:
    sink = subprocess.Popen(
        [sys.executable, "-m", "bench.supply.parts", "sink", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout
    address = sink.stdout.readline().strip()
    try:
        return _timed(["curl", "-sS", "-T", folder / "enc", address])
    finally:
        sink.terminate()
        sink.wait()


if __name__ == "__main__":
    main()
