"""The linking copy: a file's names, dates and genders are standardised once per different text, then joined.

It is made for linking only and never replaces what a provider or the spine holds. Names are kept as text for
comparing and as 32-bit codes for joining; a code only proposes a pair, the texts decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial

import duckdb

from linkwell.errors import WrongUse
from linkwell.linkage import expressions as sql
from linkwell.linkage.births import DateOrder, born_sql, date_order, make_dates
from linkwell.linkage.engine import Source, quoted, register
from linkwell.linkage.held import held
from linkwell.linkage.settings import ModelFiles
from linkwell.linkage.texts import NAMES, number_texts

# names that passes join on by code
CODED = ("g1", "m1", "fs", "sa", "sb", "ps", "ps2")


def read_rows(
    con: duckdb.DuckDBPyConnection,
    view: str,
    found: Mapping[str, str],
    kinds: Mapping[str, str],
    model: ModelFiles,
    *,
    key: str,
    number: str = "",
    nhi_map: Source | None = None,
    turned: bool = False,
    unchecked: Collection[str] | None = None,
    joins: str = "",
    newest: int,
) -> None:
    """Standardise `view` into temp tables `words`, `dates` and `rows`; `heads` must be loaded.

    `rows` has the key, then numbers of words (f, m, l, p; NULL where no name is recorded) with their codes
    and sounds, t (the given name has a second part), the parts of the birth date, sex, area and the
    normalised numbers. Of a list it has only what agreement in everything is seen by; `rest_sql` has more.

    Args:
        found: our field -> its column. kinds: column -> engine type. key: SQL of the key and its alias.
        number: SQL of the number of a row of a list, where that is not the key. joins: SQL of what it comes
            from. turned: given name and surname stand in each other's place. unchecked: for a list, the kinds
            of number that need only be there to be right ones (`nhi_ok`).
        newest: the latest year that one of two figures may stand for.
    """
    raw = _raw(found, model, born_sql(found, newest), turned=turned)
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT {key}, {raw} FROM {view}")
    primary = _primary_numbers(con, nhi_map) if nhi_map is not None and "nhi" in model.id_names else "raw"
    if unchecked is not None:
        tests = {k["name"]: partial(held, k, unchecked) for k in model.identifiers}
        source = f"(SELECT {number}, r.* FROM {primary} r {joins})" if number else primary
        number_texts(con, source, "coded", tests)
    texts = _different(numbered=unchecked is not None)
    kind = kinds[found["dob"]] if "dob" in found else "VARCHAR"
    order = date_order(con, texts["date"], kind) if "dob" in found else DateOrder()
    _make_words(con, texts["name"], model)
    make_dates(con, texts["date"], model, kind, order, newest)
    con.execute(f"CREATE OR REPLACE TEMP TABLE genders AS {_genders_sql(texts['gender'], model)}")
    alias = key.rsplit(" AS ", 1)[1]
    rows = _wide_sql(f"r.{alias}", primary, model) if unchecked is None else _narrow_sql(model)
    con.execute(f"CREATE OR REPLACE TEMP TABLE rows AS {rows}")


_WORDS = """LEFT JOIN words f ON f.raw = r.first LEFT JOIN words m ON m.raw = r.middle
        LEFT JOIN words l ON l.raw = r.last LEFT JOIN dates d ON d.raw = r.d
        LEFT JOIN genders g ON g.raw = r.gender"""


def _wide_sql(first: str, source: str, model: ModelFiles) -> str:
    numbers = ", ".join(["", *model.id_names, *(_number_parts(i) for i in model.id_names)])
    return f"""SELECT {first}, {_named(wide=True)}, d.d8, d.yy, d.mm, d.dd, d.md, g.sex, r.area{numbers}
            {_hashed(model)} FROM {source} r {_WORDS}
            LEFT JOIN words p ON p.raw = r.prior LEFT JOIN words p2 ON p2.raw = r.prior2"""


def _narrow_sql(model: ModelFiles) -> str:
    held = "".join(f", {i}_ok" for i in model.id_names)
    return f"""SELECT r.r, {_named(wide=False)}, d.d8, d.yy, d.md, g.sex, r.area, d.unread{held}
            {_hashed(model)} FROM coded r {_WORDS}"""


def rest_sql(model: ModelFiles, chosen: str = "") -> str:
    """SQL of the rows of the list with all that candidates are looked for and compared by; `chosen`: SQL
    after `coded` that leaves some of its rows."""
    held = "".join(f", {i}_ok" for i in model.id_names)
    return _wide_sql(f"r.r, d.dsw{held}", f"(FROM coded {chosen})", model)


def _hashed(model: ModelFiles) -> str:
    numbers = (f", CASE WHEN {i} IS NOT NULL THEN hash({i}) END AS {i}_k" for i in model.id_names)
    extras = (f", {x}, CASE WHEN {x} IS NOT NULL THEN {_code(x)} END AS {x}_k" for x in extra_columns(model))
    return "".join([*numbers, *extras])


def _different(*, numbered: bool) -> dict[str, str]:
    """SQL of the different names, dates and genders of `raw`: `raw`, what rows are joined by, and `text`."""
    if numbered:
        return {kind: f"SELECT raw, text FROM {kind}_texts" for kind in ("name", "date", "gender")}
    of = {"name": NAMES, "date": ("d",), "gender": ("gender",)}
    whole = {x: " UNION ALL ".join(f"SELECT {column} AS raw FROM raw" for column in of[x]) for x in of}
    return {x: f"SELECT raw, raw AS text FROM (SELECT DISTINCT raw FROM ({whole[x]}))" for x in of}


_OF_GIVEN, _OF_LAST = ("gi", "gx", "gr"), ("si", "k_sa", "k_sb", "sx", "sx2")


def _named(*, wide: bool) -> str:
    """The names of a row: numbers of words (f m l p p2), and the codes and sounds that passes join on; not
    `wide`, what agreement in everything is seen by.

    A middle name without a given name is the given name; a single name, wherever it stands, is the surname.
    """

    def given(column: str, alias: str = "") -> str:
        chosen = f"CASE WHEN f.w IS NULL THEN m.{column} ELSE f.{column} END"
        return f"CASE WHEN l.w IS NOT NULL OR m.w IS NOT NULL THEN {chosen} END AS {alias or column}"

    def last(column: str) -> str:
        return f"CASE WHEN l.w IS NULL AND m.w IS NULL THEN f.{column} ELSE l.{column} END"

    middle = """CASE WHEN l.w IS NULL AND m.w IS NULL THEN NULL WHEN f.w IS NULL THEN m.k_tail
        WHEN f.t THEN f.k_tail ELSE m.k_head END AS k_m1"""
    both = [given("w", "f"), f"{last('w')} AS l", f"{last('k_compact')} AS k_fs", given("k_head", "k_g1")]
    names = [*both, middle]
    if wide:
        names += ["CASE WHEN f.w IS NOT NULL THEN m.w END AS m, p.w AS p, p2.w AS p2", given("t")]
        names += [given(column) for column in _OF_GIVEN]
        names += [f"{last(column)} AS {column}" for column in _OF_LAST]
        names += _prior_codes(last("k_compact"))
    return ", ".join(names)


def _prior_codes(surname: str) -> list[str]:
    """Prior names are no news where they are the surname itself."""
    return [f"nullif({p}.k_compact, coalesce({surname}, -1)) AS k_ps{n}" for p, n in (("p", ""), ("p2", "2"))]


def _primary_numbers(con: duckdb.DuckDBPyConnection, nhi_map: Source) -> str:
    """SQL of `raw` with every secondary NHI replaced by its primary (nz-domain 1.1)."""
    kinds = list(register(con, "nhi_map_in", nhi_map))
    if len(kinds) < 2:
        raise WrongUse("The NHI map needs two columns: the secondary number and its primary.")
    a, b = (sql.normal_id(quoted(name)) for name in kinds[:2])
    con.execute(f"""CREATE OR REPLACE TEMP TABLE primaries AS
        SELECT {a} AS secondary, any_value({b}) AS primary_nhi FROM nhi_map_in
        GROUP BY 1 HAVING count(DISTINCT {b}) = 1""")
    return """(SELECT raw.* REPLACE (coalesce(p.primary_nhi, raw.nhi) AS nhi) FROM raw
        LEFT JOIN primaries p ON p.secondary = raw.nhi)"""


def coded_sql(extra: str, joins: str = "") -> str:
    """The SELECT of `rows` with `extra` columns first."""
    return f"SELECT {extra} r.* FROM rows r {joins}"


_SPELT = {  # column -> (words it is found by, SQL on them); {r} is the coded row
    "gf": ("f", "{f}.compact"),
    "g1": ("f", "{f}.head"),
    "m1": ("fm", "CASE WHEN {r}.t THEN {f}.tail ELSE {m}.head END"),
    "fs": ("l", "{l}.compact"),
    "sa": ("l", "{l}.sa"),
    "sb": ("l", "{l}.sb"),
    "ps": ("p", "CASE WHEN {r}.k_ps IS NOT NULL THEN {p}.compact END"),
    "ps2": ("q", "CASE WHEN {r}.k_ps2 IS NOT NULL THEN {q}.compact END"),
}
_SHARED = {  # how many people of the spine share them; those that settled pairs need are in the row itself
    "ngi": ("f", "coalesce({f}.ngi, 0)"),
    "nps": ("p", "coalesce({p}.ns, 0)"),
    "nsa": ("l", "coalesce({l}.nsa, 0)"),
    "nsb": ("l", "coalesce({l}.nsb, 0)"),
}
_WORD_OF = {"f": "f", "m": "m", "l": "l", "p": "p", "q": "p2"}


def spelt_columns(
    columns: Iterable[tuple[str, str]], words: Mapping[str, str]
) -> tuple[dict[tuple[str, str], str], str]:
    """SQL of the names among `columns` (side, column), and the joins that spell them.

    Args:
        words: side -> table of words of the coded rows that have that alias; other sides are spelt already.
    """
    spelt, used = {}, set()
    for side, column in columns:
        found = (_SPELT | _SHARED).get(column) if side in words else None
        if found is not None:
            aliases = {word: f"{side}_{word}" for word in _WORD_OF}
            spelt[side, column] = found[1].format(r=side, **aliases)
            used |= {(side, word) for word in found[0]}
    joins = (
        f" LEFT JOIN {words[side]} {side}_{word} ON {side}_{word}.w = {side}.{_WORD_OF[word]}"
        for side, word in sorted(used)
    )
    return spelt, "".join(joins)


def spelt_sql(source: str, words: str = "words", *, counts: bool = False) -> str:
    """The SELECT that spells the names of coded rows as text and, with `counts`, says how many share them."""
    names = [*_SPELT, *(_SHARED if counts else ())]
    spelt, joins = spelt_columns([("r", name) for name in names], {"r": words})
    texts = ", ".join(f"{text} AS {name}" for (_, name), text in spelt.items())
    return f"SELECT r.*, {texts} FROM ({source}) r{joins}"


def _number_parts(name: str) -> str:
    """Codes of a number's overlapping halves and of all but its middle, to join on."""
    half = f"length({name}) // 2 + 1"
    ends = f"left({name}, length({name}) // 2) || substr({name}, length({name}) // 2 + 2)"
    parts = (
        f"CASE WHEN {name} IS NOT NULL THEN {_code(cut)} END AS {name}_{side}"
        for side, cut in (("a", f"left({name}, {half})"), ("b", f"right({name}, {half})"), ("c", ends))
    )
    return ", ".join(parts)


