"""An invented spine and list for measuring linkage: families, twins, skewed names, chosen errors.

Not the demo's world (linkwell.synthetic): another hand and another error mix, so that the linker is not
judged on the data it was tried on. `--names` takes a folder of public name frequencies, else syllables.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# fmt: off
SYLLABLES = [
    "ba", "be", "bi", "da", "do", "el", "fa", "ga", "ha", "jo", "ka", "ke", "la", "le", "li", "ma", "mi",
    "mo", "na", "ne", "ni", "ra", "ri", "ro", "sa", "sha", "ta", "ti", "to", "va", "we", "ya", "zu",
    "den", "son",
]
# fmt: on
"""Invented names are made of these."""

GROUPS = {  # share, given names (male, female), surnames
    "maori": (
        0.14,
        "Wiremu Hone Tāne Rāwiri Hēmi Mikaere Tamati Nikau Manaia Kauri Rangi Te-Ariki Matiu Hohepa Wīremu",
        "Aroha Mere Hinemoa Ngaire Anahera Kiri Marama Mereana Ngahuia Te-Aroha Roimata Huia Kahurangi Hine",
        "Ngata Parata Te-Rangi Tamihana Waititi Heke Pōtae Rāpana Te-Hira Tūhoe Kereama Paki Wihongi Ruatapu "
        "Tāmaki Henare Poutama Te-Kanawa Morehu Taylor Williams Brown Edwards Marino Hohaia",
    ),
    "pacific": (
        0.08,
        "Sione Viliami Tevita Semisi Ioane Mosese Sefo Lopeti Tomasi Fa'afetai Pita Mikaele Siaosi Junior",
        "Mele Losa Salote Ana Sela Fetu Lupe Alofa Sina Talia Litia Meleane Moana Akanesi Tiare",
        "Tau'alupe Fa'asavalu Tuilagi Leota Latu Taufa Fonoti Tupou Vaipulu Fifita Leavasa Moala Kautai "
        "Tu'inukuafe Faleolo Ah-Mu Lealaiauloto Taumoepeau Manu Tonga",
    ),
    "indian": (
        0.06,
        "Harpreet Gurpreet Rajesh Amit Sandeep Vijay Arjun Manpreet Jaspreet Rahul Anil Ravi Sukhdeep",
        "Harpreet Priya Simran Anjali Manpreet Deepa Kavita Sunita Jaspreet Neha Pooja Lakshmi Amandeep",
        "Singh Kaur Patel Sharma Kumar Prasad Reddy Gill Sandhu Chand Lal Naidu Dhillon Ram",
    ),
    "chinese": (
        0.06,
        "Wei Jian Xiao-Ming Jun Hao Zhi-Wei Bo Yi Ming Zi-Han Jason Kevin Yu-Chen Tao",
        "Li Mei Xiao-Hong Yan Jing Ying Hui Zi-Yi Yu-Tong Amy Grace Xin-Yi Fang Na",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Lin Kim Park Lee Nguyen Tran",
    ),
}
ERRORS = {
    "spelling_given": 0.03,
    "spelling_surname": 0.03,
    "nickname": 0.02,
    "initial": 0.01,
    "uses_middle": 0.012,
    "swapped": 0.006,
    "dob_digit": 0.012,
    "day_off": 0.005,
    "day_month": 0.006,
    "first_january": 0.008,
    "default_dob": 0.002,
    "no_dob": 0.01,
    "wrong_year": 0.006,
    "no_surname": 0.004,
    "married_unknown": 0.02,
    "uses_prior": 0.3,
    "half_surname": 0.3,
    "wrong_gender": 0.008,
    "no_gender": 0.03,
    "no_middle": 0.45,
    "middle_initial": 0.1,
    "id_typo": 0.02,
    "relative_id": 0.006,
    "other_given": 0.008,
    "upper": 0.15,
    "no_macrons": 0.5,
}


@dataclass(frozen=True)
class Mix:
    """How a list is made; shares are of list records."""

    off_spine: float = 0.05
    duplicates: float = 0.03
    nhi: float = 0.35
    ird: float = 0.15
    dirt: float = 1.0
    spine_dirt: float = 0.0
    dob: bool = True
    wide: bool = (
        False  # every group has as many names as the largest: takes a cause of unlike link rates away
    )
    lot: tuple[int, int] = (0, 1)  # this one of so many parts of a world: each has numbers of its own
    errors: dict[str, float] = field(default_factory=lambda: dict(ERRORS))


def people(
    n: int, rng: np.random.Generator, names: Path | None, *, wide: bool = False
) -> dict[str, np.ndarray[Any, Any]]:
    """`n` invented people in families, as columns."""
    family = np.sort(rng.integers(0, max(n // 3, 1), n))
    same = np.concatenate(([False], family[1:] == family[:-1]))
    shares = [share for share, *_ in GROUPS.values()]
    group_of_family = rng.choice(len(GROUPS) + 1, max(n // 3, 1), p=[*shares, 1 - sum(shares)])
    group = group_of_family[family]
    female = rng.random(n) < 0.505
    age_days = np.minimum((rng.beta(1.3, 1.7, n) * 98 * 365.25).astype(int), 98 * 365)
    born = np.datetime64("2024-01-01") - age_days
    twin = same & (rng.random(n) < 0.018)
    born = np.where(twin, np.roll(born, 1), born)
    refugee = rng.random(n) < 0.004
    born = np.where(refugee, born.astype("datetime64[Y]").astype("datetime64[D]"), born)
    family_surname = np.empty(max(n // 3, 1), dtype=object)
    surname_pool, surname_p = _surnames(names)
    european = group_of_family == len(GROUPS)
    family_surname[european] = rng.choice(surname_pool, european.sum(), p=surname_p)
    for g, (_, _, _, surnames) in enumerate(GROUPS.values()):
        pool = np.array(
            [s.replace("-", " ") if s.startswith("Te-") else s for s in surnames.split()], dtype=object
        )
        if wide:
            pool = np.concatenate((pool, _syllables(np.random.default_rng(70 + g), 20000, 2, 4)))
        p = 1 / np.arange(8 if wide else 1, len(pool) + (8 if wide else 1)) ** (0.9 if wide else 0.8)
        rows = group_of_family == g
        own = rng.choice(pool, rows.sum(), p=p / p.sum())
        mixed = rng.random(rows.sum()) < 0.25
        family_surname[rows] = np.where(mixed, rng.choice(surname_pool, rows.sum(), p=surname_p), own)
    last = family_surname[family]
    last = np.where((last == "Singh") & female, "Kaur", np.where((last == "Kaur") & ~female, "Singh", last))
    adult_woman = female & (age_days > 22 * 365)
    married = adult_woman & (rng.random(n) < 0.35)
    other = rng.permutation(last)
    prior = np.where(married & (rng.random(n) < 0.7), other, None)
    double = rng.random(n) < 0.025
    last = np.where(double, last + "-" + rng.permutation(last), last)
    first, middle = (_given(rng, group, female, born, names, wide=wide) for _ in range(2))
    middle = np.where(rng.random(n) < 0.65, middle, None)
    return {
        "first_name": first,
        "middle_name": middle,
        "last_name": last,
        "prior_last_name": prior,
        "dob": born,
        "female": female,
        "family": family,
        "group": group,
    }


def _syllables(rng: np.random.Generator, n: int, least: int, most: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < n:
        made["".join(rng.choice(SYLLABLES, rng.integers(least, most + 1))).capitalize()] = None
    return list(made)


def _surnames(names: Path | None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    if names is None:
        pool = np.array(_syllables(np.random.default_rng(7), 20000, 2, 4), dtype=object)
        p = 1 / np.arange(8, len(pool) + 8) ** 0.9
    else:
        table = pq.read_table(next(names.glob("surnames*.parquet")))
        pool, p = (
            np.array(table["last_name"].to_pylist(), dtype=object),
            table["count"].to_numpy().astype(float),
        )
    return pool, p / p.sum()


def _given(
    rng: np.random.Generator, group: Any, female: Any, born: Any, names: Path | None, *, wide: bool = False
) -> np.ndarray[Any, Any]:
    out = np.empty(len(group), dtype=object)
    year = born.astype("datetime64[Y]").astype(int) + 1970
    decade = np.clip(year // 10 * 10, 1920, 2010)
    table = None if names is None else pq.read_table(next(names.glob("given*.parquet"))).to_pydict()
    syllables = np.array(_syllables(np.random.default_rng(11), 3000, 1, 3), dtype=object)
    for sex in (True, False):
        for start in range(1920, 2020, 10):
            rows = (group == len(GROUPS)) & (female == sex) & (decade == start)
            if table is None:
                pool, p = syllables, np.roll(1 / np.arange(3, 3003) ** 0.95, start - 1920 + 40 * sex)
            else:
                counts: dict[str, int] = {}
                for y, s, name, count in zip(
                    table["year"], table["sex"], table["name"], table["count"], strict=True
                ):
                    if start <= y < start + 10 and (s == "F") == sex:
                        counts[name] = counts.get(name, 0) + count
                for name in list(counts)[
                    :4000
                ]:  # the published list stops at 10 a year: add a tail of rare names
                    counts.setdefault(name + "a", 3)
                pool, p = np.array(list(counts), dtype=object), np.array(list(counts.values()), dtype=float)
            out[rows] = rng.choice(pool, rows.sum(), p=p / p.sum())
    for g, (_, men, women, _) in enumerate(GROUPS.values()):
        for sex, text in ((True, women), (False, men)):
            rows = (group == g) & (female == sex)
            pool = np.array([w.replace("-", " ") for w in text.split()], dtype=object)
            if wide:
                pool = np.concatenate((pool, _syllables(np.random.default_rng(80 + 2 * g + sex), 3000, 1, 3)))
            p = 1 / np.arange(3 if wide else 1, len(pool) + (3 if wide else 1)) ** (0.95 if wide else 0.6)
            own = rng.choice(pool, rows.sum(), p=p / p.sum())
            western = rng.random(rows.sum()) < 0.35
            out[rows] = own
            if western.any():
                spots = np.flatnonzero(rows)[western]
                european = np.full(len(spots), len(GROUPS))
                out[spots] = _western(rng, european, female[spots], born[spots], names)
    return out


def _western(rng: Any, group: Any, female: Any, born: Any, names: Path | None) -> np.ndarray[Any, Any]:
    return _given(rng, group, female, born, names) if len(group) else np.empty(0, dtype=object)


def nhi_numbers(n: int, rng: np.random.Generator, lot: tuple[int, int] = (0, 1)) -> np.ndarray[Any, Any]:
    """`n` different old-format NHI-shaped numbers with a right check digit."""
    letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ"))
    base = rng.permutation(13_824_000 // lot[1])[: int(n * 1.15) + 100] * lot[1] + lot[0]
    digits = [base % 10, base // 10 % 10, base // 100 % 10]
    l3, l2, l1 = base // 1000 % 24, base // 24000 % 24, base // 576000 % 24
    total = (l1 + 1) * 7 + (l2 + 1) * 6 + (l3 + 1) * 5 + digits[2] * 4 + digits[1] * 3 + digits[0] * 2
    good = total % 11 != 0
    check = (11 - total % 11) % 10
    text = [
        letters[l1],
        letters[l2],
        letters[l3],
        *[d.astype(str) for d in (digits[2], digits[1], digits[0])],
        check.astype(str),
    ]
    whole = text[0]
    for part in text[1:]:
        whole = np.char.add(whole, part)
    return whole[good][:n].astype(object)


def ird_numbers(n: int, rng: np.random.Generator, lot: tuple[int, int] = (0, 1)) -> np.ndarray[Any, Any]:
    """`n` different IRD-shaped numbers with a right check digit."""
    if lot[1] == 1:
        base = np.unique(rng.integers(1_000_001, 14_999_999, int(n * 1.4) + 200))
        rng.shuffle(base)
    else:
        base = 1_000_001 + rng.permutation(18_900_000 // lot[1])[: int(n * 1.2) + 200] * lot[1] + lot[0]
    digits = np.array([base // 10 ** (7 - i) % 10 for i in range(8)])

    def check(weights: list[int]) -> np.ndarray[Any, Any]:
        return (11 - (digits * np.array(weights)[:, None]).sum(axis=0) % 11) % 11

    first, second = check([3, 2, 7, 6, 5, 4, 3, 2]), check([7, 4, 3, 2, 5, 2, 7, 6])
    digit = np.where(first == 10, second, first)
    return (base * 10 + digit)[digit < 10][:n].astype(str).astype(object)


def _typo(text: str, rng: np.random.Generator) -> str:
    if len(text) < 3:
        return text + "e"
    at, kind = int(rng.integers(1, len(text))), int(rng.integers(4))
    letter = "aeioulnrst"[int(rng.integers(10))]
    if kind == 0:
        return text[:at] + letter + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + letter + text[at + 1 :]
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _digit_typo(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text)))
    return (
        text[:at]
        + str(
            (int(text[at]) + int(rng.integers(1, 10))) % 10
            if text[at].isdigit()
            else "QRSTUVW"[int(rng.integers(7))]
        )
        + text[at + 1 :]
    )


def spoil(
    row: dict[str, Any],
    mix: Mix,
    rng: np.random.Generator,
    nick: dict[str, list[str]],
    relative: dict[str, Any],
) -> dict[str, Any]:
    """Give one record its errors; `row` has the spine's fields as text."""
    r = dict(row)
    rate = {name: p * (mix.dirt if p < 0.1 else 1.0) for name, p in mix.errors.items()}
    hit = {name for name, p in rate.items() if rng.random() < p}
    first, last = r["first_name"] or "", r["last_name"] or ""
    if "nickname" in hit:
        known = nick.get(first.lower(), [])
        first = (
            known[int(rng.integers(len(known)))].capitalize()
            if known and rng.random() < 0.7
            else first[:4] + "ie"
        )
    if "spelling_given" in hit:
        first = _typo(first, rng)
    if "spelling_surname" in hit:
        last = _typo(last, rng)
    if "uses_middle" in hit and r["middle_name"]:
        first, r["middle_name"] = r["middle_name"], None
    if "other_given" in hit:
        first = relative["random_given"]
    if "initial" in hit:
        first = first[:1]
    if "uses_prior" in hit and r["prior_last_name"] and rng.random() < 0.5:
        last = r["prior_last_name"]
    if "married_unknown" in hit and r["gender"] == "2":
        last = relative["random_surname"]
    if "half_surname" in hit and "-" in last:
        last = last.split("-")[int(rng.integers(2))]
    if "swapped" in hit:
        first, last = last, first
    if "no_surname" in hit:
        last = ""
    dob = r["dob"]
    y, m, d = dob.split("-")
    if "dob_digit" in hit:
        spot = int(rng.integers(3))
        if spot == 0:
            y = y[:3] + str((int(y[3]) + int(rng.integers(1, 10))) % 10)
        elif spot == 1:
            m = f"{int(rng.integers(1, 13)):02d}"
        else:
            d = d[0] + str((int(d[1]) + int(rng.integers(1, 9))) % 9 + (d[0] == "0"))[-1]
            d = d if 1 <= int(d) <= 28 else "11"
    if "day_off" in hit:
        d = f"{min(max(int(d) + int(rng.choice([-1, 1])), 1), 28):02d}"
    if "day_month" in hit and int(d) <= 12:
        m, d = d, m
    if "wrong_year" in hit:
        y = str(int(y) + int(rng.choice([-10, -2, -1, 1, 2, 10])))
    if "first_january" in hit:
        m, d = "01", "01"
    dob = f"{y}-{m}-{d}"
    if "default_dob" in hit:
        dob = "1900-01-01"
    r["dob"] = None if "no_dob" in hit or not mix.dob else dob
    if "wrong_gender" in hit:
        r["gender"] = {"1": "2", "2": "1"}.get(r["gender"], "3")
    if "no_gender" in hit:
        r["gender"] = None
    if "no_middle" in hit:
        r["middle_name"] = None
    elif "middle_initial" in hit and r["middle_name"]:
        r["middle_name"] = r["middle_name"][:1]
    r["prior_last_name"] = r["prior_last_name"] if rng.random() < 0.1 else None
    if "no_macrons" in hit:
        first, last = (
            x.translate(str.maketrans("āēīōūĀĒĪŌŪ", "aeiouAEIOU")).replace("'", "") for x in (first, last)
        )
    r["nhi"] = r["nhi"] if rng.random() < mix.nhi else None
    r["ird"] = r["ird"] if rng.random() < mix.ird else None
    for name in ("nhi", "ird"):
        if r[name] and "id_typo" in hit:
            r[name] = _digit_typo(r[name], rng)
        elif r[name] and "relative_id" in hit and relative[name]:
            r[name] = relative[name]
    r["first_name"], r["last_name"] = first or None, last or None
    if "upper" in hit:
        for name in ("first_name", "middle_name", "last_name"):
            r[name] = r[name].upper() if r[name] else None
    return r


