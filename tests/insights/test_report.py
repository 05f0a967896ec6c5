"""The report is one accessible page without script, and says nothing that was not released."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.documents.sheets import ACROSS
from linkwell.insights import analyse, release_request, report, report_gaps, tell
from linkwell.insights.report_map import Gap
from linkwell.insights.report_pictures import overlap
from linkwell.insights.report_workbook import render_workbook


@pytest.fixture(scope="module")
def written(drawn, protocol):
    results = analyse(drawn.database, protocol)
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    return report.render(released, tell(results, organisation="Te Ara Whānau Trust", demo=True)), released


class Outline(HTMLParser):
    """Headings, tables and landmarks of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open_tables = self.captions = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.open_tables += tag == "table"
        self.captions += tag == "caption"


def test_headings_go_down_one_step_at_a_time_and_landmarks_are_there(written):
    outline = Outline(written[0])
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    for tag in ("header", "nav", "main", "footer"):
        assert outline.tags.count(tag) == 1


def test_every_table_has_a_caption_and_ids_are_unique(written):
    outline = Outline(written[0])
    assert outline.open_tables == outline.captions >= 10
    ids = [value for name, value in outline.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_there_is_no_script_no_style_attribute_and_nothing_from_elsewhere(written):
    outline = Outline(written[0])
    assert "script" not in outline.tags
    assert outline.tags.count("style") == 1
    names = {name for name, _ in outline.attributes}
    assert not names & {"style", "src", "onclick", "onload"}
    links = [value for name, value in outline.attributes if name == "href"]
    assert all(link and link.startswith("#") for link in links)


def test_every_count_in_a_table_is_a_released_count(written):
    html, released = written
    known = {
        f"{value:,}" for table in released.tables.values() for value in table.values if value is not None
    }
    known |= {f"{e.treated:,}" for e in released.effects.values() if e.treated is not None}
    groups = html.split('id="reach"')[1].split('id="notyet"')[0]
    shown = re.findall(r'<td class="number">([\d,]+)\*?</td>', groups)
    assert len(shown) > 30
    assert set(shown) <= known


def test_disclaimers_fingerprint_and_demonstration_are_said(written):
    html, released = written
    assert "not official statistics" in html
    assert "DEMONSTRATION" in html
    assert released.release_id in html
    assert released.profile_digest in html
    assert "Inland Revenue" in html


def test_every_headline_outcome_is_in_the_answer_in_short(written):
    short = written[0].partition('id="answer"')[2].partition('id="flow"')[0]
    for words in ("days on a main benefit", "wages and salaries", "visits to an emergency department"):
        assert words in short


def test_each_estimate_stands_with_both_ends_of_its_interval(written):
    html, released = written
    assert {"benefit", "wages", "ed"} <= released.effects.keys()
    assert html.count("The real difference is likely to lie") >= 3


def test_maori_words_are_marked(written):
    assert '<span lang="mi">Whānau</span>' in written[0]
    assert '<span lang="mi">Māori</span>' in written[0]


def test_the_comparison_is_drawn_from_released_numbers_with_tables_below(written):
    html, released = written
    for heading in ("Are the groups alike?", "Is there somebody to compare with?"):
        assert heading in html
    assert "Differences between participants and similar people, in standard deviations" in html
    assert "before and after" in html
    assert ">-" not in html, "a hyphen before a number is not read aloud as a minus"
    periods = [effect for name, effect in released.effects.items() if name.startswith("path_benefit_")]
    told = [effect.estimate for effect in periods if effect.estimate is not None]
    assert told
    assert all(f"{estimate:g}".lstrip("-") in html or estimate == 0 for estimate in told)
    rows = html.partition("Days on a main benefit, a quarter, before and after")[2].partition("</table>")[0]
    assert rows.count(">S</td>") == 5 * (len(periods) - len(told)), "a period not told has a row that says so"


def test_every_form_is_made_of_the_same_release_and_repeats_to_the_byte(written, drawn, protocol):
    _, released = written
    story = tell(analyse(drawn.database, protocol), organisation="Te Ara Whānau Trust", demo=True)
    made = {name: make() for name, make in report.forms(released, story).items()}
    assert made[report.PAGE].decode() == written[0]
    assert b"pdfuaid" in made[report.PDF], "typst writes this mark only when PDF/UA-1 holds"
    again = {name: make() for name, make in report.forms(released, story).items()}
    assert again == made


def test_every_sheet_of_the_workbook_is_one_page_wide_in_print(written):
    book = load_workbook(io.BytesIO(render_workbook(written[1], "A report")))
    assert [sheet.title for sheet in book if sheet.page_setup.fitToWidth not in (None, 1)] == []
    widths = [dimension.width for dimension in book["effects"].column_dimensions.values()]
    assert sum(widths) < ACROSS + len(widths)  # and still large enough to be read


def test_the_workbook_holds_the_released_tables_and_no_formula(written):
    _, released = written
    book = load_workbook(io.BytesIO(render_workbook(released, "=1+1")))
    assert book.sheetnames[0] == "About"
    assert len(book.sheetnames) == 1 + len(released.tables) + 1
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    gender = released.tables["reach_gender"]
    shown = [row[2] for row in book["reach gender"].iter_rows(min_row=4, values_only=True)]
    assert shown == ["S" if value is None else value for value in gender.values]
    assert book["reach gender"].page_setup.orientation == "portrait", "a narrow table fills its page"
    titles = [sheet["A1"].value for sheet in book]
    assert titles == [title[0].upper() + title[1:] for title in titles]
    assert {sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book} == {True}


def test_weighting_is_said_to_leave_what_it_leaves(written, drawn, protocol):
    left = analyse(drawn.database, protocol).inside().impact
    worst = max(abs(after) for after, told in zip(left.love.after, left.plain, strict=True) if told)
    limits = {float(limit) for limit in re.findall(r"after it no difference is over ([\d.]*\d)", written[0])}
    assert len(limits) == 1
    assert worst <= limits.pop() <= max(0.1, 2 * worst)


def test_coverage_says_what_people_who_were_not_found_could_change(written):
    assert "If everyone who could not be found were somewhere else" in written[0]


@pytest.mark.parametrize(("seed", "hidden"), [(22, True), (25, False)])
def test_with_a_few_people_not_found_a_small_provider_still_sees_its_coverage_by_group(
    drawing, protocol, seed, hidden
):
    drawn = drawing(participants=58, unlinked=4, seed=seed)
    results = analyse(drawn.database, protocol)
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    told = [gap for gap in report_gaps.gaps(released, "gender") if isinstance(gap, Gap)]
    assert told
    assert all(gap.coverage > 0 for gap in told)
    said = report.render(released, tell(results, organisation="A Trust"))
    assert "S people you supplied" not in said
    assert "S of them" not in said
    assert (released.tables["flow"].cell("Found").value is None) == hidden
    if hidden:
        assert "could be found in the data is hidden to protect a few people. You reach about" in said
    assert ("From the people supplied" in said) != hidden  # neither a chart nor a table of nothing but S


@pytest.mark.parametrize("participants", [60, 100, 180])
def test_a_small_provider_gets_a_useful_reach_report_whatever_the_gates_say(drawing, protocol, participants):
    drawn = drawing(participants=participants, unlinked=6)
    results = analyse(drawn.database, protocol)
    with ReleaseDesk.open(drawn.home) as desk:
        released = desk.release(release_request(results), permission_single_provider=True)
    html = report.render(released, tell(results, organisation="A Trust"))
    shown = [value for value in released.tables["reach_gender"].values if value is not None]
    assert len(shown) >= 4
    assert "Who you do not reach yet" in html
    assert "widest gap" in html or "clearly less than the others" in html
    alike = html.partition("<caption>Differences between participants")[2].partition("</table>")[0]
    before = [abs(float(x.replace("−", "-"))) for x in re.findall(r">(−?[0-9.]+)</td>", alike)]
    assert before == sorted(before, reverse=True), "what differed most stands first"
    assert "ethnic group: " not in html
    assert html.count("There are not two groups of at least 60 people") <= 1


def test_where_too_few_similar_people_are_to_be_shown_the_picture_does_not_say_how_many():
    counts = {
        ("Participants", "1 of 2"): 30,
        ("Participants", "2 of 2"): 30,
        ("Similar people", "1 of 2"): 300,
    }
    labels = tuple(
        (group, label) for group in ("Participants", "Similar people") for label in ("1 of 2", "2 of 2")
    )
    cell = lambda *label: SimpleNamespace(value=counts.get(label))  # noqa: E731
    for hidden in (True, False):
        counts |= {} if hidden else {("Similar people", "2 of 2"): 36}
        release = SimpleNamespace(tables={"overlap": SimpleNamespace(labels=labels, cell=cell)})
        said = overlap(release)[1].title
        assert said.endswith("too few people to show") if hidden else "at least 36 similar" in said