def extra_columns(model: ModelFiles) -> list[str]:
    """Columns of the further fields; `home` is street and house number together, `door` as much of it as a
    slip in the street leaves."""
    return [*model.extra_names, *(["home", "door"] if "street" in model.extra_names else [])]


def _extras(found: Mapping[str, str], model: ModelFiles) -> str:
    def column(name: str) -> str:
        return quoted(found[name]) if name in found else "CAST(NULL AS VARCHAR)"

    texts = {
        str(extra["name"]): sql.normal_text(column(str(extra["name"])), str(extra["kind"]))
        for extra in model.extras
    }
    if "street" in texts:
        street = column("street")
        own = f"nullif(regexp_extract(CAST({street} AS VARCHAR), '^\\s*([0-9]+)', 1), '')"
        number = f"coalesce({texts['street_number']}, {own})" if "street_number" in texts else own
        texts["home"] = f"{texts['street']} || coalesce('/' || {number}, '')"
        texts["door"] = f"left({texts['street']}, 4) || '/' || {number}"
    return "".join(f", {text} AS {name}" for name, text in texts.items())


def _code(x: str) -> str:
    return f"CAST(hash({x}) & 4294967295 AS UINTEGER)"


def _name_code(x: str) -> str:
    """The code of a name or a sound; of a single letter it is the letter's own number, below 256."""
    return f"CASE WHEN length({x}) = 1 THEN CAST(ord({x}) AS UINTEGER) ELSE {_code(x)} END"


