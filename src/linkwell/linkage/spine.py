"""The spine, standardised once and kept with its frequencies, so that every supply is linked to the same
copy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwell.errors import WrongUse
from linkwell.linkage.columns import recognise
from linkwell.linkage.compare import sampled_levels
from linkwell.linkage.engine import FILE_FAULTS, Source, engine, quoted, register, unreadable
from linkwell.linkage.held import held
from linkwell.linkage.settings import LinkSettings, ModelFiles
from linkwell.linkage.standardise import coded_sql, extra_columns, read_rows
from linkwell.vault.zones import written_whole

Tick = Callable[[int, int], None]
_STEPS = 4
_FORMAT = 9


@dataclass(frozen=True)
class PreparedSpine:
    """A standardised spine on disk: the linkers' zone only, since it holds names.

    Attributes:
        path: a DuckDB file, immutable once written; None where it was prepared for one run only.
        rows: people. source_digest: of what it was made from.
        id_type: the engine type of the spine's own id.
    """

    path: Path | None
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
        if (facts.get("format"), facts.get("engine")) != (str(_FORMAT), duckdb.__version__):
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


def prepare_here(con: duckdb.DuckDBPyConnection, spine: Source, settings: LinkSettings) -> PreparedSpine:
    """Prepare a spine in the connection's own database, for one run."""
    _build(con, spine, settings, digest := _digest(spine, settings), lambda done, total: None)
    facts = dict(con.execute("SELECT name, value FROM facts").fetchall())
    return PreparedSpine(None, int(facts["rows"]), digest, facts["id_type"])


def _build(
    con: duckdb.DuckDBPyConnection, spine: Source, settings: LinkSettings, digest: str, tick: Tick
) -> None:
    try:
        kinds = register(con, "source", spine)
    except FILE_FAULTS as error:
        raise unreadable(spine, error) from None
    found = recognise(kinds, settings.model.columns, "spine_id", settings.spine_columns)
    if "spine_id" not in found:
        raise WrongUse(
            "The spine has no column with each person's id.",
            where=f"columns: {', '.join(kinds)}",
            fix="Name it with --map-spine THEIRS=spine_id.",
        )
    load_names(con, settings.model)
    model = settings.model.with_kinds(found)
    try:
        key = f"{quoted(found['spine_id'])} AS pid"
        read_rows(con, "source", found, kinds, model, key=key, nhi_map=settings.nhi_map,
                  newest=settings.newest)  # fmt: skip
    except FILE_FAULTS as error:
        raise unreadable(spine, error) from None
    tick(1, _STEPS)
    _one_row_each(con)
    unchecked = _rules_that_fail(con, model)
    _frequencies(con)
    once = names_once(con, float(model.model["prior"]["name_frequency"]))
    tick(2, _STEPS)
    _store(con, extra_columns(model), model.id_names)
    tick(3, _STEPS)
    rows = con.execute("SELECT count(*) FROM spine").fetchall()[0][0]
    shared: dict[str, float] = {x: _sharing(con, x) for x in ("home", "street") if x in extra_columns(model)}
    shared |= {"twins": twins_beyond_chance(con), "names_once": once}
    facts = {
        "sharing": json.dumps(shared),
        "format": _FORMAT,
        "engine": duckdb.__version__,
        "rows": rows,
        "source": digest,
        "id_type": kinds[found["spine_id"]],
        "unchecked": ",".join(unchecked),
        "fields": json.dumps(sorted(found)),
    }
    con.execute("CREATE TABLE facts (name VARCHAR, value VARCHAR)")
    con.executemany("INSERT INTO facts VALUES (?, ?)", [[name, str(value)] for name, value in facts.items()])
    sampled_levels(con, model)
    tick(4, _STEPS)


def _sharing(con: duckdb.DuckDBPyConnection, name: str) -> float:
    """How many others share a person's `name`, on average; a little over, for those not on the spine."""
    mean = con.execute(f"SELECT avg(n_{name} - 1) FROM spine WHERE {name}_k IS NOT NULL").fetchall()[0][0]
    return round(0.05 + (mean or 0.0), 4)


def twins_beyond_chance(con: duckdb.DuckDBPyConnection) -> float:
    """How many others of a person's surname and birth date, under another initial, are there beyond chance.

    A misspelt second copy of a person hardly ever begins with another letter; one twin in twelve does with
    the same. Counted among rare surnames (some half a million people, surnames chosen by hash), where chance
    brings few together; that about 3 in 100 people are twins counts as much as a thousand people.
    """
    people, beyond = con.execute("""
        WITH total AS (SELECT count(*) AS n FROM spine),
        few AS (SELECT k_fs, d8, gi, ns, nd FROM spine, total WHERE ns <= 20 + total.n / 20000
            AND hash(k_fs) % greatest(total.n // 500000, 1) = 0 AND d8 IS NOT NULL AND gi IS NOT NULL),
        by_name AS (SELECT k_fs, d8, count(*) AS n, any_value((ns - 1.0) * nd) AS chance FROM few
            GROUP BY k_fs, d8, gi),
        by_date AS (SELECT sum(n) AS n, sum(n) * sum(n) - sum(n * n) AS pairs, any_value(chance) AS chance
            FROM by_name GROUP BY k_fs, d8)
        SELECT coalesce(sum(b.n), 0), coalesce(sum(pairs - b.n * chance / total.n), 0) FROM by_date b, total
        """).fetchall()[0]
    return round(max((float(beyond) * 12 / 11 + 30.0) / (float(people) + 1000.0), 0.001), 5)


