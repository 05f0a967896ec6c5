"""`python -m bench.study`: run every scenario and write the table into docs/study.md.

With `--keep FOLDER` every draw is kept, and the same command again goes on where it stopped. With
`--scenario` only its rows of the table are written again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from bench.study.ahead import LOOKING, Look, one_look
from bench.study.kept import Kept, fingerprint
from bench.study.run import Row, one_draw
from bench.study.worlds import OUTCOMES, SCENARIOS, Scenario

PAGE = Path(__file__).parents[2] / "docs" / "study.md"
START, END = "<!-- study table: written by make study -->", "<!-- end of study table -->"
AHEAD = "<!-- looking ahead: written by make study -->", "<!-- end of looking ahead -->"
KINDS = {"benefit": "days", "wages": "dollars", "visits": "rare count", "police": "rate"}


def main() -> None:
    """Run, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=1000, help="worlds of each scenario")
    options.add_argument(
        "--first", type=int, default=0, help="number of the first world: another, other worlds"
    )
    options.add_argument("--people", type=int, default=3000)
    options.add_argument("--participants", type=int, default=150)
    options.add_argument("--bootstrap", type=int, default=100, help="draws of the bootstrap in each world")
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--scenario", action="append", help="only these")
    options.add_argument("--ahead", action="store_true", help="only the look ahead")
    options.add_argument(
        "--keep", type=Path, help="keep the draws here, and go on with those of the same code"
    )
    options.add_argument("--minutes", type=float, default=600.0, help="stop drawing after so many minutes")
    chosen = options.parse_args()
    if chosen.ahead or not chosen.scenario:
        with ProcessPoolExecutor(chosen.processes) as pool:
            _looking(pool, chosen)
    if chosen.ahead:
        return
    began = time.monotonic()
    sizes = (chosen.people, chosen.participants, chosen.bootstrap)
    folder = (chosen.keep or Path(tempfile.mkdtemp(prefix="linkwell-study-"))) / fingerprint(*sizes)
    wanted = [s for s in SCENARIOS if not chosen.scenario or s.name in chosen.scenario]
    lines: list[str] = []
    with ProcessPoolExecutor(chosen.processes) as pool:
        for place, scenario in enumerate(wanted):
            until = began + 60 * chosen.minutes * (place + 1) / len(wanted)
            kept = Kept(folder, scenario.name)
            _draw(pool, scenario, chosen, until, kept)
            draws = [kept.draws[number] for number in sorted(kept.draws) if number in _numbers(chosen)]
            lines += _lines(scenario, draws)
            print("\n".join(lines[-len(OUTCOMES):]), flush=True)  # fmt: skip
    _write(_table(lines, chosen, (time.monotonic() - began) / 60), lines if chosen.scenario else [])
    print(f"Written: {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE.name}")


def _looking(pool: ProcessPoolExecutor, chosen: argparse.Namespace) -> None:
    """The worlds of the look ahead, and their table."""
    lines = [
        line
        for look in LOOKING
        for line in _looked(look, list(pool.map(partial(one_look, look), _numbers(chosen), chunksize=25)))
    ]
    print("\n".join(lines), flush=True)
    head = (
        "| world | outcome | worlds | refused | bias (sd) | s.e. / sd | covered |\n"
        "|---|---|---:|---:|---:|---:|---:|"
    )
    start, end = AHEAD
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(start)
    PAGE.write_text("\n".join([before + start, "", head, *lines, "", end + rest.partition(end)[2]]), "utf-8")


def _looked(look: Look, draws: list[list[tuple[str, float, float, bool, str]]]) -> list[str]:
    lines = []
    for rows in zip(*draws, strict=True):
        told = [row for row in rows if not row[4]]
        refused = 100 * (1 - len(told) / len(rows))
        error = np.array([row[1] for row in told])
        spread, bias = error.std(ddof=1), error.mean()
        ratio = np.mean([row[2] for row in told]) / spread
        covered = 100 * np.mean([row[3] for row in told])
        lines.append(f"| {look.name} | {KINDS[rows[0][0]]} | {len(rows)} | {refused:.0f} % "
                     f"| {bias / spread:+.2f} | {ratio:.2f} | {covered:.1f} % |")  # fmt: skip
    return lines


def _numbers(chosen: argparse.Namespace) -> range:
    return range(chosen.first, chosen.first + chosen.draws)


def _draw(
    pool: ProcessPoolExecutor, scenario: Scenario, chosen: argparse.Namespace, until: float, kept: Kept
) -> None:
    work = partial(
        one_draw, scenario, people=chosen.people, participants=chosen.participants, bootstrap=chosen.bootstrap
    )
    left = [number for number in _numbers(chosen) if number not in kept.draws]
    step = 10 * chosen.processes
    for first in range(0, len(left), step):
        some = left[first : first + step]
        kept.add(zip(some, pool.map(work, some, chunksize=5), strict=True))
        if time.monotonic() > until:
            break


def _lines(scenario: Scenario, draws: list[list[Row]]) -> list[str]:
    lines = []
    for place, outcome in enumerate(OUTCOMES):
        rows = [rows[place] for rows in draws]
        told = [row for row in rows if not row.red]
        refused = 100 * (1 - len(told) / len(rows))
        head = f"| {scenario.name} | {KINDS[outcome.name]} | {len(rows)} | {refused:.0f} %"
        if not told:
            lines.append(f"{head} | – | – | – | – | – |")
            continue
        bias, spread = np.mean([row.estimate for row in told]), np.std([row.estimate for row in told], ddof=1)
        ratio = np.mean([row.error for row in told]) / spread
        covered, rejected, cautioned = (
            100 * np.mean([getattr(row, name) for row in told])
            for name in ("covered", "rejected", "cautioned")
        )
        lines.append(
            f"{head} | {bias / spread:+.2f} | {ratio:.2f} | {covered:.1f} % | {rejected:.1f} % "
            f"| {cautioned:.0f} % |"
        )
    return lines


def _table(lines: list[str], chosen: argparse.Namespace, minutes: float) -> str:
    size = (
        f"{chosen.people:,} people, {chosen.participants} participants, 20 candidates each, "
        f"{chosen.bootstrap} bootstrap draws in each world; at most {chosen.draws:,} worlds a scenario, "
        f"{minutes:.0f} minutes in all."
    )
    head = (
        "| world | outcome | worlds | refused | bias (sd) | s.e. / sd | covered | found | cautioned |\n"
        "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    )
    return "\n".join([START, "", size, "", head, *lines, "", END])


def _write(text: str, only: list[str]) -> None:
    """The whole table, or `only` these rows of it."""
    page = PAGE.read_text("utf-8")
    if only:
        rows = {_key(line): line for line in only}
        PAGE.write_text("".join(f"{rows.get(_key(line), line)}\n" for line in page.splitlines()), "utf-8")
        return
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + text + after, encoding="utf-8")


def _key(line: str) -> tuple[str, ...]:
    """World and outcome of a row of the table."""
    return tuple(cell.strip() for cell in line.split("|")[1:3])


if __name__ == "__main__":
    main()
