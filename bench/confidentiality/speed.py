"""`python -m bench.confidentiality.speed`: seconds and memory of the release desk, every part in a process.

Wall seconds count for the bars; on a machine with other work the processor seconds say what a quiet one would
show.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench.confidentiality.world import World, ask, desk_for

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.confidentiality.own_files import confidentialise
from linkwell.confidentiality.person_index import write_person_index
from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.request import CountTable, ReleaseRequest
from linkwell.confidentiality.rounding import RoundingKeys, record_keys, round_counts
from linkwell.vault.zones import Home, ZoneName

Seconds = dict[str, float]
CROSSTAB = {"region": 20, "age": 100, "sex": 6}
OURS = {
    "crosstab": "linkwell",
    "same": "linkwell, the peers' part",
    "own": "linkwell, an analyst's call",
}


def timed(work: Callable[[], object]) -> Seconds:
    """Wall and processor seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def rounding() -> Seconds:
    """Two million counts."""
    draw = np.random.default_rng(1)
    counts, keys = draw.integers(0, 200, 2_000_000), draw.integers(0, 2**63, 2_000_000).astype(np.uint64)
    secret, profile = RoundingKeys.derive(bytes(32)), load_profile("nz-fixed")
    found = timed(lambda: round_counts(keys, counts, secret, profile))
    return found | {"cells a second": 2e6 / found["wall"], "cells a cpu second": 2e6 / found["cpu"]}


def small() -> Seconds:
    """A 648-cell table of 20,000 people with an empty ledger, median of five."""
    world, every = World.of(20_000), []
    for seed in range(5):
        with desk_for(world, seed) as desk:
            table = world.table(("age", "ethnicity", "region"), world.ids)
            every.append(timed(lambda: ask(desk, table, population=world.ids)))  # noqa: B023
    return {name: float(np.median([one[name] for one in every])) for name in ("wall", "cpu")}


def guard(earlier: int) -> Seconds:
    """One request about 20,000 people after `earlier` releases: of a desk just opened, and of a warm one."""
    world, draw = World.of(20_000), np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder), world.ids)
        with ReleaseDesk.open(home) as desk:
            for number in range(earlier):
                cohort = draw.choice(world.ids, int(draw.integers(50, 15_000)), replace=False)
                ask(desk, world.table(("sex",), cohort), population=cohort, notes=(str(number),))
        with ReleaseDesk.open(home) as desk:
            cold = timed(lambda: ask(desk, population=world.ids[:777]))
            warm = timed(lambda: ask(desk, population=world.ids))
    return {
        f"{state} {name}": found[name] for state, found in (("cold", cold), ("warm", warm)) for name in found
    }


