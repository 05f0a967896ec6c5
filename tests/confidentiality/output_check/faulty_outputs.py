"""Outputs with one known fault each: what must be said of it, and at which cells."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.confidentiality.output_check.made_up import (
    AGES,
    REGIONS,
    Case,
    Rows,
    acro_folder,
    crosstab,
    long_pair,
    means,
    people,
    regression,
    rewrite,
    rounded,
    rr3,
    shares,
    write_book,
    write_csv,
)  # fmt: skip

from linkwell.standards.identifiers import nhi_check_character

HEADS = ["Region", *AGES]
_CHART = """<?xml version="1.0"?><c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>"""


def grid(seed: int) -> Rows:
    """Regions by ages, rounded, no totals: the plainest table."""
    return [HEADS, *([r, *own] for r, own in zip(REGIONS, rounded(people(seed), seed), strict=True))]


def with_cell(rows: Rows, row: int, column: int, value: Any) -> Rows:
    rows[row - 1][column - 1] = value
    return rows


def unrounded_column(folder: Path) -> None:
    rows, raw = grid(101), people(101)
    for at, own in enumerate(raw, start=1):
        rows[at][3] = own[2] + (own[2] % 3 == 0)
    write_csv(folder / "a.csv", rows)


def unrounded_total(folder: Path) -> None:
    rows = crosstab(people(102), 102)
    total = sum(map(sum, people(102)))
    write_book(folder / "report.xlsx", {"Table 1": with_cell(rows, 13, 7, total + (total % 3 == 0))})


def small_shown(folder: Path) -> None:
    write_csv(folder / "b_CONF.csv", with_cell(grid(103), 5, 4, 3))


def small_behind_six(folder: Path) -> None:
    full, conf = long_pair(people(104), 104)
    full[7][2], full[7][3], conf[7][2] = 5, 6, 6
    write_csv(folder / "RAW_c.csv", full)
    write_csv(folder / "CONF_c.csv", conf)


def zero_for_small(folder: Path) -> None:
    full, conf = long_pair(people(105), 105)
    for at, count in ((4, 2), (9, 4)):
        full[at][2] = count
        full[at][3] = conf[at][2] = "S"
    full[4][3] = conf[4][2] = 0
    write_csv(folder / "d_raw.csv", full)
    write_csv(folder / "d_conf.csv", conf)


def absent_lines(folder: Path) -> None:
    _, conf = long_pair(people(106), 106)
    conf[6][2] = "S"
    del conf[12]
    write_csv(folder / "e.csv", conf)


def conventional(folder: Path) -> None:
    raw = people(107)
    rows: Rows = [["Region", "Raw count", "Rounded count"]]
    rows += [[f"{r} {age}", n, 3 * round(n / 3)] for r, own in zip(REGIONS, raw, strict=True)
             for age, n in zip(AGES, own, strict=True)]  # fmt: skip
    write_csv(folder / "f.csv", rows)


def always_up(folder: Path) -> None:
    raw = people(108)
    write_book(folder / "up.xlsx", {
        "Raw": [HEADS, *([r, *own] for r, own in zip(REGIONS, raw, strict=True))],
        "Conf": [HEADS, *([r, *(-(-n // 3) * 3 for n in own)] for r, own in zip(REGIONS, raw, strict=True))],
    })  # fmt: skip


def wrong_line(folder: Path) -> None:
    raw = people(109)
    conf = rounded(raw, 109)
    conf[2][1] += 9
    write_book(folder / "slip.xlsx", {
        "T1 RAW": [HEADS, *([r, *own] for r, own in zip(REGIONS, raw, strict=True))],
        "T1 CONF": [HEADS, *([r, *own] for r, own in zip(REGIONS, conf, strict=True))],
    })  # fmt: skip


def base_five(folder: Path) -> None:
    chance = random.Random(110)
    rows: Rows = [
        ["Service", "Clients"],
        *([f"Service {i}", 5 * chance.randint(20, 300) + 5] for i in range(1, 13)),
    ]
    write_csv(folder / "g.csv", rows)


def raw_percentages(folder: Path) -> None:
    rows = shares(people(111, 5, 40), 111, from_raw=True)
    write_csv(folder / "h.csv", rows)


def share_of_hidden(folder: Path) -> None:
    rows = shares(people(112), 112)
    rows[4][2] = "S"
    write_csv(folder / "i.csv", rows)


def one_hundred(folder: Path) -> None:
    rows = shares(people(113), 113)
    rows[3][2], rows[3][3] = rows[3][1], 100.0
    write_csv(folder / "j.csv", rows)


def part_above_whole(folder: Path) -> None:
    rows = crosstab(people(114), 114, title=False)
    rows[4][6] = rows[4][3] - 3
    write_csv(folder / "k.csv", rows)


def exact_line(folder: Path) -> None:
    rows: Rows = [["Region", "Male", "Female", "Another gender", "Total"]]
    chance = random.Random(115)
    for region in REGIONS:
        own = [rr3(chance.randint(30, 300), chance) for _ in range(3)]
        rows.append([region, *own, sum(own)])
    rows[5][3] = "S"
    rows[5][4] = rows[5][1] + rows[5][2] + 3
    write_book(folder / "gender.xlsx", {"Gender": rows})


def thin_mean(folder: Path) -> None:
    rows = means(people(116), 116)
    rows[6][1] = 18
    write_csv(folder / "l.csv", rows)


def total_over_mean(folder: Path) -> None:
    chance = random.Random(117)
    rows: Rows = [["Region", "Number of clients", "Total income ($)", "Mean income ($)"]]
    for region in REGIONS:
        true = chance.randint(40, 400) * 3 + 1
        whole = true * chance.randint(30000, 60000) + 7
        rows.append([region, rr3(true, random.Random(1)), whole, round(whole / true, 2)])
    write_csv(folder / "m.csv", rows)


def largest_values(folder: Path) -> None:
    rows = means(people(118), 118)
    rows[0].append("Maximum income")
    for at, row in enumerate(rows[1:]):
        row.append(180000 + 7 * at)
    write_csv(folder / "n.csv", rows)


def thin_percentile(folder: Path) -> None:
    rows: Rows = [["Region", "People", "P5", "P25", "Median", "P75", "P95"]]
    rows += [[r, 303, 12000, 24000, 41000, 58000, 99000] for r in REGIONS]
    rows[2][1] = 63
    write_csv(folder / "o.csv", rows)


def dominated(folder: Path) -> None:
    raw: Rows = [["Industry", "raw_count", "conf_count", "entities", "Total turnover", "Largest contributor"]]
    conf: Rows = [["Industry", "conf_count", "Total turnover"]]
    for at in range(8):
        whole = 1_000_000 + 13_000 * at
        raw.append([f"Industry {at}", 46 + 3 * at, 45 + 3 * at, 9, whole, whole // 5])
        conf.append([f"Industry {at}", 45 + 3 * at, whole])
    raw[4][5] = int(raw[4][4] * 0.93)
    write_csv(folder / "RAW" / "turnover.csv", raw)
    write_csv(folder / "CONF" / "turnover.csv", conf)


def two_schools(folder: Path) -> None:
    full, conf = long_pair(people(121), 121)
    full[5][4] = 2
    write_csv(folder / "school_RAW.csv", full)
    write_csv(folder / "school_CONF.csv", conf)


def nearly_one_population(folder: Path) -> None:
    raw = people(122)
    second = [list(own) for own in raw]
    second[3][2] -= 2
    for stem, counts, seed in (("all clients", raw, 1), ("without late starters", second, 2)):
        told = rounded(counts, seed)
        if seed == 2:
            told = [[a if x == y else b for a, b, x, y in zip(p, q, r, s, strict=True)]
                    for p, q, r, s in zip(rounded(raw, 1), told, raw, second, strict=True)]  # fmt: skip
            told[3][2] += 3 if told[3][2] == rounded(raw, 1)[3][2] else 0
        for kind, body in (("RAW", counts), ("CONF", told)):
            rows = [HEADS, *([r, *own] for r, own in zip(REGIONS, body, strict=True))]
            write_csv(folder / f"{stem} {kind}.csv", rows)


def hidden_sheet(folder: Path) -> None:
    write_book(folder / "p.xlsx", {"Table": grid(123), "work": [["n"], [17], [4]]},
               lambda book, sheets: sheets["work"].hide())  # fmt: skip


def very_hidden_sheet(folder: Path) -> None:
    write_book(folder / "q.xlsx", {"Table": grid(124), "calc": [["n"], [17], [4]]},
               lambda book, sheets: sheets["calc"].very_hidden())  # fmt: skip


def hidden_row_and_column(folder: Path) -> None:
    def hide(book: Any, sheets: dict[str, Any]) -> None:
        sheets["Table"].set_row(3, None, None, {"hidden": True})
        sheets["Table"].set_column(2, 2, None, None, {"hidden": True})

    write_book(folder / "r.xlsx", {"Table": grid(125)}, hide)


def masked_small(folder: Path) -> None:
    def mask(book: Any, sheets: dict[str, Any]) -> None:
        sheets["Table"].write_number(2, 2, 4, book.add_format({"num_format": '[<6]"S";#,##0'}))
        sheets["Table"].write_string(4, 7, "mere", book.add_format({"font_color": "#FFFFFF"}))

    write_book(folder / "s.xlsx", {"Table": grid(126)}, mask)


def comment(folder: Path) -> None:
    write_book(folder / "t.xlsx", {"Table": grid(127)},
               lambda book, sheets: sheets["Table"].write_comment("C4", "true value was 17"))  # fmt: skip


def names_and_properties(folder: Path) -> None:
    def add(book: Any, sheets: dict[str, Any]) -> None:
        book.define_name("raw_total", "=1247")
        book.set_properties({"author": "A. Researcher", "company": "An agency"})
        book.set_custom_property("source", "/nas/project/raw.sas7bdat")

    write_book(folder / "u.xlsx", {"Table": grid(128)}, add)


def stale_chart(folder: Path) -> None:
    def draw(book: Any, sheets: dict[str, Any]) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Table!$B$2:$B$4", "values_data": [17, 31, 40]})
        sheets["Table"].insert_chart("H3", chart)

    write_book(folder / "v.xlsx", {"Table": grid(129)}, draw)


def pivot_cache(folder: Path) -> None:
    write_book(folder / "w.xlsx", {"Table": grid(130)})
    records = (
        '<pivotCacheRecords xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1">'
    )
    rewrite(
        folder / "w.xlsx",
        {
            "xl/pivotCache/pivotCacheRecords1.xml": records
            + '<r><n v="17"/><s v="x"/></r></pivotCacheRecords>',
            "xl/externalLinks/externalLink1.xml": '<?xml version="1.0"?><externalLink/>',
            "xl/embeddings/oleObject1.bin": "an object",
        },
    )


def formulas(folder: Path) -> None:
    def add(book: Any, sheets: dict[str, Any]) -> None:
        sheets["Table"].write_formula("B3", "=MROUND(17,3)", None, 18)
        sheets["Table"].write_formula("C3", "='[raw.xlsx]Sheet1'!B2", None, 18)

    write_book(folder / "x.xlsx", {"Table": grid(131)}, add)


def records(folder: Path) -> None:
    chance = random.Random(132)
    rows: Rows = [["snz_uid", "sex", "age", "region", "income"]]
    rows += [[chance.randint(10_000_000, 99_999_999), chance.choice("MF"), chance.randint(18, 80),
              chance.choice(REGIONS), chance.randint(0, 90_000)] for _ in range(30)]  # fmt: skip
    write_csv(folder / "y.csv", rows)


def national_number(folder: Path) -> None:
    start = "ZZZ003"
    number = start + (nhi_check_character(start) or "")
    rows = [*grid(133), [], [f"Checked against {number} by hand."]]
    write_csv(folder / "z.csv", rows)


def told_in_a_note(folder: Path) -> None:
    rows = [*grid(134), [], ["Notes"], ["Excludes 4 people whose region is not known."], ["n = 1,247"]]
    write_csv(folder / "aa.csv", rows)


def exact_model(folder: Path) -> None:
    write_book(folder / "ab.xlsx", {"Model": regression(12346, 12342)})


def saturated_model(folder: Path) -> None:
    rows: Rows = [
        ["Term", "Estimate", "Std. Error", "n"],
        ["(Intercept)", 3.1, 0.2, 300],
        ["sex", 0.4, 0.1, 150],
        ["maori", 0.2, 0.1, 60],
        ["sex:maori", 0.1, 0.2, 15],
        ["Observations", 300, None, None],
    ]
    write_book(folder / "ac.xlsx", {"Model": rows})


def residual_list(folder: Path) -> None:
    rows: Rows = [["row", "fitted", "residual"], *([i, 3.1 + i / 7, -0.4 + i / 9] for i in range(1, 13))]
    write_csv(folder / "ad.csv", rows)


def acro_fail(folder: Path) -> None:
    acro_folder(folder, bad=True)


def stata_file(folder: Path) -> None:
    (folder / "people.dta").write_bytes(b"<stata_dta>")


def told_range(folder: Path) -> None:
    write_csv(folder / "ae.csv", with_cell(grid(139), 4, 3, "1-5"))


def raw_column_left(folder: Path) -> None:
    full, _ = long_pair(people(140), 140)
    write_csv(folder / "clients_CONF.csv", full)


def _case(
    name: str,
    write: Any,
    rule: str | tuple[str, ...],
    file: str = "",
    cells: str = "",
    sheet: str = "",
    verdict: str = "fail",
) -> Case:
    rules = (rule,) if isinstance(rule, str) else rule
    return Case(name, write, verdict, rules, {(file, sheet): tuple(cells.split())} if cells else None)


def _down(column: str, first: int, last: int) -> str:
    return " ".join(f"{column}{row}" for row in range(first, last + 1))


_UP = " ".join(f"{column}{row}" for row, own in enumerate(people(108), start=2)
               for column, n in zip("BCDEF", own, strict=True) if n % 3)  # fmt: skip
_NEAR = " ".join(f"C{row}" for row, n in enumerate((n for own in people(107) for n in own), start=2) if n % 3)
_RAW_LEFT = " ".join(f"{column}{row}" for column in "C" for row in range(2, 42))
_COLUMN = " ".join(
    f"D{row}" for row, own in enumerate(people(101), start=2) if (own[2] + (own[2] % 3 == 0)) % 3
)

FAULTY = (
    _case("a column that was not rounded", unrounded_column, "not_rounded", "a.csv", _COLUMN),
    _case(
        "a grand total that was not rounded", unrounded_total, "not_rounded", "report.xlsx", "G13", "Table 1"
    ),
    _case("a three", small_shown, "small_count", "b_CONF.csv", "D5"),
    _case("a six that was a five", small_behind_six, "shown_though_small", "CONF_c.csv", "C8"),
    _case("a zero for a two while a four is hidden", zero_for_small, "zero_for_small", "d_conf.csv", "C5"),
    _case("a line left out while another is hidden", absent_lines, "absent_rows", "e.csv", "C7"),
    _case("conventional rounding to base three", conventional, "nearest", "f.csv", _NEAR),
    _case("always rounded up", always_up, "direction", "up.xlsx", _UP, "Conf"),
    _case("a number of another line", wrong_line, "not_from_raw", "slip.xlsx", "C4", "T1 CONF"),
    _case("rounded to five", base_five, ("not_rounded", "conventional_base"), "g.csv", _down("B", 2, 13)),
    _case("percentages of raw counts", raw_percentages, "not_from_rounded", "h.csv", "D2"),
    _case("a percentage of a hidden count", share_of_hidden, "ratio_of_hidden", "i.csv", "D5"),
    _case("a group with 100 %", one_hundred, "whole_group", "j.csv", "D4", verdict="review"),
    _case("a part above its whole", part_above_whole, "over_group", "k.csv", "D5"),
    _case("a hidden cell that its line gives away", exact_line, "recoverable", "gender.xlsx", "D6", "Gender"),
    _case("means of eighteen people", thin_mean, "thin_amount", "l.csv", "C7 E7"),
    _case(
        "total and mean that give the count", total_over_mean, "count_from_mean", "m.csv", _down("D", 2, 9)
    ),
    _case("largest values", largest_values, "minmax", "n.csv", _down("F", 2, 9)),
    _case("thin percentiles", thin_percentile, "thin_quantile", "o.csv", "C3 G3"),
    _case("one business that is nearly all", dominated, "dominance", "CONF/turnover.csv", "C5"),
    _case("two schools", two_schools, "thin_entities", "school_CONF.csv", "C6"),
    _case(
        "two populations two people apart",
        nearly_one_population,
        "by_difference",
        "without late starters CONF.csv",
        "D5",
    ),
    _case(
        "a hidden sheet", hidden_sheet, ("hidden_sheet", "not_rounded", "small_count"), "p.xlsx", "A1", "work"
    ),
    _case(
        "a very hidden sheet",
        very_hidden_sheet,
        ("very_hidden_sheet", "not_rounded", "small_count"),
        "q.xlsx",
        "A2",
        "calc",
    ),
    _case(
        "a hidden row and column",
        hidden_row_and_column,
        ("hidden_rows", "hidden_columns"),
        "r.xlsx",
        "B4 C2",
        "Table",
    ),
    _case(
        "a small count masked by its format",
        masked_small,
        ("masked_value", "not_rounded", "small_count"),
        "s.xlsx",
        "C3 H5",
        "Table",
    ),
    _case("a comment", comment, "comment", "t.xlsx", "C4", "Table"),
    _case(
        "a name with a number, an author and a path",
        names_and_properties,
        ("defined_name", "metadata", "custom_property"),
    ),
    _case("a chart with other numbers", stale_chart, "chart_data", "v.xlsx", "H3", "Table"),
    _case(
        "a pivot cache, an external link and an object",
        pivot_cache,
        ("pivot_cache", "external_link", "embedded_object"),
    ),
    _case("formulas that tell", formulas, "formula_from_raw", "x.xlsx", "B3 C3", "Table"),
    _case("one line a person", records, ("identifier", "one_row_a_person"), "y.csv", "A1 A2"),
    _case("an NHI number in a note", national_number, "identifier", "z.csv", "A11"),
    _case("numbers in notes", told_in_a_note, ("small_in_words", "exact_in_words"), "aa.csv", "A12 A13"),
    _case(
        "a model with its exact number of people", exact_model, "model_exact_n", "ab.xlsx", "B9 B11", "Model"
    ),
    _case(
        "a saturated model", saturated_model, ("model_saturated", "model_thin"), "ac.xlsx", "B5 D5", "Model"
    ),
    _case("residuals", residual_list, "residuals", "ad.csv", "C2 B13"),
    _case("a cell that ACRO marked", acro_fail, "acro", "output_0_0.csv", "C4"),
    _case("a data file", stata_file, "record_file"),
    _case("a range for a small count", told_range, "telling_mark", "ae.csv", "C4"),
    _case("a raw column left in CONF", raw_column_left, "raw_in_output", "clients_CONF.csv", _RAW_LEFT),
)
