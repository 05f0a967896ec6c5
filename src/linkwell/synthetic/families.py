"""People in families: couples and their children share culture, surname and address until the children leave.

Everything is an array over people; a family is a number. Names are codes into `naming.names().pool`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from linkwell.synthetic import naming
from linkwell.synthetic.draws import Bools, Floats, Ints, stream, weighted
from linkwell.synthetic.places import places
from linkwell.synthetic.timeline import END, START, ages_at

_FIRST_YEAR, _LAST_YEAR = 1926, 2000
_OVERSEAS = 0.09
_TWINS = 0.018


@dataclass(frozen=True)
class People:
    """One entry per person of a chunk, in spine order."""

    family: Ints
    role: Ints  # 0 reference adult, 1 partner, 2 child
    culture: Ints
    male: Bools
    birth: Ints
    death: Ints  # day number, or -1
    first: Ints
    middle: Ints
    second_middle: Ints
    last: Ints
    last_second: Ints  # second half of a double-barrelled surname, or -1
    prior: Ints  # earlier surname, or -1
    gender: Ints
    household: Ints
    sa2: Ints
    overseas: Bools
    ethnic: Bools  # people x 6

    def take(self, rows: Ints) -> People:
        return People(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def __len__(self) -> int:
        return len(self.family)


@dataclass(frozen=True)
class Cultures:
    """`cultures.toml` as arrays in the order of its list."""

    names: list[str]
    share: Floats
    bits: Floats
    children: Floats
    new_year: Floats
    settle: list[Floats]

    def index(self, name: str) -> int:
        return self.names.index(name)


@cache
def cultures() -> Cultures:
    """Read `cultures.toml`."""
    data = naming.read_data("cultures.toml")
    order = list(data["order"])
    entries = [data[name] for name in order]
    return Cultures(
        names=order,
        share=np.array([entry["share"] for entry in entries]),
        bits=np.array([[entry["bits"].get(str(group), 0.0) for group in range(1, 7)] for entry in entries]),
        children=np.array([entry["children"] for entry in entries]),
        new_year=np.array([entry.get("new_year", 0.0) for entry in entries]),
        settle=[
            places().weights(north=entry["north"], maori_regions=entry["maori_regions"], tilt=entry["tilt"])
            for entry in entries
        ],
    )


def people(seed: int, chunk: int, size: int) -> People:
    """`size` people of one chunk, shuffled so that the order of the spine tells nothing about families."""
    rng = stream(seed, "families", chunk)
    count = size * 6 // 10 + 50
    parents = _parents_cultures(rng, count)
    family, role, birth = _structure(rng, parents[0], size)
    culture, other = (
        np.choose(role, [of_role[family] for of_role in each]) for each in _by_role(rng, parents)
    )
    male = _sexes(rng, family, role, count)
    birth = _birth_dates(rng, birth, culture)
    left = _left_home(rng, role, birth)
    last, second, prior = _surnames(rng, family, role, culture, male, birth, left, count)
    ethnic = rng.random((size, 6)) < cultures().bits[culture]
    ethnic |= (rng.random((size, 6)) < cultures().bits[other]) & (role == 2)[:, None]
    first, middle, second_middle = _given_names(rng, family, culture, male, birth)
    sa2 = _areas(rng, family, culture, left, count)
    made = People(
        family=family, role=role, culture=culture, male=male, birth=birth, death=_deaths(rng, birth),
        first=first, middle=middle, second_middle=second_middle, last=last, last_second=second, prior=prior,
        gender=_genders(rng, male), household=_households(rng, family, left, sa2, count), sa2=sa2,
        overseas=rng.random(size) < _OVERSEAS, ethnic=ethnic,
    )  # fmt: skip
    return made.take(rng.permutation(size))


def _structure(rng: np.random.Generator, culture: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Family number, role and day of birth of `size` people: adults, partners, then children in order of age.

    Set so that the living come out near New Zealand's age pyramid of 2023. Older couples have
    few children here because people of their children's age head families of their own.
    """
    count = len(culture)
    year = _FIRST_YEAR + (_LAST_YEAR - _FIRST_YEAR) * rng.beta(1.4, 1.2, count)
    adult = np.floor((year - 1970) * 365.25).astype(np.int64)
    partnered = np.flatnonzero(rng.random(count) < 0.66)
    partner = adult[partnered] + np.rint(rng.normal(0, 3.2, len(partnered)) * 365).astype(np.int64)
    partner = np.clip(partner, day_number_of_year(_FIRST_YEAR - 4), day_number_of_year(2005))
    average = np.where(year < 1968, 0.37, 1.08) * cultures().children[culture]
    child_family = np.repeat(np.arange(count), np.minimum(rng.poisson(average), 7))
    gaps = np.where(rng.random(len(child_family)) < _TWINS, 0.0, rng.uniform(1.2, 4.5, len(child_family)))
    firsts = np.flatnonzero(np.diff(child_family, prepend=-1))
    gaps[firsts] = rng.triangular(18, 27, 38, len(firsts))
    running = np.cumsum(gaps)
    since = running - np.repeat((running - gaps)[firsts], np.diff(np.append(firsts, len(gaps))))
    child = adult[child_family] + np.floor(since * 365.25).astype(np.int64)
    family = np.concatenate([np.arange(count), partnered, child_family])
    role = np.repeat(np.array([0, 1, 2]), [count, len(partnered), len(child)])
    birth = np.concatenate([adult, partner, child])
    born = np.flatnonzero(birth <= END - 20)
    order = born[np.lexsort((birth[born], role[born], family[born]))][:size]
    if len(order) < size:  # pragma: no cover - count is generous
        raise AssertionError("too few families drawn")
    return family[order], role[order], birth[order]