def big(people: int = 5_000_000) -> Seconds:
    """`people` into a table of a million cells, from project ids to the released object, and peak memory."""
    draw, sizes = np.random.default_rng(1), (100, 100, 100)
    ids = np.arange(1, people + 1)
    cells = draw.integers(0, int(np.prod(sizes)), people)
    labels = tuple(product(*([f"{v} {i}" for i in range(n)] for v, n in zip("abc", sizes, strict=True))))
    table = CountTable("t", ("a", "b", "c"), labels, cells, ids)
    with tempfile.TemporaryDirectory() as folder, ReleaseDesk.open(_home(Path(folder), ids)) as desk:
        found = timed(lambda: ask(desk, table, population=ids))
    return found | {"peak GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def crosstab(path: str) -> Seconds:
    """The peers' table: a million people by three columns of codes, 12,000 cells, released."""
    columns = dict(np.load(path))
    ids = np.arange(1, len(columns["age"]) + 1)
    with tempfile.TemporaryDirectory() as folder, ReleaseDesk.open(_home(Path(folder), ids)) as desk:
        ask(desk, population=ids[:1000], family="another")  # as peers, without what is imported at first use

        def made() -> object:
            cells = np.ravel_multi_index([columns[name] for name in CROSSTAB], list(CROSSTAB.values()))
            labels = tuple(product(*([str(i) for i in range(n)] for n in CROSSTAB.values())))
            table = CountTable("t", tuple(CROSSTAB), labels, cells, ids)
            request = ReleaseRequest("one", "f", "a crosstab", ids, (table,))
            return desk.release(request, permission_single_provider=True)

        return timed(made)


def same_job(path: str) -> Seconds:
    """The peers' table by the desk's own parts, as far as peers go: grouped, keyed, rounded, small hidden.

    The people are keyed beforehand, as the peer is given its record keys.
    """
    columns = dict(np.load(path))
    keys, profile = RoundingKeys.derive(bytes(32)), load_profile("nz-fixed")
    record, _ = record_keys(np.arange(len(columns["age"])), keys)

    def made() -> object:
        cells = np.ravel_multi_index([columns[name] for name in CROSSTAB], list(CROSSTAB.values()))
        counts = np.bincount(cells, minlength=int(np.prod(list(CROSSTAB.values()))))
        cell_keys = np.zeros(len(counts), dtype=np.uint64)
        np.bitwise_xor.at(cell_keys, cells, record)
        shown = round_counts(cell_keys, counts, keys, profile)
        shown[counts < profile.people_threshold] = -1
        return shown

    return timed(made)


def own_file(path: str) -> Seconds:
    """The peers' table by an analyst's one call, people keyed too, to the recorded and released table."""
    columns = dict(np.load(path))
    table = pa.table({"id": np.arange(len(columns["age"])), **columns})
    few = table.slice(0, 1000)
    with tempfile.TemporaryDirectory() as folder:
        # as peers, without what is imported at first use
        confidentialise(few, by=["sex"], person="id", ledger=Path(folder) / "warm")
        facts = {"by": list(CROSSTAB), "person": "id", "ledger": Path(folder) / "ledger"}
        return timed(lambda: confidentialise(table, **facts))


def _home(folder: Path, ids: np.ndarray) -> Home:
    home = Home.create(folder / "home", name="Measured custodian", demo_seed=1)
    write_person_index(home.zone(ZoneName.DISCLOSURE), "one", ids, ids * 7919 + 13)
    return home


def _in_child(*arguments: str, python: str = sys.executable) -> Seconds:
    found = subprocess.run([python, *arguments], check=True, capture_output=True, text=True)
    answer: Seconds = json.loads(found.stdout.splitlines()[-1])
    return answer


def _beside_peers(python: str) -> None:
    """Codes (whole numbers) and words ("region 7"), by turns with the peers."""
    draw = np.random.default_rng(5)
    codes = {name: draw.integers(0, n, 1_000_000) for name, n in CROSSTAB.items()}
    words = {name: np.array([f"{name} {i}" for i in range(n)])[codes[name]] for name, n in CROSSTAB.items()}
    with tempfile.TemporaryDirectory() as folder:
        for kind, columns in (("codes", codes), ("words", words)):
            np.savez(Path(folder) / f"{kind}.npz", **columns)
        for turn in range(3):
            for kind, parts in (("codes", ("crosstab", "same", "own")), ("words", ("own",))):
                _one_turn(f"crosstab of {kind}, turn {turn + 1}", parts, f"{folder}/{kind}.npz", python)


def _one_turn(title: str, parts: tuple[str, ...], path: str, python: str) -> None:
    ours = {
        OURS[part]: _in_child("-m", "bench.confidentiality.speed", "--only", part, "--data", path)
        for part in parts
    }
    script = str(Path(__file__).with_name("peer.py"))
    peers = {peer: _in_child(script, peer, path, python=python) for peer in ("acro", "cell-key")}
    print(f"{title}:")
    for name, one in (ours | peers).items():
        ratios = [
            f"{one['wall'] / own['wall']:.1f} times {which} ({one['cpu'] / own['cpu']:.1f} by cpu)"
            for which, own in ours.items() if name in peers
        ]  # fmt: skip
        print("  " + "; ".join([f"{name} {one['wall']:.3f} s ({one['cpu']:.3f} cpu)", *ratios]), flush=True)


def main() -> None:
    """Run every part, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("rounding", "small", "guard", "big", "crosstab", "same", "own"))
    parser.add_argument("--data", default="")
    parser.add_argument("--earlier", type=int, default=1000)
    parser.add_argument(
        "--peers", default="", help="Python of an environment with acro and cell-key-perturbation."
    )
    options = parser.parse_args()
    parts: dict[str, Callable[[], Seconds]] = {
        "rounding": rounding, "small": small, "guard": lambda: guard(options.earlier), "big": big,
        "crosstab": lambda: crosstab(options.data), "same": lambda: same_job(options.data),
        "own": lambda: own_file(options.data),
    }  # fmt: skip
    if options.only:
        print(json.dumps(parts[options.only]()))
        return
    for name in ("rounding", "small", "guard", "big"):
        more = ("--earlier", str(options.earlier))
        found = _in_child("-m", "bench.confidentiality.speed", "--only", name, *more)
        print(f"{name}: " + ", ".join(f"{key} {value:,.3g}" for key, value in found.items()), flush=True)
    if options.peers:
        _beside_peers(options.peers)


if __name__ == "__main__":
    main()
