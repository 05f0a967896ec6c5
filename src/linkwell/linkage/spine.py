"""The spine, standardised once and kept with its frequencies, so that every supply is linked to the same
copy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from linkwell.errors import WrongUse
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import sampled_levels
from linkwell.linkage.engine import FILE_FAULTS, Source, engine, quoted, register, unreadable
from linkwell.linkage.settings import LinkSettings, ModelFiles
from linkwell.linkage.standardise import month_first, standardise_sql, with_sounds_sql
from linkwell.vault.zones import written_whole

Tick = Callable[[int, int], None]
_STEPS = 4
_FORMAT = 1


@dataclass(frozen=True)
class PreparedSpine:
    """A standardised spine on disk: the linkers' zone only, since it holds names.

    Attributes:
        path: a DuckDB file, immutable once written. rows: people. source_digest: of what it was made from.
        id_type: the engine type of the spine's own id.
    """

    path: Path
    rows: int
    source_digest: str
    id_type: str

    @classmethod
    def open(cls, path: Path) -> PreparedSpine:
        """Open what `prepare_spine` wrote.

        Raises:
            WrongUse: not a prepared spine of this version.
        """
        try:
            with duckdb.connect(str(path), read_only=True) as con:
                facts = dict(con.execute("SELECT name, value FROM facts").fetchall())
        except duckdb.Error:
            facts = {}
        if facts.get("format") != str(_FORMAT):
            raise WrongUse(
                "This is not a prepared spine of this version.",
                where=path.name,
                fix="Prepare the spine again from its own file.",
            )
        return cls(path, int(facts["rows"]), facts["source"], facts["id_type"])


def prepare_spine(
    spine: Source, out: Path, *, settings: LinkSettings | None = None, progress: Tick | None = None
) -> PreparedSpine:
    """Standardise a spine and write it with its frequencies to `out`; does nothing if that is already there.

    Args:
        spine: Parquet or CSV file, or an Arrow table, one row a person.
        out: a `.duckdb` file to write, or a folder to write `prepared-spine.duckdb` in.
        progress: called with (steps done, steps).

    Raises:
        WrongUse: the file cannot be read, has no id column, or repeats or omits an id.
    """
    chosen = settings or LinkSettings()
    tick = progress or (lambda done, total: None)
    path = out if out.suffix == ".duckdb" else out / "prepared-spine.duckdb"
    digest = _digest(spine, chosen)
    if path.exists():
        try:
            ready = PreparedSpine.open(path)
        except WrongUse:
            ready = None
        if ready is not None and ready.source_digest == digest:
            tick(_STEPS, _STEPS)
            return ready
    # a killed run's log must not be replayed into the new file
    path.with_name(f".{path.name}.part.wal").unlink(missing_ok=True)
    with written_whole(path) as part, engine(chosen, part) as con:
        _build(con, spine, chosen, digest, tick)
    path.chmod(0o600)
    return PreparedSpine.open(path)


def _build(
    con: duckdb.DuckDBPyConnection, spine: Source, settings: LinkSettings, digest: str, tick: Tick
) -> None:
    model = settings.model
    try:
        kinds = register(con, "source", spine)
    except FILE_FAULTS as error:
        raise unreadable(spine, error) from None
    found = recognise(kinds, model.columns, "spine_id", settings.spine_columns)
    if "spine_id" not in found:
        raise WrongUse(
            "The spine has no column with each person's id.",
            where=f"columns: {', '.join(kinds)}",
            fix="Name it with --map-spine THEIRS=spine_id.",
        )
    american = "dob" in found and month_first(con, "source", found["dob"], kinds[found["dob"]])
    key = f"{quoted(found['spine_id'])} AS pid"
    chosen = standardise_sql("source", found, kinds, model, key=key, american=american)
    try:
        con.execute(f"CREATE TEMP TABLE plain AS {chosen}")
    except FILE_FAULTS as error:
        raise unreadable(spine, error) from None
    tick(1, _STEPS)
    _one_row_each(con)
    unchecked = _rules_that_fail(con, model)
    _frequencies(con, model, unchecked)
    tick(2, _STEPS)
    _store(con, model, settings)
    tick(3, _STEPS)
    rows = con.execute("SELECT count(*) FROM spine").fetchall()[0][0]
    facts = {
        "format": _FORMAT,
        "rows": rows,
        "source": digest,
        "id_type": kinds[found["spine_id"]],
        "unchecked": ",".join(unchecked),
        "fields": json.dumps(sorted(found)),
    }
    con.execute("CREATE TABLE facts (name VARCHAR, value VARCHAR)")
    con.executemany("INSERT INTO facts VALUES (?, ?)", [[name, str(value)] for name, value in facts.items()])
    sampled_levels(con, settings)
    tick(4, _STEPS)


def _one_row_each(con: duckdb.DuckDBPyConnection) -> None:
    rows, ids, distinct = con.execute(
        "SELECT count(*), count(pid), count(DISTINCT pid) FROM plain"
    ).fetchall()[0]
    if rows != ids or ids != distinct:
        raise WrongUse(
            "The spine must have one row a person, each with its own id.",
            where=f"{rows - ids} rows without an id, {ids - distinct} rows repeating one",
            why="A link to an id that stands for two people could not be used.",
            fix="Roll the rows of each person into one before linking.",
        )


def _rules_that_fail(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """Identifiers most of whose values on the spine fail the rule: they are numbers of another kind."""
    shares = ", ".join(f"avg({i}_ok::INTEGER) FILTER ({i} IS NOT NULL)" for i in model.id_names)
    row = con.execute(f"SELECT {shares} FROM plain").fetchall()[0]
    return [
        name for name, share in zip(model.id_names, row, strict=True) if share is not None and share < 0.8
    ]


def _frequencies(con: duckdb.DuckDBPyConnection, model: ModelFiles, unchecked: list[str]) -> None:
    for name, column in (
        ("given", "g1"),
        ("surname", "fs"),
        ("dob", "d8"),
        ("middle", "m1"),
        ("area", "area"),
        ("initial", "gi"),
    ):
        con.execute(
            f"CREATE TABLE freq_{name} AS SELECT {column} AS value, count(*)::INTEGER AS n FROM plain "
            f"WHERE {column} IS NOT NULL GROUP BY ALL"
        )
    con.execute(
        "CREATE TEMP TABLE freq_pair AS SELECT g1, fs, count(*)::INTEGER AS n FROM plain "
        "WHERE g1 IS NOT NULL AND fs IS NOT NULL GROUP BY ALL"
    )
    for kind in unchecked:
        con.execute(f"UPDATE plain SET {kind}_ok = {kind} IS NOT NULL")


def _store(con: duckdb.DuckDBPyConnection, model: ModelFiles, settings: LinkSettings) -> None:
    load_names(con, model)
    con.execute(f"""CREATE TABLE spine AS WITH sounded AS ({with_sounds_sql("plain")}) SELECT p.*,
        coalesce(fg.n, 0) AS ng, coalesce(fi.n, 0) AS ngi, coalesce(fs_.n, 0) AS ns, coalesce(fp.n, 0) AS nps,
        coalesce(fsa.n, 0) AS nsa, coalesce(fsb.n, 0) AS nsb,
        coalesce(fm.n, 0) + coalesce(fmg.n, 0) AS nm, coalesce(fd.n, 0) AS nd, coalesce(fa.n, 0) AS na,
        coalesce(pair.n, 0) AS npair
        FROM sounded p
        LEFT JOIN freq_given fg ON fg.value = p.g1 LEFT JOIN freq_initial fi ON fi.value = p.gi
        LEFT JOIN freq_surname fs_ ON fs_.value = p.fs LEFT JOIN freq_surname fp ON fp.value = p.ps
        LEFT JOIN freq_surname fsa ON fsa.value = p.sa LEFT JOIN freq_surname fsb ON fsb.value = p.sb
        LEFT JOIN freq_middle fm ON fm.value = p.m1 LEFT JOIN freq_given fmg ON fmg.value = p.m1
        LEFT JOIN freq_dob fd ON fd.value = p.d8 LEFT JOIN freq_area fa ON fa.value = p.area
        LEFT JOIN freq_pair pair ON pair.g1 = p.g1 AND pair.fs = p.fs""")
    con.execute("DROP TABLE plain")


def load_names(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> None:
    """Put the families of equivalent names where joins can use them: temp tables `equivalents` and
    `heads`."""
    pairs, heads = model.equivalent_pairs(), model.equivalent_heads()
    tables = {
        "equivalents": pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}),
        "heads": pa.table({"name": [n for n, _ in heads], "head": [h for _, h in heads]}),
    }
    for name, table in tables.items():
        con.register(f"{name}_in", table)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_in")
        con.unregister(f"{name}_in")


def _digest(spine: Source, settings: LinkSettings) -> str:
    digest = hashlib.sha384(f"{_FORMAT} {duckdb.__version__} {settings.model.digest}".encode())
    digest.update(json.dumps(sorted(settings.spine_columns.items())).encode())
    if isinstance(spine, Path):
        if not spine.exists():
            raise WrongUse("This file does not exist.", where=spine.name, fix="Check the path.")
        with spine.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha384").digest())
    else:
        digest.update(_arrow_digest(spine))
    return digest.hexdigest()


def _arrow_digest(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha384(sink.getvalue()).digest()
