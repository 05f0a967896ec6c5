"""Small SQL expressions: folding a name, the sound of a name, numbers and texts in one form.

Each function takes SQL text and returns SQL text over plain ASCII strings and integers, so that the few
engine-specific functions used by the linker are found here and in `engine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


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
