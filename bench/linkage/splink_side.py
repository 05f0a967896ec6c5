"""Splink 5 on the same files, set up with care: rich comparisons, 14 blocking rules, capped EM.

The rules bring up four pairs a record (399,000 at 100,000 × 1 million, 4.0 million at 1 million × 1 million);
with `--lean`, which asks for both initials beside the birth date, two.

Runs in an environment of its own. Prints one JSON line of seconds per phase and peak memory, and writes the
best person per record to OUT.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

FOLD = "nullif(regexp_replace(lower(strip_accents({x})), '[^a-z]', '', 'g'), '')"


def high_water() -> float:
    """Peak memory of this process in GiB (the kernel's own mark: getrusage counts the parent's, too)."""
    line = next(x for x in Path("/proc/self/status").read_text("ascii").splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 2**20


def standardised(con: duckdb.DuckDBPyConnection, path: Path, key: str, name: str, roots: Path) -> None:
    """Fold names and bring equivalents to one root (the same list Linkwell uses)."""
    con.execute(f"""CREATE TABLE {name} AS WITH r AS (
        SELECT CAST({key} AS VARCHAR) AS unique_id, {FOLD.format(x="first_name")} AS fn,
          {FOLD.format(x="middle_name")} AS mn, {FOLD.format(x="last_name")} AS ln,
          {FOLD.format(x="prior_last_name")} AS pl,
          {FOLD.format(x="split_part(last_name, '-', 1)")} AS la,
          {FOLD.format(x="split_part(last_name, '-', 2)")} AS lb,
          nullif(replace(CAST(dob AS VARCHAR), '-', ''), '19000101') AS d,
          CASE WHEN gender IN ('1', '2') THEN gender END AS sex, nhi, ird
        FROM read_parquet('{path}'))
        SELECT r.*, coalesce(h.head, fn) AS root, left(d, 4) AS yy, substr(d, 5, 4) AS md,
          CASE WHEN substr(d, 7, 2) <= '12' THEN left(d, 4) || substr(d, 7, 2) || substr(d, 5, 2) END AS dsw
        FROM r LEFT JOIN (SELECT DISTINCT ON (nick) nick, name AS head FROM (
            SELECT name, unnest(string_split(equivalents, ' ')) AS nick FROM read_csv('{roots}'))) h
        ON h.nick = fn""")


def comparisons() -> list[Any]:
    """Prior name, swap, day-month swap, middle name, ids; term frequency where exact."""

    def custom(name: str, *levels: Any) -> Any:
        return cl.CustomComparison(output_column_name=name, comparison_levels=[*levels, cll.ElseLevel()])

    def exact(column: str, *, tf: bool = True) -> Any:
        return cll.ExactMatchLevel(column, term_frequency_adjustments=tf)

    def level(sql: str) -> Any:
        return cll.CustomLevel(sql)

    ids = [
        custom(i, cll.NullLevel(i), exact(i, tf=False), cll.LevenshteinLevel(i, 1)) for i in ("nhi", "ird")
    ]
    return [
        custom(
            "fn",
            cll.NullLevel("fn"),
            exact("fn"),
            level("root_l = root_r"),
            level("fn_l = ln_r AND ln_l = fn_r"),
            level("least(length(fn_l), length(fn_r)) = 1 AND left(fn_l, 1) = left(fn_r, 1)"),
            level("fn_l = mn_r OR mn_l = fn_r"),
            cll.JaroWinklerLevel("fn", 0.92),
            cll.JaroWinklerLevel("fn", 0.8),
        ),
        custom(
            "ln",
            cll.NullLevel("ln"),
            exact("ln"),
            level("ln_l = pl_r OR pl_l = ln_r"),
            level("ln_l IN (la_r, lb_r) OR ln_r IN (la_l, lb_l)"),
            level("fn_l = ln_r AND ln_l = fn_r"),
            cll.JaroWinklerLevel("ln", 0.92),
            cll.JaroWinklerLevel("ln", 0.8),
        ),
        custom(
            "d",
            cll.NullLevel("d"),
            exact("d"),
            level("dsw_l = d_r"),
            level("yy_l = yy_r AND (md_l = '0101' OR md_r = '0101')"),
            cll.LevenshteinLevel("d", 1),
            cll.LevenshteinLevel("d", 2),
            level("yy_l = yy_r"),
        ),
        custom("sex", cll.NullLevel("sex"), exact("sex", tf=False)),
        custom("mn", cll.NullLevel("mn"), exact("mn"), level("left(mn_l, 1) = left(mn_r, 1)")),
        *ids,
    ]


INITIAL, BOTH_INITIALS = block_on("d", "left(fn, 1)"), block_on("d", "left(fn, 1)", "left(ln, 1)")
RULES = [
    block_on("nhi"),
    block_on("ird"),
    block_on("d", "ln"),
    block_on("d", "root"),
    block_on("fn", "ln", "yy"),
    block_on("fn", "ln", "md"),
    INITIAL,
    "l.d = r.d AND l.ln = r.pl",
    "l.d = r.d AND l.fn = r.ln",
    "l.dsw = r.d AND l.ln = r.ln",
    "l.ln = r.pl AND l.fn = r.fn AND l.yy = r.yy",
    "l.d = r.d AND l.fn = r.mn",
    block_on("left(fn, 3)", "left(ln, 3)", "yy", "substr(md, 1, 2)"),
    block_on("fn", "ln", "sex", "mn"),
]


def run(
    folder: Path,
    roots: Path,
    out: Path,
    *,
    threads: int,
    cap: float | None,
    keep: bool = False,
    lean: bool = False,
) -> dict[str, float]:
    """Train and score; seconds per phase. `keep`: what was compared is kept with every pair, however
    unlikely, as Splink does unless told. `lean`: both initials are asked for."""
    spent: dict[str, float] = {}
    started = time.perf_counter()

    def mark(name: str) -> None:
        nonlocal started
        now = time.perf_counter()
        spent[name], started = round(now - started, 2), now

    con = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    standardised(con, folder / "list.parquet", "rec_id", "a", roots)
    standardised(con, folder / "spine.parquet", "spine_id", "b", roots)
    mark("standardise")
    rules = [BOTH_INITIALS if lean and rule is INITIAL else rule for rule in RULES]
    has_ids = con.execute("SELECT count(nhi) + count(ird) FROM a").fetchall()[0][0] > 0
    compared = comparisons() if has_ids else comparisons()[:-2]
    api = DuckDBAPI(con)
    tables = [
        api.register("a", dataset_display_name="a_list"),
        api.register("b", dataset_display_name="b_spine"),
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=compared,
        blocking_rules_to_generate_predictions=rules if has_ids else rules[2:],
        retain_matching_columns=keep,
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    train = linker.training
    certain = [block_on("d", "fn", "ln"), *([block_on("nhi")] if has_ids else [])]
    train.estimate_probability_two_random_records_match(certain, recall=0.85)
    mark("prior")
    train.estimate_u_using_random_sampling(max_pairs=1e6 + 1, seed=1)
    mark("u")
    for rule in (block_on("d"), block_on("fn", "ln")):
        train.estimate_parameters_using_expectation_maximisation(rule, **({"max_pairs": cap} if cap else {}))
    mark("em")
    linker.inference.compute_blocked_pairs_for_predict()
    mark("block")
    scored = linker.inference.predict(**({} if keep else {"threshold_match_weight": -2}))
    mark("score")
    name = scored.physical_name
    con.execute(f"""COPY (
        SELECT CASE WHEN source_dataset_l = 'a_list' THEN unique_id_l ELSE unique_id_r END AS record,
        CAST(CASE WHEN source_dataset_l = 'a_list' THEN unique_id_r ELSE unique_id_l END AS BIGINT) AS person,
        1 / (1 + power(2.0, -match_weight)) AS posterior FROM {name}
        QUALIFY row_number() OVER (PARTITION BY record ORDER BY match_weight DESC, person) = 1) TO '{out}'""")
    mark("best")
    spent["pairs"] = con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    return spent


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("roots", type=Path, help="equivalents.csv of linkwell.linkage")
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--default-em", action="store_true", help="EM on every blocked pair, as documented")
    parser.add_argument("--keep", action="store_true", help="keep every pair and what was compared")
    parser.add_argument(
        "--lean", action="store_true", help="half the pairs: both initials beside the birth date"
    )
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    phases = run(
        options.folder,
        options.roots,
        options.out,
        threads=options.threads,
        cap=None if options.default_em else 2e5,
        keep=options.keep,
        lean=options.lean,
    )
    peak = high_water()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                **phases,
                "peak_gib": round(peak, 2),
                "cpu": round(used.ru_utime + used.ru_stime, 2),
                "wall": round(sum(v for k, v in phases.items() if k != "pairs"), 2),
            }
        )
    )
