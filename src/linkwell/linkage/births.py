"""Birth dates as lists write them: which column or columns hold them, in what order their parts stand, and
SQL that reads them into whole numbers.

The order of day and month is settled for a whole column, never for one cell. A year of two figures is read as
the latest such year that is not after `newest` (this year, unless the settings say otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from linkwell.linkage import expressions as sql
from linkwell.linkage.engine import quoted
from linkwell.linkage.settings import ModelFiles

# the birth date with day and month swapped, which only the side that is looked up has
SWAPPED = """CASE WHEN dd <= 12 AND dd <> mm AND d8 IS NOT NULL
    THEN CAST(yy AS INTEGER) * 10000 + CAST(dd AS INTEGER) * 100 + mm END"""
_MONTHS = "'janfebmaraprmayjunjulaugsepoctnovdec'"
_FIGURES = r"^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})([ T].*)?$"
_YEAR_AND_MONTH = r"(18|19|20)\d{2}(0[1-9]|1[0-2])"


@dataclass(frozen=True)
class DateOrder:
    """How a column of texts is to be read: 3/17/1990 (month first), 90-03-17 (year first), 170390 (days in
    six figures)."""

    month_first: bool = False
    year_first: bool = False
    six: bool = False


def born_sql(found: Mapping[str, str], newest: int) -> str:
    """SQL of the birth date as written; of day, month and year in columns of their own, YYYYMMDD."""
    if "dob" in found:
        return quoted(found["dob"])
    if "birth_year" not in found:
        return "CAST(NULL AS VARCHAR)"

    def figures(field: str) -> str:
        text = f"trim(CAST({quoted(found[field])} AS VARCHAR))" if field in found else "''"
        return f"regexp_replace({text}, '[.]0+$', '')"

    def two(field: str) -> str:
        x = figures(field)
        return f"CASE WHEN regexp_full_match({x}, '\\d{{1,2}}') THEN lpad({x}, 2, '0') ELSE '00' END"

    year, month = figures("birth_year"), f"lower(left({figures('birth_month')}, 3))"
    return (
        f"CASE WHEN regexp_full_match({year}, '\\d{{2}}|\\d{{4}}') THEN {_whole_year(year, newest)} || "
        f"coalesce({_month_of(month)}, {two('birth_month')}, '00') || coalesce({two('birth_day')}, '00') END"
    )


def date_order(con: duckdb.DuckDBPyConnection, texts: str, kind: str) -> DateOrder:
    """In what order a text column of birth dates is written; `texts`: SQL of its different texts.

    Month first: some second part is above 12 and no first part. Year first: some first part is above 31. Six
    figures are a day where some of them cannot be a year and a month.
    """
    if kind != "VARCHAR":
        return DateOrder()

    def part(number: int) -> str:
        return f"max(try_cast(regexp_extract(d, '{_FIGURES}', {number}) AS INTEGER))"

    first, second, six = con.execute(f"""
        SELECT {part(1)}, {part(2)}, count(*) FILTER (regexp_full_match(d, '\\s*\\d{{6}}\\s*')
            AND NOT regexp_full_match(trim(d), '{_YEAR_AND_MONTH}'))
        FROM (SELECT text AS d FROM ({texts}))""").fetchall()[0]
    return DateOrder((first or 0) <= 12 < (second or 0), (first or 0) > 31, bool(six))


def make_dates(
    con: duckdb.DuckDBPyConnection, texts: str, model: ModelFiles, kind: str, order: DateOrder, newest: int
) -> None:
    """Temp table `dates`: a row per different birth date as written (`texts`: SQL of `raw` and `text`), its
    parts as whole numbers, NULL where not known; `unread` where something is written that is no date. In
    steps, because the engine would otherwise read a date once per use."""
    defaults = sql.text_list(model.words["default_dates"])
    steps = {
        "date_read": f"SELECT raw, text, {date_text('text', kind, order, newest)} AS d FROM ({texts}) "
        "WHERE text IS NOT NULL",
        "date_parts": f"""SELECT raw, CAST(left(d, 4) AS SMALLINT) AS yy,
            nullif(CAST(substr(d, 5, 2) AS TINYINT), 0) AS m, nullif(CAST(right(d, 2) AS TINYINT), 0) AS d2,
            CASE WHEN substr(d, 5, 2) <> '00' AND right(d, 2) <> '00' THEN CAST(d AS INTEGER) END AS d8
            FROM date_read
            WHERE d NOT IN {defaults} AND regexp_full_match(d, '(18[5-9]|19.|20.)[0-9]{{5}}')""",
    }
    dates = f"""SELECT *, {SWAPPED} AS dsw, CAST(CAST(mm AS SMALLINT) * 100 + dd AS SMALLINT) AS md
        FROM (SELECT r.raw, text, p.raw IS NULL AND trim(CAST(text AS VARCHAR)) <> '' AS unread, d8, yy,
            CASE WHEN m <= 12 THEN m END AS mm, CASE WHEN d2 <= 31 AND m <= 12 THEN d2 END AS dd
            FROM date_read r LEFT JOIN date_parts p ON p.raw = r.raw)"""
    con.execute(f"CREATE OR REPLACE TEMP TABLE dates AS {sql.in_steps(steps)} {dates}")


def date_text(x: str, kind: str, order: DateOrder, newest: int) -> str:
    """A birth date as eight characters YYYYMMDD, with 00 for a part that is not known, or NULL.

    A number of five figures is a spreadsheet's own count of days (10000 is 18 May 1927).

    Args:
        x: the column. kind: its engine type. order: how 1/2/1990 is to be read. newest: the latest year that
            one of two figures may stand for.
    """
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"strftime(CAST({x} AS DATE), '%Y%m%d')"
    t = f"trim(CAST({x} AS VARCHAR))"
    iso = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([ T].*)?$"
    day_word = r"^(\d{1,2})(?:st|nd|rd|th)?[ ./,-]*([a-z]{3})[a-z]*[ ./,-]*(\d{4}|\d{2})([ t].*)?$"
    word_day = r"^([a-z]{3})[a-z]*[ ./-]*(\d{1,2})(?:st|nd|rd|th)?[ ,./-]+(\d{4})([ t].*)?$"

    def part(pattern: str, group: int, text: str = t) -> str:
        return f"lpad(regexp_extract({text}, '{pattern}', {group}), 2, '0')"

    def year(pattern: str, group: int, text: str = t) -> str:
        return _whole_year(f"regexp_extract({text}, '{pattern}', {group})", newest)

    day, month = (2, 1) if order.month_first else (1, 2)
    low = f"lower({t})"
    whole = f"lpad({t}, 8, '0')"  # a nought in front is lost where a spreadsheet took it for a number
    parts = [f"substr({whole}, 1, 2)", f"substr({whole}, 3, 2)"]
    turned = f"right({whole}, 4) || {parts[month - 1]} || {parts[day - 1]}"
    six = [f"substr({t}, 1, 2)", f"substr({t}, 3, 2)"]
    in_six = f"{_whole_year(f'right({t}, 2)', newest)} || {six[month - 1]} || {six[day - 1]}"
    year_first = f"""WHEN regexp_matches({t}, '{_FIGURES}') AND NOT regexp_matches({t}, '\\d{{4}}')
            THEN {year(_FIGURES, 1)} || {part(_FIGURES, 2)} || {part(_FIGURES, 3)}"""
    return f"""CASE
        WHEN {t} IS NULL THEN NULL
        WHEN regexp_full_match({t}, '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN replace({t}, '-', '')
        WHEN regexp_full_match({t}, '\\d{{7,8}}')
            THEN CASE WHEN regexp_full_match({whole}, '\\d{{4}}(19|20)\\d{{2}}') THEN {turned} ELSE {t} END
        WHEN regexp_full_match({t}, '[1-5]\\d{{4}}([.]\\d+)?')
            THEN strftime(DATE '1899-12-30' + CAST(left({t}, 5) AS INTEGER), '%Y%m%d')
        WHEN regexp_full_match({t}, '\\d{{4}}') THEN {t} || '0000'
        WHEN regexp_full_match({t}, '\\d{{6}}') THEN {in_six if order.six else f"{t} || '00'"}
        WHEN regexp_full_match({t}, '\\d{{4}}-\\d{{2}}') THEN left({t}, 4) || right({t}, 2) || '00'
        WHEN regexp_matches({t}, '{iso}') THEN left({t}, 4) || {part(iso, 2)} || {part(iso, 3)}
        {year_first if order.year_first else ""}
        WHEN regexp_matches({t}, '{_FIGURES}')
            THEN {year(_FIGURES, 3)} || {part(_FIGURES, month)} || {part(_FIGURES, day)}
        WHEN regexp_matches({low}, '{day_word}') THEN {year(day_word, 3, low)}
            || {_month_of(f"regexp_extract({low}, '{day_word}', 2)")} || {part(day_word, 1, low)}
        WHEN regexp_matches({low}, '{word_day}') THEN {year(word_day, 3, low)}
            || {_month_of(f"regexp_extract({low}, '{word_day}', 1)")} || {part(word_day, 2, low)} END"""


def _whole_year(text: str, newest: int) -> str:
    """SQL of a year of four figures, from one of two or four."""
    short = f"CAST({newest} - ({newest} - CAST({text} AS INTEGER)) % 100 AS VARCHAR)"
    return f"CASE WHEN length({text}) = 2 THEN {short} ELSE {text} END"


def _month_of(word: str) -> str:
    """SQL of the two figures of a month, from the first three letters of its name in small letters; NULL
    where it is none."""
    place = f"strpos({_MONTHS}, {word})"
    return (
        f"CASE WHEN length({word}) = 3 AND {place} % 3 = 1 "
        f"THEN lpad(CAST(({place} + 2) // 3 AS VARCHAR), 2, '0') END"
    )