def turned_names(con: duckdb.DuckDBPyConnection, sample: int = 2000) -> bool:
    """Whether the list's given names and surnames stand in each other's place throughout.

    Judged on `rows` and `words` by how many spine people (`spelling`) have each text as a given name and as a
    surname: turned where, over at least 20 records, the other way round is on average e times likelier.
    """
    row = con.execute(f"""
        WITH few AS (SELECT f, l FROM rows WHERE f IS NOT NULL AND l IS NOT NULL
            ORDER BY hash(r) LIMIT {sample}),
        g AS (SELECT head AS name, max(ng) AS n FROM spelling WHERE ng > 0 GROUP BY head),
        s AS (SELECT compact AS name, max(ns) AS n FROM spelling WHERE ns > 0 GROUP BY compact),
        r AS (SELECT f.head AS fh, f.compact AS fc, l.head AS lh, l.compact AS lc FROM few
            JOIN words f ON f.w = few.f JOIN words l ON l.w = few.l
            WHERE length(f.head) > 1 AND length(l.head) > 1)
        SELECT count(*), avg(ln((coalesce(fs.n, 0) + 1.0) * (coalesce(lg.n, 0) + 1)
            / (coalesce(fg.n, 0) + 1) / (coalesce(ls.n, 0) + 1)))
        FROM r LEFT JOIN s fs ON fs.name = fc LEFT JOIN g lg ON lg.name = lh
        LEFT JOIN g fg ON fg.name = fh LEFT JOIN s ls ON ls.name = lc""").fetchone()
    records, evidence = row or (0, None)
    return records >= 20 and (evidence or 0.0) > 1.0


