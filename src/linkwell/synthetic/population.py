"""Build the invented world chunk by chunk: people, places, histories, who takes part, and the truth about
it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkwell.errors import WrongUse
from linkwell.synthetic import families, lives, spells, tables, taking_part, truth
from linkwell.synthetic.draws import stream
from linkwell.synthetic.timeline import START

CHUNK = 250_000
SCENARIOS = ("default", "null", "hidden")
_PUSH = (0.8, 0.6)
"""Log-odds by which each variant makes it likelier to move from benefit into work in a month."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WorldFacts:
    """What was made."""

    folder: Path
    people: int
    residents: int
    participants: int
    measures: int
    seed: int
    scenario: str
    effects: tuple[truth.Effect, ...]

    def as_dict(self) -> dict[str, object]:
        """For `--json`: counts only; the true effects stay in the truth folder."""
        facts = asdict(self)
        del facts["effects"]
        return facts | {"folder": str(self.folder)}


@dataclass(frozen=True)
class _Chunk:
    spine: pa.Table
    residents: pa.Table
    measures: pa.Table
    participants: pa.Table
    amounts: pa.Table


def population(
    people: int,
    seed: int,
    out: Path,
    *,
    participants: int = 1500,
    scenario: str = "default",
    progress: Progress | None = None,
) -> WorldFacts:
    """Write a world of `people` (everyone ever resident) to the folder `out`, whole or not at all.

    Args:
        people: size of the spine; worked in chunks of 250,000, so memory does not grow with it.
        seed: the same seed gives the same world on every machine.
        out: the world's folder; an earlier world there is replaced.
        participants: how many start with the initiative.
        scenario: default (true effects), null (none), hidden (a cause of both that no data show).
        progress: called with (people done, people).

    Raises:
        WrongUse: unknown scenario, sizes that do not fit, or `out` holds something else.
    """
    _check(people, participants, scenario)
    with _whole_folder(out) as folder:
        facts = _write(folder, people, seed, participants, scenario, progress or (lambda done, total: None))
    return WorldFacts(out, people, *facts[:3], seed, scenario, facts[3])


def _check(people: int, participants: int, scenario: str) -> None:
    if scenario not in SCENARIOS:
        raise WrongUse(
            f"There is no scenario called {scenario}.", fix=f"Choose one of {', '.join(SCENARIOS)}."
        )
    if people < 1000 or not 0 <= participants <= people // 10:
        raise WrongUse(
            "These sizes do not fit together.",
            where=f"{people:,} people, {participants:,} participants",
            fix="Ask for at least 1,000 people, and for no more than one participant in every ten people.",
        )


@contextmanager
def _whole_folder(out: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `out` when all is written; `out` may be an earlier world."""
    if out.is_file() or (out.exists() and any(out.iterdir()) and not (out / "world.toml").exists()):
        raise WrongUse(
            "There is something else here already.",
            where=str(out),
            fix="Choose an empty folder or a new one.",
        )
    part, old = out.with_name(f".{out.name}.part"), out.with_name(f".{out.name}.old")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    part.rename(out)
    shutil.rmtree(old, ignore_errors=True)


_FILES = {"spine": tables.SPINE, "residents": tables.RESIDENTS, "measures": tables.MEASURE_ROWS}


def _write(
    folder: Path, people: int, seed: int, participants: int, scenario: str, progress: Progress
) -> tuple[int, int, int, tuple[truth.Effect, ...]]:
    """Write every file; return residents, participants, measure rows and the true effects."""
    numbers = tables.Numbers.for_world(people, seed)
    starts: list[pa.Table] = []
    amounts: list[pa.Table] = []
    written = dict.fromkeys(_FILES, 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
            )
            for name, schema in _FILES.items()
        }
        for number, (size, wanted) in enumerate(_shares(people, participants)):
            progress(written["spine"], people)
            chunk = _chunk(seed, number, size, wanted, written["spine"], numbers, scenario)
            for name, table in (
                ("spine", chunk.spine), ("residents", chunk.residents), ("measures", chunk.measures),
            ):  # fmt: skip
                writers[name].write_table(table)
                written[name] += table.num_rows
            starts.append(chunk.participants)
            amounts.append(chunk.amounts)
    progress(people, people)
    effects = truth.write(folder / "truth", starts, amounts)
    catalogue = resources.files("linkwell.synthetic").joinpath("measures.toml").read_text("utf-8")
    (folder / "measures.toml").write_text(catalogue, "utf-8")
    # codes of areas follow the lists of 2023 in linkwell.standards
    (folder / "population.toml").write_text("area_vintage = 2023\n", "utf-8")
    (folder / "world.toml").write_text(
        "# An invented world. Nobody in it exists.\n"
        f'people = {people}\nseed = {seed}\nparticipants = {participants}\nscenario = "{scenario}"\n',
        "utf-8",
    )
    return written["residents"], participants, written["measures"], effects


def _shares(people: int, participants: int) -> list[tuple[int, int]]:
    """Chunks of nearly equal size with their share of the participants."""
    count = -(-people // CHUNK)
    edges = [people * number // count for number in range(count + 1)]
    quotas = [participants * edge // people for edge in edges]
    return [(edges[n + 1] - edges[n], quotas[n + 1] - quotas[n]) for n in range(count)]


def _chunk(
    seed: int, number: int, size: int, wanted: int, done: int, numbers: tables.Numbers, scenario: str
) -> _Chunk:
    people = families.people(seed, number, size)
    ids = np.arange(done + 1, done + size + 1)
    present = ~people.overseas & ((people.death < 0) | (people.death >= START))
    adults = lives.adults(people, present, seed, number)
    found = spells.events(people, present, adults, seed, number)
    hidden = stream(seed, "hidden", number).normal(0, 0.8, len(adults.rows)) * (scenario == "hidden")
    begun = taking_part.starts(people, adults, found, wanted=wanted, hidden=hidden, seed=seed, chunk=number)
    with_it, without = _lives_of(adults, begun, scenario)
    states = adults.states.copy()
    states[begun.who] = with_it
    everyone = np.arange(len(adults.rows))
    benefit = spells.benefit_rows(adults, everyone, states)
    rows = [
        benefit,
        spells.wage_rows(adults, everyone, states),
        spells.school_rows(people, present, seed, number),
        *spells.event_rows(people, found, seed, number),
    ]
    near = np.zeros(size, dtype=bool)
    near[benefit.person] = True
    return _Chunk(
        tables.spine_table(people, ids, near, numbers, number),
        tables.residents_table(people, ids, present, number),
        tables.measures_table(rows, ids),
        truth.participants_table(adults, begun, ids, seed, number),
        truth.amounts(adults, begun, rows, with_it, without, ids),
    )


def _lives_of(
    adults: lives.Adults, begun: taking_part.Start, scenario: str
) -> tuple[lives.States, lives.States]:
    """Participants' months with the initiative and without it."""
    push = np.array(_PUSH)[begun.variant] * (scenario != "null")
    return (
        lives.relive(adults, begun.who, begun.month, push + begun.hidden),
        lives.relive(adults, begun.who, begun.month, begun.hidden),
    )
