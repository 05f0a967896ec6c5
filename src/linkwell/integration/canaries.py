"""People nobody is, planted on the spine of every home, so that a leak anywhere would carry them along.

Their words are drawn from a secret of the linkers' zone: unmistakable, unknown to whoever writes the code,
and the same at every import. A refresh keeps them as rows that are no person (`snz_person_ind` false).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pyarrow as pa

from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, ZoneName

FIRST_ID = -101
"""Planted people count down from here: no real person of a spine has such a number."""

HOW_MANY = 3
_OLDEST = date(1871, 1, 1)
_STARTS = ("zeb", "quix", "vlor", "xan", "jubr", "phryx", "kwil", "dzaph", "wrom", "ghul")
_MIDDLES = ("ūlo", "apti", "oxyra", "imbu", "ēfan", "ozwi", "uqua", "ybri", "ajno", "evlu")
_ENDS = ("wixby", "ngqart", "bloozh", "dvexil", "mphazu", "xqutch", "zzkorr", "fnubik", "vglynd", "qworth")


@dataclass(frozen=True)
class Canary:
    """One planted person: words no list of names holds, and a day nothing else happened on."""

    spine_id: int
    first_name: str
    middle_name: str
    last_name: str
    prior_last_name: str
    place: str
    born: date

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What must surface nowhere."""
        return (self.first_name, self.middle_name, self.last_name, self.prior_last_name, self.place)


def canaries(home: Home) -> tuple[Canary, ...]:
    """The planted people of a home; the same every time."""
    path = home.zone(ZoneName.IDENTITY) / "canaries.secret"
    secret = keep_secret(path, demo_seed=home.demo_seed)
    draw = random.Random(secret)  # noqa: S311  words, not keys: the secret itself is never written

    def word() -> str:
        return (draw.choice(_STARTS) + draw.choice(_MIDDLES) + draw.choice(_ENDS)).capitalize()

    return tuple(
        Canary(
            FIRST_ID - n, word(), word(), word(), word(), word(), _OLDEST + timedelta(draw.randrange(5000))
        )
        for n in range(HOW_MANY)
    )


def rows(planted: tuple[Canary, ...], schema: pa.Schema) -> pa.Table:
    """Planted people as rows of a spine; shape (people, columns of `schema`).

    Names and birth date go where they belong and the place into every other text column; identifiers, areas
    and dates of death stay empty, so that no record of anybody can link to them by a number.
    """
    return pa.table({field.name: _column(planted, field) for field in schema}, schema=schema)


_EMPTY = frozenset(
    {"nhi", "ird", "msd", "nsn", "national_id", "area", "death_date", "gender", "phone", "email"}
)
_OWN = frozenset({"spine_id", "first_name", "middle_name", "last_name", "prior_last_name"})


def _column(planted: tuple[Canary, ...], field: pa.Field) -> pa.Array:
    if field.name in _OWN:
        return pa.array([getattr(each, field.name) for each in planted]).cast(field.type)
    if field.name == "dob":
        return pa.array([each.born for each in planted]).cast(field.type)
    if field.name in _EMPTY or not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
        return pa.nulls(len(planted), field.type)
    return pa.array([each.place for each in planted], field.type)