def _raw(found: Mapping[str, str], model: ModelFiles, born: str, *, turned: bool = False) -> str:
    def text(field: str) -> str:
        return f"CAST({quoted(found[field])} AS VARCHAR)" if field in found else "CAST(NULL AS VARCHAR)"

    first, last = text("first_name"), text("last_name")
    if "full_name" in found:
        first, last = _names_of(text("full_name"), found, first, last, model, turned=turned)
    elif turned:
        first, last = last, first
    zeros = {kind["name"]: kind.get("zeros", "") for kind in model.identifiers}
    numbers = {i: sql.normal_id(quoted(found[i]), zeros=zeros[i]) for i in model.id_names if i in found}
    ids = "".join(f", {numbers.get(i, 'CAST(NULL AS VARCHAR)')} AS {i}" for i in model.id_names)
    several = text("prior_last_name")
    parted = f"regexp_matches({several}, '[;/,|]')"
    prior = f"CASE WHEN {parted} THEN regexp_extract({several}, '^[^;/,|]*') ELSE {several} END"
    prior2 = f"CASE WHEN {parted} THEN regexp_extract({several}, '[;/,|]([^;/,|]*)', 1) END"
    return (
        f"{first} AS first, {text('middle_name')} AS middle, {last} AS last, {prior} AS prior, "
        f"{prior2} AS prior2, {born} AS d, {text('gender')} AS gender, "
        f"nullif(trim({text('area')}), '') AS area{ids}{_extras(found, model)}"
    )


def _names_of(
    whole: str, found: Mapping[str, str], first: str, last: str, model: ModelFiles, *, turned: bool
) -> tuple[str, str]:
    """SQL of given names and surname, where a column has both together.

    Beside a column with one of the two, it is what is left of it. Te, van der and their like go with the
    surname; Jnr and its like go. `turned`: the surname is written first, or a comma parts them the other
    way round.
    """
    has = {"first_name", "last_name"} & set(found)
    if len(has) == 2:
        return (last, first) if turned else (first, last)
    suffix = f"(?i),?\\s+({'|'.join(model.words['suffixes'])})[.]?$"
    name = f"regexp_replace(trim({whole}), '{suffix}', '')"
    if has:
        own = first if has == {"first_name"} else last
        rest = _without(name, own)
        first, last = (own, rest) if has == {"first_name"} else (rest, own)
        return (last, first) if turned else (first, last)
    comma = f"strpos({name}, ',') > 0"
    family = f"(?i:(?:(?:{'|'.join(model.words['particles'])})\\s+)*)\\S+"
    ends = (f"^({family})", f"^{family}") if turned else (f"(?:^|\\s)({family})$", f"(?:^|\\s){family}$")
    before, after = (f"split_part({name}, ',', {n})" for n in ((2, 1) if turned else (1, 2)))
    last = f"CASE WHEN {comma} THEN {before} ELSE regexp_extract({name}, '{ends[0]}', 1) END"
    first = f"CASE WHEN {comma} THEN {after} ELSE regexp_replace({name}, '{ends[1]}', '') END"
    return first, last