def names_once(con: duckdb.DuckDBPyConnection, strength: float) -> float:
    """What is taken off the count of a whole name: n1 / (n1 + 2 n2), of names that one or two people have.

    Good (1953); Ney, Essen and Kneser (1994). `strength` names of either kind say one half beforehand.
    """
    once, twice = con.execute(
        "SELECT count(*) FILTER (n = 1), count(*) FILTER (n = 2) FROM freq_pair"
    ).fetchall()[0]
    share = (float(once) + strength) / (float(once) + 2 * float(twice) + 2 * strength)
    return round(share, 5)


def _one_row_each(con: duckdb.DuckDBPyConnection) -> None:
    rows, ids, distinct = _ids(con)
    if rows != ids or ids != distinct:
        raise WrongUse(
            "The spine must have one row a person, each with its own id.",
            where=f"{rows - ids} rows without an id, {ids - distinct} rows repeating one",
            why="A link to an id that stands for two people could not be used.",
            fix="Roll the rows of each person into one before linking.",
        )


def _ids(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Rows, ids and different ids; whole numbers that lie close together are ticked off one by one."""
    kind = con.execute("SELECT typeof(pid) FROM rows LIMIT 1").fetchall()
    if kind and kind[0][0] in ("INTEGER", "BIGINT", "UINTEGER"):
        rows, ids, low, high = con.execute(
            "SELECT count(*), count(pid), min(pid), max(pid) FROM rows"
        ).fetchall()[0]
        if ids == rows and high - low < 8 * rows:
            there = np.zeros(high - low + 1, dtype=bool)
            for few in con.sql("SELECT pid FROM rows").to_arrow_reader(1 << 17):
                there[few["pid"].to_numpy() - low] = True
            return rows, ids, int(np.count_nonzero(there))
    rows, ids, distinct = con.execute(
        "SELECT count(*), count(pid), count(DISTINCT pid) FROM rows"
    ).fetchall()[0]
    return rows, ids, distinct


def _rules_that_fail(con: duckdb.DuckDBPyConnection, model: ModelFiles) -> list[str]:
    """Identifiers most of whose values on the spine fail the rule: they are numbers of another kind.

    Judged on about 5,000 people chosen by hash, so that a large spine costs no more.
    """
    if not model.id_names:
        return []
    people = con.execute("SELECT count(*) FROM rows").fetchall()[0][0]
    sample = f"FROM rows WHERE hash(pid) % {max(people // 5000, 1)} = 0"
    few = con.sql(f"SELECT {', '.join(model.id_names)} {sample}").to_arrow_table().combine_chunks()
    shares = {}
    for kind in model.identifiers:
        there = few[kind["name"]].drop_null().combine_chunks()
        if len(there):
            shares[kind["name"]] = pc.mean(held(kind, (), there)).as_py()
    return [name for name, share in shares.items() if share < 0.8]


def _frequencies(con: duckdb.DuckDBPyConnection) -> None:
    """How many people share each name, counted by word number and then by text."""

    def counted(name: str, word: str, source: str) -> None:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE freq_{name} AS SELECT {word} AS value, "
            f"CAST(sum(n) AS INTEGER) AS n FROM ({source}) WHERE {word} IS NOT NULL GROUP BY ALL"
        )

    by_given = "SELECT * FROM (SELECT f, count(*) AS n FROM rows GROUP BY f) JOIN words ON w = f"
    by_last = "SELECT * FROM (SELECT l, count(*) AS n FROM rows GROUP BY l) JOIN words ON w = l"
    by_middle = """SELECT coalesce(f.tail, m.head) AS middle, n FROM (SELECT CASE WHEN t THEN f END AS f,
        CASE WHEN NOT t THEN m END AS m, count(*) AS n FROM rows GROUP BY ALL) r
        LEFT JOIN words f ON f.w = r.f LEFT JOIN words m ON m.w = r.m"""
    counted("given", "head", by_given)
    counted("initial", "gi", by_given)
    counted("surname", "compact", by_last)
    counted("middle", "middle", by_middle)
    counted("dob", "d8", "SELECT d8, count(*) AS n FROM rows GROUP BY d8")
    counted("area", "area", "SELECT area, count(*) AS n FROM rows GROUP BY area")
    con.execute("""CREATE TABLE spelling AS SELECT w.w, compact, head, tail, sa, sb, coalesce(g.n, 0) AS ng,
        coalesce(i.n, 0) AS ngi, coalesce(s.n, 0) AS ns, coalesce(a.n, 0) AS nsa, coalesce(b.n, 0) AS nsb,
        coalesce(m.n, 0) + coalesce(g.n, 0) AS nm_head, coalesce(mt.n, 0) + coalesce(gt.n, 0) AS nm_tail
        FROM words w LEFT JOIN freq_given g ON g.value = w.head LEFT JOIN freq_initial i ON i.value = w.gi
        LEFT JOIN freq_surname s ON s.value = w.compact LEFT JOIN freq_surname a ON a.value = w.sa
        LEFT JOIN freq_surname b ON b.value = w.sb LEFT JOIN freq_middle m ON m.value = w.head
        LEFT JOIN freq_middle mt ON mt.value = w.tail LEFT JOIN freq_given gt ON gt.value = w.tail""")
    # others of the name born then, beside how many there would be by chance; five more keep rare names sane
    con.execute("""CREATE OR REPLACE TEMP TABLE freq_era AS SELECT k_g1, era, CAST(round(1000 * log2(
            (n - 1 + 5) / ((sum(n) OVER (PARTITION BY k_g1) - 1) * sum(n) OVER (PARTITION BY era)
                / sum(n) OVER () + 5))) AS SMALLINT) AS bits
        FROM (SELECT k_g1, yy // 5 AS era, count(*) AS n FROM rows
            WHERE k_g1 IS NOT NULL AND yy IS NOT NULL GROUP BY ALL)""")
    con.execute("""CREATE OR REPLACE TEMP TABLE freq_pair AS SELECT k_g1, k_fs, CAST(count(*) AS INTEGER) AS n
        FROM rows WHERE k_g1 IS NOT NULL AND k_fs IS NOT NULL GROUP BY ALL""")


def _store(con: duckdb.DuckDBPyConnection, extras: list[str], numbers: Sequence[str]) -> None:
    """The spine by codes; its names are spelt once, in `spelling`. What pairs settled by codes are weighed by
    (how many people share given name, surname, middle name, whole name, date) stands in the row itself.

    `era`: how many thousandths of a bit commoner the given name is among people born in the same five years.
    `nhi_sole`: nobody else on the spine has that number.
    """
    counts = """coalesce(ff.ng, 0) AS ng, coalesce(fs.ns, 0) AS ns, coalesce(pair.n, 0) AS npair,
        coalesce(fd.n, 0) AS nd, coalesce(CASE WHEN r.t THEN ff.nm_tail ELSE fm.nm_head END, 0) AS nm,
        coalesce(fa.n, 0) AS na, coalesce(era.bits, 0) AS era,"""
    joins = """LEFT JOIN freq_dob fd ON fd.value = r.d8 LEFT JOIN freq_area fa ON fa.value = r.area
        LEFT JOIN spelling fs ON fs.w = r.l LEFT JOIN spelling ff ON ff.w = r.f
        LEFT JOIN spelling fm ON fm.w = r.m
        LEFT JOIN freq_pair pair ON pair.k_g1 = r.k_g1 AND pair.k_fs = r.k_fs
        LEFT JOIN freq_era era ON era.k_g1 = r.k_g1 AND era.era = r.yy // 5"""
    for x in extras:
        con.execute(f"""CREATE OR REPLACE TEMP TABLE freq_{x} AS SELECT {x}_k AS value,
            CAST(count(*) AS INTEGER) AS n FROM rows WHERE {x}_k IS NOT NULL GROUP BY ALL""")
        counts += f" coalesce(f_{x}.n, 0) AS n_{x},"
        joins += f" LEFT JOIN freq_{x} f_{x} ON f_{x}.value = r.{x}_k"
    for x in numbers:
        con.execute(f"""CREATE OR REPLACE TEMP TABLE twice_{x} AS SELECT {x}_k AS value FROM rows
            WHERE {x}_k IS NOT NULL GROUP BY ALL HAVING count(*) > 1""")
        counts += f" (r.{x}_k IS NOT NULL AND t_{x}.value IS NULL) AS {x}_sole,"
        joins += f" LEFT JOIN twice_{x} t_{x} ON t_{x}.value = r.{x}_k"
    con.execute(f"CREATE TABLE spine AS {coded_sql(counts, joins)}")
    for name in ("rows", "words", "dates", "genders", "freq_pair"):
        con.execute(f"DROP TABLE {name}")


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
    digest.update(json.dumps([sorted(settings.spine_columns.items()), settings.also]).encode())
    if settings.nhi_map is not None:
        digest.update(bytes.fromhex(source_digest(settings.nhi_map)))
    digest.update(bytes.fromhex(source_digest(spine)))
    return digest.hexdigest()


def source_digest(source: Source) -> str:
    """The fingerprint (SHA-384) of a file's bytes or of a table's rows in their order.

    Raises:
        WrongUse: the file does not exist.
    """
    if isinstance(source, Path):
        if not source.exists():
            raise WrongUse("This file does not exist.", where=source.name, fix="Check the path.")
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha384").hexdigest()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, source.schema) as stream:
        stream.write_table(source.combine_chunks())
    return hashlib.sha384(sink.getvalue()).hexdigest()
