"""The linking copy: one SELECT that turns a file's columns into the names, dates and numbers that are
compared.

It is made for linking only and never replaces what a provider or the spine holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from linkwell.linkage import expressions as sql
from linkwell.linkage.engine import quoted
from linkwell.linkage.settings import ModelFiles


def month_first(con: duckdb.DuckDBPyConnection, view: str, column: str, kind: str) -> bool:
    """Whether a text column of birth dates is written month first: some second part is above 12 and no
    first part."""
    if kind != "VARCHAR":
        return False
    pattern = r"^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{4}"
    x = quoted(column)
    row = con.execute(f"""
        SELECT max(try_cast(regexp_extract({x}, '{pattern}', 1) AS INTEGER)),
               max(try_cast(regexp_extract({x}, '{pattern}', 2) AS INTEGER)) FROM {view}""").fetchone()
    first, second = row or (None, None)
    return (first or 0) <= 12 < (second or 0)


def standardise_sql(
    view: str,
    found: Mapping[str, str],
    kinds: Mapping[str, str],
    model: ModelFiles,
    *,
    key: str,
    unchecked: Collection[str] = (),
    american: bool = False,
) -> str:
    """The SELECT that makes the linking copy of `view`.

    Args:
        view: the table. found: our field -> its column. kinds: column -> engine type.
        key: SQL of the key column(s) to carry first, aliases included.
        unchecked: identifiers whose check rule does not hold in this spine, so only their shape counts.
        american: dates like 1/2/1990 have the month first.

    Returns:
        SQL with the key, then gf g1 gi m1 fs si sa sb ps d8 dsw yy mm dd md sex area, and per
        identifier its value and `<id>_ok`.
    """
    raw = _raw(found, kinds, model, american)
    ids = ", ".join(f"{i}, coalesce({_holds(i, model, unchecked)}, false) AS {i}_ok" for i in model.id_names)
    blank = sql.text_list(model.words["placeholders"])
    defaults = sql.text_list(model.words["default_dates"])

    def clean(x: str) -> str:
        titles = sql.without_titles(x, model.words["honorifics"], model.words["suffixes"])
        whole = sql.joined_particles(titles, model.words["particles"])
        plain = f"regexp_full_match({x}, '[a-z]+')"
        return f"CASE WHEN {x} IN {blank} THEN NULL WHEN {plain} THEN {x} ELSE {whole} END"

    carried = ", ".join(alias for _, alias in _keys(key))
    return f"""
    WITH raw AS (SELECT {key}, {raw} FROM {view}),
    folded AS (SELECT * REPLACE ({sql.folded("first")} AS first, {sql.folded("middle")} AS middle,
        {sql.folded("last")} AS last, {sql.folded("prior")} AS prior) FROM raw),
    cleaned AS (SELECT * REPLACE (nullif({clean("first")}, '') AS first, nullif({clean("middle")}, '') AS
    middle,
        nullif({clean("last")}, '') AS last, nullif({clean("prior")}, '') AS prior,
        CASE WHEN d IN {defaults} OR NOT regexp_full_match(d, '(18[5-9]|19.|20.)[0-9]{{5}}') THEN NULL ELSE
        d END AS d) FROM folded),
    placed AS (SELECT * REPLACE (
        CASE WHEN last IS NULL AND middle IS NULL THEN NULL ELSE coalesce(first, middle) END AS first,
        CASE WHEN first IS NULL THEN NULL ELSE middle END AS middle,
        CASE WHEN last IS NULL AND middle IS NULL THEN first ELSE last END AS last) FROM cleaned),
    parted AS (SELECT *, {sql.compact("first")} AS gf, regexp_extract(first, '^[^ -]+') AS g1,
        nullif(regexp_extract(coalesce(nullif(regexp_replace(first, '^[^ -]+[ -]*', ''), ''), middle), '^[^
        -]+'), '')
            AS m1,
        {sql.compact("last")} AS fs, {sql.compact("prior")} AS ps,
        CASE WHEN regexp_matches(last, '[ -]') THEN regexp_extract(last, '^[^ -]+') END AS sa,
        CASE WHEN regexp_matches(last, '[ -]') THEN regexp_extract(last, '[^ -]+$') END AS sb,
        CAST(left(d, 4) AS SMALLINT) AS yy,
        nullif(CAST(substr(d, 5, 2) AS SMALLINT), 0) AS mm0, nullif(CAST(right(d, 2) AS SMALLINT), 0) AS dd0
        FROM placed),
    dated AS (SELECT *, CASE WHEN mm0 <= 12 THEN mm0 END AS mm, CASE WHEN dd0 <= 31 AND mm0 <= 12 THEN dd0
    END AS dd,
        CASE WHEN mm0 IS NOT NULL AND dd0 IS NOT NULL THEN d END AS d8 FROM parted)
    SELECT {carried}, gf, g1, left(g1, 1) AS gi, m1, fs, left(fs, 1) AS si, sa, sb,
        CASE WHEN ps <> fs OR fs IS NULL THEN ps END AS ps,
        d8, CASE WHEN dd <= 12 AND dd <> mm THEN left(d8, 4) || right(d8, 2) || substr(d8, 5, 2) END AS dsw,
        yy, mm, dd, CAST(mm * 100 + dd AS SMALLINT) AS md, sex, area, {ids}
    FROM (SELECT * REPLACE (nullif(g1, '') AS g1) FROM dated)"""


def with_sounds_sql(table: str) -> str:
    """The SELECT that adds what depends on a name alone, made once for each different name.

    Adds gx and sx (sounds), sx2 (start of the surname's sound) and gr (head of the family of equivalents);
    `heads` must be loaded.
    """
    return f"""
    WITH sounds AS MATERIALIZED (SELECT name, {sql.sound("name")} AS sound FROM
        (SELECT g1 AS name FROM {table} UNION SELECT fs FROM {table}) WHERE name IS NOT NULL)
    SELECT t.*, given.sound AS gx, surname.sound AS sx, left(surname.sound, 2) AS sx2, coalesce(h.head,
    t.g1) AS gr FROM {table} t LEFT JOIN sounds given ON given.name = t.g1 LEFT JOIN sounds surname ON
    surname.name = t.fs LEFT JOIN heads h ON h.name = t.g1"""


def _keys(key: str) -> list[tuple[str, str]]:
    pairs = [part.rsplit(" AS ", 1) for part in key.split(", ")]
    return [(expression, alias) for expression, alias in pairs]


def _raw(found: Mapping[str, str], kinds: Mapping[str, str], model: ModelFiles, american: bool) -> str:
    def text(field: str) -> str:
        return f"CAST({quoted(found[field])} AS VARCHAR)" if field in found else "CAST(NULL AS VARCHAR)"

    first, last = text("first_name"), text("last_name")
    if "full_name" in found and not {"first_name", "last_name"} & set(found):
        name = f"trim({text('full_name')})"
        comma = f"strpos({name}, ',') > 0"
        rest = f"regexp_replace({name}, '\\s*\\S+$', '')"
        first = f"CASE WHEN {comma} THEN split_part({name}, ',', 2) ELSE {rest} END"
        last = f"CASE WHEN {comma} THEN split_part({name}, ',', 1) ELSE regexp_extract({name}, '\\S+$') END"
    born = "CAST(NULL AS VARCHAR)"
    if "dob" in found:
        born = sql.date_text(quoted(found["dob"]), kinds[found["dob"]], american)
    gender = f"lower(strip_accents(trim({text('gender')})))"
    sex = (
        f"CASE WHEN {gender} IN {sql.text_list(model.words['male'])} THEN '1' "
        f"WHEN {gender} IN {sql.text_list(model.words['female'])} THEN '2' END"
    )
    ids = "".join(
        f", {sql.normal_id(quoted(found[i])) if i in found else 'CAST(NULL AS VARCHAR)'} AS {i}"
        for i in model.id_names
    )
    return (
        f"{first} AS first, {text('middle_name')} AS middle, {last} AS last, "
        f"{text('prior_last_name')} AS prior, "
        f"{born} AS d, {sex} AS sex, nullif(trim({text('area')}), '') AS area{ids}"
    )


def _holds(name: str, model: ModelFiles, unchecked: Collection[str]) -> str:
    kind = next(kind for kind in model.identifiers if kind["name"] == name)
    if name in unchecked:
        return f"{name} IS NOT NULL"
    return sql.id_holds(name, kind["shape"], kind["check"])