def _without(whole: str, part: str) -> str:
    """SQL of `whole` without `part` at its beginning or end."""
    low, own = f"lower({whole})", f"lower(trim({part}))"
    first = f"(starts_with({low}, {own} || ',') OR starts_with({low}, {own} || ' '))"
    return f"""CASE WHEN {own} <> '' AND {first}
        THEN substr({whole}, length({own}) + 2)
        WHEN {own} <> '' AND ends_with({low}, ' ' || {own})
        THEN left({whole}, length({whole}) - length({own}) - 1) ELSE {whole} END"""


def _make_words(con: duckdb.DuckDBPyConnection, texts: str, model: ModelFiles) -> None:
    """Temp table `words`: a row per different text of a name, how it is folded, its parts, codes and sounds.

    Made in steps, each kept while it is used, because the engine would otherwise fold a name once per use.
    """
    blank = sql.text_list(model.words["placeholders"])
    titles = sql.without_titles("x", model.words["honorifics"], model.words["suffixes"])
    whole = sql.joined_particles(titles, model.words["particles"])

    def coded(*columns: str) -> str:
        return ", ".join(f"CASE WHEN {c} IS NOT NULL THEN {_name_code(c)} END AS k_{c}" for c in columns)

    steps = {
        "folded": f"SELECT raw, {sql.folded('text')} AS x FROM ({texts}) WHERE text <> ''",
        "cleaned": f"""SELECT raw, CASE WHEN regexp_full_match(x, '[a-z]+') THEN x ELSE {whole} END AS whole
            FROM folded WHERE x IS NOT NULL AND x NOT IN {blank}""",
        "counted": "SELECT CAST(row_number() OVER () AS INTEGER) AS w, * FROM cleaned WHERE whole <> ''",
        "parted": f"""SELECT w, raw,
            {sql.compact("whole")} AS compact,
            nullif(regexp_extract(whole, '^[^ -]+'), '') AS head,
            nullif(regexp_extract(regexp_replace(whole, '^[^ -]+[ -]*', ''), '^[^ -]+'), '') AS tail,
            CASE WHEN regexp_matches(whole, '[ -]') THEN regexp_extract(whole, '^[^ -]+') END AS sa,
            CASE WHEN regexp_matches(whole, '[ -]') THEN regexp_extract(whole, '[^ -]+$') END AS sb
            FROM counted""",
        "sounded": f"SELECT name, {sql.sound('name')} AS sound FROM "
        "(SELECT head AS name FROM parted UNION SELECT compact FROM parted)",
        "sounds": f"SELECT name, {sql.without_doubles('sound')} AS sound FROM sounded",
    }
    words = f"""SELECT p.*, tail IS NOT NULL AS t, CAST(ord(p.head) AS UTINYINT) AS gi,
        CAST(ord(compact) AS UTINYINT) AS si, {coded("compact", "p.head", "tail", "sa", "sb")},
        {_name_code("g.sound")} AS gx, {_name_code("coalesce(h.head, p.head)")} AS gr,
        {_name_code("s.sound")} AS sx, {_name_code("left(s.sound, 2)")} AS sx2
        FROM parted p JOIN sounds g ON g.name = p.head JOIN sounds s ON s.name = p.compact
        LEFT JOIN heads h ON h.name = p.head""".replace("k_p.head", "k_head")
    con.execute(f"CREATE OR REPLACE TEMP TABLE words AS {sql.in_steps(steps)} {words}")


def _genders_sql(texts: str, model: ModelFiles) -> str:
    gender = "lower(strip_accents(trim(text)))"
    male, female = (sql.text_list(model.words[name]) for name in ("male", "female"))
    return f"""SELECT raw,
        CAST(CASE WHEN {gender} IN {male} THEN 1 WHEN {gender} IN {female} THEN 2 END AS UTINYINT) AS sex
        FROM ({texts})"""