def make(
    people_n: int, list_n: int, seed: int, mix: Mix, names: Path | None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return (spine, list, truth): truth has record and spine_id (null where not on the spine)."""
    rng = np.random.default_rng(seed)
    off = int(list_n * mix.off_spine) + 1
    total = people_n + off * 3
    p = people(total, rng, names, wide=mix.wide)
    nhi, ird = nhi_numbers(total, rng, mix.lot), ird_numbers(total, rng, mix.lot)
    has_nhi, has_ird = rng.random(total) < 0.9, rng.random(total) < 0.75
    dob = np.array(p["dob"].astype("datetime64[D]").astype(str), dtype=object)
    gender = np.where(rng.random(total) < 0.003, "3", np.where(p["female"], "2", "1")).astype(object)
    ids = rng.permutation(total).astype(np.int64) + 1
    on_spine = np.ones(total, dtype=bool)
    on_spine[rng.permutation(total)[: off * 3]] = False
    rows = np.flatnonzero(on_spine)
    spine_dob, spine_middle = dob[rows].copy(), p["middle_name"][rows]
    spine_first = p["first_name"][rows].copy()
    if mix.spine_dirt:
        lost = rng.random(len(rows)) < 0.02 * mix.spine_dirt
        spine_dob[lost] = None
        for i in np.flatnonzero(rng.random(len(rows)) < 0.02 * mix.spine_dirt):
            spine_first[i] = _typo(spine_first[i], rng)
        for i in np.flatnonzero((rng.random(len(rows)) < 0.01 * mix.spine_dirt) & ~lost):
            spine_dob[i] = spine_dob[i][:8] + f"{int(rng.integers(1, 29)):02d}"
    spine = pa.table(
        {
            "spine_id": ids[rows],
            "first_name": pa.array(spine_first, pa.string()),
            "middle_name": pa.array(spine_middle, pa.string()),
            "last_name": pa.array(p["last_name"][rows], pa.string()),
            "prior_last_name": pa.array(p["prior_last_name"][rows], pa.string()),
            "dob": pa.array(spine_dob, pa.string()).cast(pa.date32()),
            "gender": pa.array(gender[rows], pa.string()),
            "nhi": pa.array(np.where(has_nhi, nhi, None)[rows], pa.string()),
            "ird": pa.array(np.where(has_ird, ird, None)[rows], pa.string()),
        }
    )
    young = rng.random(total)
    chosen_on = rng.choice(rows, list_n - off, replace=False)
    chosen_off = rng.choice(np.flatnonzero(~on_spine), off, replace=False)
    chosen = np.concatenate((chosen_on, chosen_off, rng.choice(chosen_on, int(list_n * mix.duplicates))))
    nick = _nicknames()
    records, truth = [], []
    for n, i in enumerate(rng.permutation(chosen)):
        row = {
            "first_name": p["first_name"][i],
            "middle_name": p["middle_name"][i],
            "last_name": p["last_name"][i],
            "prior_last_name": p["prior_last_name"][i],
            "dob": dob[i],
            "gender": gender[i],
            "nhi": nhi[i] if has_nhi[i] else None,
            "ird": ird[i] if has_ird[i] else None,
        }
        kin = i + 1 if i + 1 < total and p["family"][i + 1] == p["family"][i] else i - 1
        stranger = int(young[i] * total)
        relative = {
            "random_given": p["first_name"][stranger],
            "random_surname": p["last_name"][stranger],
            "nhi": nhi[kin] if has_nhi[kin] else None,
            "ird": ird[kin] if has_ird[kin] else None,
        }
        records.append({"rec_id": f"R{n:07d}", **spoil(row, mix, rng, nick, relative)})
        truth.append(
            {
                "record": f"R{n:07d}",
                "spine_id": int(ids[i]) if on_spine[i] else None,
                "group": int(p["group"][i]),
            }
        )
    schema = pa.schema([(name, pa.string()) for name in records[0]])
    return spine, pa.Table.from_pylist(records, schema), pa.Table.from_pylist(truth)


def make_large(
    people_n: int, list_n: int, seed: int, mix: Mix, names: Path | None, folder: Path, lots: int
) -> None:
    """Write spine, list and truth of a world too large to hold: `lots` parts, each with its own numbers."""
    writers: dict[str, pq.ParquetWriter] = {}
    step = people_n // lots * 2
    for i in range(lots):
        made = make(people_n // lots, list_n // lots, seed + i, replace(mix, lot=(i, lots)), names)
        for file, table in zip(("spine", "list", "truth"), made, strict=True):
            for column, move in (("spine_id", step * i), ("rec_id", f"L{i:02d}"), ("record", f"L{i:02d}")):
                if column in table.column_names:
                    at = table.column_names.index(column)
                    old = table[column]
                    new = (
                        pc.add(old, move)
                        if column == "spine_id"
                        else pc.binary_join_element_wise(move, old, "")
                    )
                    table = table.set_column(at, column, new)
            if file not in writers:
                writers[file] = pq.ParquetWriter(folder / f"{file}.parquet", table.schema)
            writers[file].write_table(table.cast(writers[file].schema))
    for writer in writers.values():
        writer.close()


def _nicknames() -> dict[str, list[str]]:
    import linkwell.linkage

    text = (Path(linkwell.linkage.__file__).parent / "equivalents.csv").read_text("utf-8")
    return {line.split(",")[0]: line.split(",")[1].split() for line in text.strip().splitlines()[1:]}


def score(links: pa.Table, truth: pa.Table, at: float | None = None) -> dict[str, float]:
    """Precision, recall, F1 of links (decision "link", or posterior >= `at`); best F1 over thresholds."""
    right = dict(zip(truth["record"].to_pylist(), truth["spine_id"].to_pylist(), strict=True))
    record, person = links["record"].to_pylist(), links["person"].to_pylist()
    posterior, decision = links["posterior"].to_numpy(), links["decision"].to_pylist()
    good = np.array([p is not None and right[r] == p for r, p in zip(record, person, strict=True)])
    there = sum(value is not None for value in right.values())
    taken = np.array([d == "link" for d in decision]) if at is None else posterior >= at

    def marks(t: Any) -> tuple[float, float, float]:
        hits = int((good & t).sum())
        p, r = hits / max(int(t.sum()), 1), hits / there
        return p, r, 2 * p * r / max(p + r, 1e-9)

    p, r, f = marks(taken)
    best = max(marks(posterior >= t)[2] for t in np.linspace(0.05, 0.999, 60))
    return {"precision": round(p, 5), "recall": round(r, 5), "f1": round(f, 5), "best_f1": round(best, 5)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--list", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=float, default=1.0)
    parser.add_argument("--spine-dirt", type=float, default=0.0)
    parser.add_argument("--no-ids", action="store_true")
    parser.add_argument("--names", type=Path)
    parser.add_argument("--wide", action="store_true", help="As many names in every group.")
    parser.add_argument("--lots", type=int, default=1, help="Make it in so many parts (large worlds).")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chosen_mix = Mix(
        dirt=options.dirt,
        spine_dirt=options.spine_dirt,
        wide=options.wide,
        nhi=0.0 if options.no_ids else 0.35,
        ird=0.0 if options.no_ids else 0.15,
    )
    if options.lots > 1:
        make_large(
            options.people, options.list, options.seed, chosen_mix, options.names, options.out, options.lots
        )
        raise SystemExit
    for name, table in zip(
        ("spine", "list", "truth"),
        make(options.people, options.list, options.seed, chosen_mix, options.names),
        strict=True,
    ):
        pq.write_table(table, options.out / f"{name}.parquet")
