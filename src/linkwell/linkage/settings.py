"""The settings of a run, and the model's tables (levels, passes, starting numbers) read from data files.

Everything a methodologist may wish to change is in the TOML and CSV files beside this module, or in a
folder of edited copies named by `LinkSettings.model_folder`; their digest goes into every report so that a
run can be replayed.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from linkwell.errors import WrongUse
from linkwell.standards import clock

PACKAGED = Path(__file__).parent
TABLES = (
    "levels.toml",
    "passes.toml",
    "model.toml",
    "identifiers.toml",
    "extras.toml",
    "words.toml",
    "columns.toml",
    "equivalents.csv",
)


@dataclass(frozen=True)
class LinkSettings:
    """How to run; the defaults need no tuning.

    Attributes:
        link_at, review_at, margin_at: posterior thresholds; None takes model.toml's.
        memory_limit: DuckDB's, e.g. "2GB"; larger work spills to `temp_folder`. None: 2 GB to prepare a
            spine, 1.5 GB to prepare it and link in one run, 180 to 500 MB to link to one that
            is prepared, by the size of both.
        temp_folder: where it spills; inside the zone or the output folder, never a shared temporary folder.
        extract_columns, spine_columns: their column -> our field, for columns that are not recognised.
        learn: whether the list teaches the model (otherwise model.toml's starting numbers are used as they
            are).
        labels: Parquet/CSV file or Arrow table of judged pairs (record, person, label same | different |
            unsure): same settles a record, different is never linked again.
        nhi_map: file or table of (secondary, primary) NHI numbers; both sides are brought to the primary.
        model_folder: a folder of edited copies of the data files; a file not there is taken from the package.
        newest_birth_year: the latest year that a birth year of two figures may stand for, and the one in
            which age groups are as old as reported; None: this year.
        also: further columns of one name in both files that are compared as text (a village, a school).
    """

    link_at: float | None = None
    review_at: float | None = None
    margin_at: float | None = None
    memory_limit: str | None = None
    threads: int = 2
    temp_folder: Path | None = None
    extract_columns: Mapping[str, str] = field(default_factory=dict)
    spine_columns: Mapping[str, str] = field(default_factory=dict)
    learn: bool = True
    model_folder: Path | None = None
    labels: Any = None
    nhi_map: Any = None
    newest_birth_year: int | None = None
    also: tuple[str, ...] = ()

    @cached_property
    def model(self) -> ModelFiles:
        """The model's tables for this run."""
        return ModelFiles.load(self.model_folder).with_also(self.also)

    @property
    def newest(self) -> int:
        """The latest year that a birth year of two figures may stand for, and that of the ages reported."""
        return self.newest_birth_year or clock.today().year

    def threshold(self, name: str) -> float:
        """`link_at`, `review_at` or `margin_at`, from the settings or else from model.toml."""
        own = getattr(self, name, None)
        return float(self.model.model["decide"][name] if own is None else own)


@dataclass(frozen=True)
class ModelFiles:
    """The parsed data files, and one digest over all of them."""

    levels: Mapping[str, Any]
    passes: tuple[Mapping[str, Any], ...]
    model: Mapping[str, Any]
    identifiers: tuple[Mapping[str, str], ...]
    extras: tuple[Mapping[str, Any], ...]
    words: Mapping[str, list[str]]
    columns: Mapping[str, list[str]]
    equivalents: str
    digest: str

    @classmethod
    def load(cls, folder: Path | None = None) -> ModelFiles:
        """Read the files of `folder`, each falling back to the packaged one.

        Raises:
            WrongUse: a file is not valid TOML.
        """
        texts = {name: _text(name, folder) for name in TABLES}
        digest = hashlib.sha384()
        for name, text in texts.items():
            digest.update(f"{name}\n{text}\n".encode())
        toml = {name: _parsed(name, text) for name, text in texts.items() if name.endswith(".toml")}
        return cls(
            levels=toml["levels.toml"],
            passes=tuple(toml["passes.toml"]["pass"]),
            model=toml["model.toml"],
            identifiers=tuple(toml["identifiers.toml"]["identifier"]),
            extras=tuple(toml["extras.toml"]["extra"]),
            words=toml["words.toml"],
            columns=toml["columns.toml"],
            equivalents=texts["equivalents.csv"],
            digest=digest.hexdigest(),
        )

    def with_kinds(self, kinds: Collection[str]) -> ModelFiles:
        """The same tables with only these numbers and further fields: no work for what nobody has."""
        return replace(
            self,
            identifiers=tuple(kind for kind in self.identifiers if kind["name"] in kinds),
            extras=tuple(extra for extra in self.extras if extra["name"] in kinds),
        )

    def with_also(self, columns: Collection[str]) -> ModelFiles:
        """The same tables with further columns, compared as text under their own names."""
        known, extras = dict(self.columns), list(self.extras)
        for column in columns:
            name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
            if not name or name in known:
                raise WrongUse(
                    "This column cannot be declared.",
                    where=column,
                    why="It has no letters, or is the name of a field that Linkwell knows already.",
                    fix="Name another column; fields that are known are compared without being declared.",
                )
            known[f"also_{name}"] = [name]
            extras.append({"name": f"also_{name}", "label": column, "kind": "text", "compare": True})
        return replace(self, columns=known, extras=tuple(extras))

    @property
    def id_names(self) -> tuple[str, ...]:
        """Names of the kinds of identifier, in order."""
        return tuple(kind["name"] for kind in self.identifiers)

    @property
    def extra_names(self) -> tuple[str, ...]:
        """Names of the further fields, in order."""
        return tuple(str(extra["name"]) for extra in self.extras)

    @property
    def located(self) -> bool:
        """Whether there is an address to compare."""
        return bool({"street", "locality"} & set(self.extra_names))

    def equivalent_pairs(self) -> list[tuple[str, str]]:
        """Every ordered pair of names that stand for each other, without pairs of a name with itself."""
        pairs: set[tuple[str, str]] = set()
        for line in self.equivalents.strip().splitlines()[1:]:
            head, others, _kind = line.split(",")
            family = [head, *others.split()]
            pairs.update((a, b) for a in family for b in family if a != b)
        return sorted(pairs)

    def equivalent_heads(self) -> list[tuple[str, str]]:
        """Each name with the head of the first family it stands in: a key that brings equivalents
        together."""
        heads: dict[str, str] = {}
        for line in self.equivalents.strip().splitlines()[1:]:
            head, others, _kind = line.split(",")
            root = heads.get(head, head)
            for name in (head, *others.split()):
                heads.setdefault(name, root)
        return sorted(heads.items())


def _text(name: str, folder: Path | None) -> str:
    edited = None if folder is None else folder / name
    path = edited if edited is not None and edited.exists() else PACKAGED / name
    return path.read_text("utf-8")


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(
            "A model file cannot be read.", where=f"{name}: {error}", fix="Mend the line named."
        ) from None