def day_number_of_year(year: int) -> int:
    """Day number of 1 January of `year`."""
    return int((np.datetime64(f"{year}-01-01") - np.datetime64("1970-01-01")).astype(np.int64))


def _parents_cultures(rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """The culture of each family's reference adult and of the partner, most often the same."""
    share = cultures().share
    own = weighted(rng, share, count)
    return own, np.where(rng.random(count) < 0.78, own, weighted(rng, share, count))


def _by_role(rng: np.random.Generator, parents: tuple[Ints, Ints]) -> tuple[list[Ints], list[Ints]]:
    """Per role: the culture whose names and place are followed, and the other parent's for children."""
    own, partner = parents
    swap = rng.random(len(own)) < 0.5
    children, others = np.where(swap, partner, own), np.where(swap, own, partner)
    return [own, partner, children], [own, partner, others]


def _sexes(rng: np.random.Generator, family: Ints, role: Ints, count: int) -> Bools:
    reference = rng.random(count) < 0.5
    partner = np.where(rng.random(count) < 0.975, ~reference, reference)
    child = rng.random(len(family)) < 0.513
    return np.asarray(np.choose(role, [reference[family], partner[family], child]), dtype=np.bool_)


def _genders(rng: np.random.Generator, male: Bools) -> Ints:
    return np.where(rng.random(len(male)) < 0.005, 3, np.where(male, 1, 2))


def _birth_dates(rng: np.random.Generator, birth: Ints, culture: Ints) -> Ints:
    """Some people who came as refugees were given 1 January."""
    year = birth.astype("datetime64[D]").astype("datetime64[Y]")
    new_year = year.astype("datetime64[D]").astype(np.int64)
    chance = np.where(birth < day_number_of_year(2008), cultures().new_year[culture], 0.0)
    return np.where(rng.random(len(birth)) < chance, new_year, birth)


def _left_home(rng: np.random.Generator, role: Ints, birth: Ints) -> Bools:
    age = ages_at(birth, day_number_of_year(2023))
    return np.asarray(
        (role == 2) & (rng.random(len(age)) < np.clip((age - 17.5) / 8, 0.0, 0.97)), dtype=np.bool_
    )


def _deaths(rng: np.random.Generator, birth: Ints) -> Ints:
    """Gompertz deaths (median near 82); -1 when the person outlives the calendar."""
    years = np.log1p(0.098 / 2.2e-5 * rng.exponential(1.0, len(birth))) / 0.098
    death = birth + np.floor(years * 365.25).astype(np.int64)
    return np.where(death <= END, death, -1)


def _takes_name(rng: np.random.Generator, culture: Ints, birth: Ints) -> Bools:
    """Whether a woman takes her partner's surname: less often the younger, rarely in some cultures."""
    year = 1970 + birth / 365.25
    chance = np.select([year < 1955, year < 1975, year < 1990], [0.92, 0.78, 0.62], 0.45)
    keeps = [cultures().index(name) for name in ("chinese", "korean", "southeast", "punjabi", "melaa")]
    return np.asarray(
        rng.random(len(birth)) < np.where(np.isin(culture, keeps), 0.08, chance), dtype=np.bool_
    )


def _surnames(
    rng: np.random.Generator,
    family: Ints,
    role: Ints,
    culture: Ints,
    male: Bools,
    birth: Ints,
    left: Bools,
    count: int,
) -> tuple[Ints, Ints, Ints]:
    """Last name, second half of it, and earlier last name of each person, as codes."""
    born_as = naming.draw_surname(rng, culture)
    of_role = np.full((2, count), -1)
    of_male = np.zeros((2, count), dtype=bool)
    for number in (0, 1):
        here = role == number
        of_role[number, family[here]], of_male[number, family[here]] = born_as[here], male[here]
    mixed = (of_role[1] >= 0) & (of_male[0] != of_male[1])
    fathers = np.where(mixed & of_male[1], of_role[1], of_role[0])
    mothers = np.where(mixed & of_male[1], of_role[0], of_role[1])
    changes = (role < 2) & mixed[family] & ~male & _takes_name(rng, culture, birth)
    prior = np.where(changes, born_as, -1)
    children = fathers
    kind = rng.random(count)
    children = np.where(mixed & (kind < 0.08), mothers, children)
    double = mixed & (kind > 0.965)
    last = np.select([role == 2, changes], [children[family], fathers[family]], born_as)
    second = np.where((role == 2) & double[family], mothers[family], -1)
    # Grown daughters marry into families of their own; some women carry a name from an earlier marriage.
    single = ~mixed[family] & (role < 2)
    grown = left & (ages_at(birth, START) > 22)
    marries = ~male & ((grown & (rng.random(len(male)) < 0.42)) | (single & (rng.random(len(male)) < 0.15)))
    marries &= _takes_name(rng, culture, birth)
    prior, last = np.where(marries, last, prior), np.where(marries, naming.draw_surname(rng, culture), last)
    second = np.where(marries, -1, second)
    return *_singh_and_kaur(rng, family, culture, male, last, second, count), np.where(
        prior == last, -1, prior
    )


def _singh_and_kaur(
    rng: np.random.Generator, family: Ints, culture: Ints, male: Bools, last: Ints, second: Ints, count: int
) -> tuple[Ints, Ints]:
    """In most Punjabi families men are Singh and women Kaur, whatever the family's name."""
    known = naming.names()
    observant = (rng.random(count) < 0.6)[family] & (culture == cultures().index("punjabi"))
    named = np.where(male, known.code("Singh"), known.code("Kaur"))
    return np.where(observant, named, last), np.where(observant, -1, second)


def _given_names(
    rng: np.random.Generator, family: Ints, culture: Ints, male: Bools, birth: Ints
) -> tuple[Ints, Ints, Ints]:
    """First name and up to two further given names (-1 for none); no two in a family share a first name."""
    year = (1970 + birth / 365.25).astype(np.int64)
    first = naming.draw_given(rng, culture, male, year)
    for _ in range(4):
        order = np.lexsort((first, family))
        again = np.zeros(len(first), dtype=bool)
        again[order[1:]] = (np.diff(family[order]) == 0) & (np.diff(first[order]) == 0)
        rows = np.flatnonzero(again)
        first[rows] = naming.draw_given(rng, culture[rows], male[rows], year[rows])
    few = np.isin(culture, [cultures().index(name) for name in ("chinese", "korean", "indian", "melaa")])
    count = rng.random(len(first))
    has = count < np.where(few, 0.25, 0.84)
    two = count < np.where(few, 0.02, 0.17)
    older = year - rng.integers(0, 50, len(year))
    middle = np.where(has, naming.draw_given(rng, culture, male, older), -1)
    second = np.where(two, naming.draw_given(rng, culture, male, older), -1)
    middle = np.where(middle == first, -1, middle)
    return first, middle, np.where((second == middle) | (second == first) | (middle < 0), -1, second)


def _areas(rng: np.random.Generator, family: Ints, culture: Ints, left: Bools, count: int) -> Ints:
    """SA2 index of each person: the family's, or for those who left mostly elsewhere in the same
    authority."""
    country = places()
    drawn = np.empty(len(family), dtype=np.int64)
    for number, weights in enumerate(cultures().settle):
        here = np.flatnonzero(culture == number)
        drawn[here] = weighted(rng, weights, len(here))
    home = np.zeros(count, dtype=np.int64)
    home[family[::-1]] = drawn[::-1]
    ta = country.ta_of[home[family]]
    near = country.first_of_ta[ta] + np.floor(rng.random(len(family)) * country.count_of_ta[ta]).astype(
        np.int64
    )
    moved = np.where(rng.random(len(family)) < 0.6, near, drawn)
    return np.where(left, moved, home[family])


def _households(rng: np.random.Generator, family: Ints, left: Bools, sa2: Ints, count: int) -> Ints:
    """The family's household; those who left share one with others of the area more often than not."""
    household = family.copy()
    away = np.flatnonzero(left)
    away = away[np.lexsort((rng.random(len(away)), sa2[away]))]
    alone = (np.diff(sa2[away], prepend=-1) != 0) | (rng.random(len(away)) < 0.45)
    household[away] = count + np.cumsum(alone)
    return household
