"""Small SQL expressions: folding a name, the sound of a name, check digits, the parts of a date.

Each function takes SQL text and returns SQL text over plain ASCII strings and integers, so that the few
engine-specific functions used by the linker are found here and in `engine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # the NHI's alphabet: no I, no O; A is 1


def text_list(words: Iterable[str]) -> str:
    """An SQL list of string literals."""
    return "(" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + ")"


def folded(x: str) -> str:
    """Lower case ASCII with single spaces; hyphens kept, apostrophes dropped, macrons folded, or NULL."""
    plain = f"translate(lower(strip_accents(trim({x}))), 'øđłðıƣŋ‐‑–—/''’‘ʻʼ`´.', 'odldinn-----')"
    for letter, spelled in (("æ", "ae"), ("œ", "oe"), ("ß", "ss"), ("þ", "th")):
        plain = f"replace({plain}, '{letter}', '{spelled}')"
    plain = f"regexp_replace({plain}, '[^a-z-]+', ' ', 'g')"
    plain = f"nullif(trim(regexp_replace({plain}, ' *-[ -]*', '-', 'g'), ' -'), '')"
    # most names are plain already: they skip the rest
    return f"CASE WHEN regexp_full_match({x}, '[A-Za-z]+') THEN lower({x}) ELSE {plain} END"


def without_titles(x: str, honorifics: list[str], suffixes: list[str]) -> str:
    """Take honorifics off the front and suffixes off the end, where a name is left."""
    front = f"regexp_replace({x}, '^(({'|'.join(honorifics)}) )+', '')"
    return f"regexp_replace({front}, '( ({'|'.join(suffixes)}))+$', '')"


def joined_particles(x: str, particles: list[str]) -> str:
    """Join Te, Fa'a, Mc, van der ... to the word after them."""
    return f"regexp_replace({x}, '\\b({'|'.join(particles)})[ -]', '\\1', 'g')"


def compact(x: str) -> str:
    """The name without spaces and hyphens."""
    return f"nullif(regexp_replace({x}, '[ -]', '', 'g'), '')"


def sound(x: str) -> str:
    """A coarse sound of a compact name: first letter, then consonants; vowels, h, w and y dropped.

    Doubled vowels, wh and ph as f, c and q as k, z as s, j as g: spellings of one name that commonly differ.
    `without_doubles` completes it.
    """
    s = x
    for old, new in (("wh", "f"), ("ph", "f"), ("ck", "k"), ("sch", "sh")):
        s = f"replace({s}, '{old}', '{new}')"
    s = f"CASE WHEN regexp_matches({x}, 'wh|ph|ck|sch') THEN {s} ELSE {x} END"
    s = f"translate({s}, 'cqzjv', 'kksgw')"
    return f"left({s}, 1) || translate(substr({s}, 2), 'aeiouhyw', '')"


def in_steps(steps: Mapping[str, str]) -> str:
    """The WITH of a query made in steps, each of them worked out once."""
    return "WITH " + ", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in steps.items())


def without_doubles(x: str) -> str:
    """The sound with doubled consonants written once."""
    s = x
    for letter in "bdfgklmnprst":
        s = f"replace({s}, '{letter * 2}', '{letter}')"
    doubled = "|".join(letter * 2 for letter in "bdfgklmnprst")
    return f"CASE WHEN regexp_matches({x}, '{doubled}') THEN {s} ELSE {x} END"


def normal_id(x: str, *, zeros: str = "") -> str:
    """Upper case letters and digits only, or NULL; `zeros` "drop" takes leading noughts off.

    The ".0" that a spreadsheet's whole number gets on its way through other tools is no part of it.
    """
    text = f"CAST({x} AS VARCHAR)"
    plain = f"regexp_replace(regexp_replace(upper({text}), '[.]0+ *$', ''), '[^A-Z0-9]', '', 'g')"
    plain = f"CASE WHEN regexp_full_match({text}, '[A-Z0-9]+') THEN {text} ELSE nullif({plain}, '') END"
    return f"nullif(ltrim({plain}, '0'), '')" if zeros == "drop" else plain


def normal_text(x: str, kind: str) -> str:
    """A further field (extras.toml) in one form, or NULL where it is empty."""
    text = f"lower(strip_accents(CAST({x} AS VARCHAR)))"
    if kind == "email":
        return f"nullif(trim({text}), '')"
    if kind == "digits":
        return f"nullif(right(regexp_replace({text}, '[^0-9]', '', 'g'), 8), '')"
    if kind == "street":
        text = f"regexp_replace({text}, '^\\s*[0-9]+[a-z]?\b', '')"
    return f"nullif(regexp_replace({text}, '[^a-z0-9]', '', 'g'), '')"


def id_holds(x: str, shape: str, check: str) -> str:
    """True where the normalised identifier has the right shape and check digit."""
    shaped = f"regexp_full_match({x}, '{shape}')"
    if check == "nhi":
        return f"(CASE WHEN {shaped} THEN {nhi_check(x)} ELSE false END)"  # looked at only where it may hold
    if check == "ird":
        return f"(CASE WHEN {shaped} THEN {ird_check(x)} ELSE false END)"
    return f"({shaped} AND NOT regexp_full_match({x}, '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)'))"


def nhi_check(x: str) -> str:
    """HISO 10046: mod 11 for AAANNNC, mod 23 for AAANNAX (nz-domain 1.1)."""

    def value(i: int) -> str:  # a digit, or a letter's place in the alphabet without I and O
        digit, letter = f"ord(substr({x}, {i}, 1)) - 48", f"strpos('{_LETTERS}', substr({x}, {i}, 1))"
        if i == 6:  # either, by the format
            return f"(CASE WHEN {last} BETWEEN '0' AND '9' THEN {digit} ELSE {letter} END)"
        return letter if i <= 3 else f"({digit})"

    last = f"substr({x}, 7, 1)"
    total = "(" + " + ".join(f"{value(i)} * {8 - i}" for i in range(1, 7)) + ")"
    old = f"(substr('_0987654321', CAST({total} % 11 AS BIGINT) + 1, 1) = {last})"
    new = f"(substr('{_LETTERS}', CAST(23 - {total} % 23 AS BIGINT), 1) = {last})"
    return f"(CASE WHEN {last} BETWEEN '0' AND '9' THEN {old} ELSE {new} END)"


def ird_check(x: str) -> str:
    """Inland Revenue's two-weight mod 11 (nz-domain 1.2): the check digit brings the sum to a multiple of
    11."""
    number = f"try_cast({x} AS INTEGER)"

    def total(weights: tuple[int, ...]) -> str:
        return " + ".join(f"{number} // {10 ** (8 - i)} % 10 * {w}" for i, w in enumerate(weights))

    first, second = total((3, 2, 7, 6, 5, 4, 3, 2)), total((7, 4, 3, 2, 5, 2, 7, 6))
    return (
        f"({number} > 10000000 AND {number} < 200000000 AND CASE "
        f"WHEN ({first} + {number} % 10) % 11 = 0 THEN true "
        f"WHEN ({first}) % 11 = 1 THEN ({second}) % 11 <> 1 AND ({second} + {number} % 10) % 11 = 0 "
        "ELSE false END)"
    )
