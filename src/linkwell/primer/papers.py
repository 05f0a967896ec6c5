"""The papers a provider needs next, drafted from its answers: report, letters, form, totals instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from linkwell.documents.blocks import Block, Box, Bullets, Document, Facts, Grid, Heading, Text, ToFill
from linkwell.documents.everywhere import shapes, write_everywhere
from linkwell.forecast.outlook import Outlook, still_title
from linkwell.primer.answers import Answers
from linkwell.primer.effort import Effort, effort
from linkwell.primer.outlook import expected
from linkwell.primer.questions import Labelled, Questions, load_questions
from linkwell.primer.readiness import Readiness, Ready, readiness, with_implied
from linkwell.primer.statement import privacy_statement
from linkwell.specification.base import base_specification
from linkwell.specification.kit import starter
from linkwell.specification.starter import write_starter

# every paper there is, by file name without an ending
_ALL = {
    "readiness", "totals-instead", "privacy-statement", "sign-up-form", "letter-to-vendor",
    "letter-to-agency", "brief-for-an-export", "instruction-to-vendor", "points-to-settle",
    "letter-to-stats-nz",
}  # fmt: skip
_DATES = {"start_date", "end_date", "end_status"}
_FORM = ("first_name", "middle_names", "last_name", "prior_last_name", "date_of_birth", "gender", "ethnicity")
_OFFICE = ("client_key", "initiative", "variant", "start_date")
_ETHNICITIES = (
    "New Zealand European", "Māori", "Samoan", "Cook Islands Māori", "Tongan", "Niuean", "Chinese", "Indian",
    "Another: ____________",
)  # fmt: skip


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("linkwell.primer").joinpath("letters.toml").read_text("utf-8"))


def readiness_document(answers: Answers, questions: Questions | None = None) -> Document:
    """The readiness report: verdict, steps, what you would see, hours and months, papers, your own words."""
    questions = questions or load_questions()
    outcome = readiness(answers.choices, questions)
    ready = "Ready" if outcome.ready is Ready.YES else "Not yet ready"
    still_open = [f"Questions still open: {len(outcome.unanswered)}."] if outcome.unanswered else []
    reasons = [f"{reason[:1].upper()}{reason[1:]}." for reason in outcome.reasons]
    blocks: list[Block] = [Box(" ".join([outcome.summary, *reasons, *still_open]))]
    if outcome.steps:
        rows = tuple((questions.question(s.question).title, s.do, s.who) for s in outcome.steps)
        grid = Grid("Steps, most pressing first", ("About", "Step", "Who acts"), rows, (2, 5, 2))
        blocks += [Heading("What to do next"), grid]
    blocks += [*_insights(outcome), *_outlook(expected(answers, questions))]
    blocks += [
        *_effort(effort(answers, questions.who)),
        *_facts("Papers your route calls for", outcome.agreements),
    ]
    blocks += _own_words(answers, questions)
    return Document(
        title=f"{ready} to prepare your data",
        lead=answers.organisation or "Readiness report",
        footer=f"Questions after: {questions.source}. This report holds nothing about any person.",
        blocks=tuple(blocks),
    )


def _insights(outcome: Readiness) -> Iterator[Block]:
    yield from _facts("What this data could tell you", outcome.enabled)
    yield from _facts("What it cannot tell you yet", outcome.blocked)


def _facts(title: str, entries: tuple[Labelled, ...]) -> Iterator[Block]:
    if entries:
        yield Heading(title)
        yield Facts(tuple((entry.label, entry.meaning) for entry in entries))


def _outlook(see: Outlook | None) -> Iterator[Block]:
    if see is None:
        return
    yield Heading("Will you see anything?")
    yield Box(see.title + ".")
    yield from map(Text, see.paragraphs)
    if see.still:
        yield Heading(still_title(), 2)
        yield Bullets(see.still)


def _effort(work: Effort) -> Iterator[Block]:
    yield Heading("Hours and months to expect")
    rows = tuple((t.label, t.who, _span(t.hours), _span(t.months)) for t in work.tasks)
    total = ("Together", "", _span(work.hours), _span(work.months))
    head = ("What", "Who acts", "Hours of yours", "Months of waiting")
    yield Grid("About how much work, and how long", head, (*rows, total), (5, 3, 2, 2))
    yield Text(work.source)


def _span(numbers: tuple[int, int]) -> str:
    low, high = numbers
    if high == 0:
        return "none"
    return str(low) if low == high else f"{low} to {high}"


def _own_words(answers: Answers, questions: Questions) -> Iterator[Block]:
    choices = with_implied(answers.choices, questions)
    asked = [q for q in (*questions.questions, *questions.further) if q.id in choices]
    if asked:
        yield Heading("Your answers")
    for question in asked:
        answer = question.answer(choices[question.id])
        yield Heading(question.ask, 2)
        yield Text(f"{answer.label}. {answer.comment}")
        if note := answers.notes.get(question.id):
            yield Text(f"Your words: “{note}”")


def wanted_fields(answers: Answers) -> tuple[str, ...]:
    """The fields of the base specification that fit these answers; never an agency number not held."""
    choices = with_implied(answers.choices)
    left: set[str] = set()
    if choices.get("identifiers") != "agency_id":
        left |= {"nhi", "ird", "msd", "nsn"}
    if choices.get("dates") == "no":
        left |= _DATES
    if choices.get("dates") == "start_only":
        left |= {"end_date"}
    if choices.get("services") == "no":
        left |= set(starter()["interactions"]) - {"client_key"}
    every = [field for headings in starter().values() for field in headings]
    return tuple(field for field in dict.fromkeys(every) if field not in left)


def fields_to_record(answers: Answers) -> tuple[str, ...]:
    """The fields a new form or workbook captures: those that fit the answers, and the dates in any case.

    Dates not recorded yet are what most providers begin with (the primer's step 3).
    """
    wanted = {*wanted_fields(answers), *_DATES}
    every = [field for headings in starter().values() for field in headings]
    return tuple(field for field in dict.fromkeys(every) if field in wanted)


def vendor_letter(answers: Answers) -> Document:
    """A letter that says which fields, which format, a test file, and how to deliver."""
    words = _words()["vendor"]
    delivery = words["delivery"][answers.choices.get("route", "direct")]
    return _letter(words, answers, (
        Text(words["opening"]), *_what_to_export(), Text(delivery), Text(words["closing"]),
    ), enclosed=_fields_wanted(answers))  # fmt: skip


def export_brief(answers: Answers) -> Document:
    """The same for whoever writes the export of a system built in-house."""
    words = _words()["brief"]
    blocks = (Text(words["opening"]), *_what_to_export(), Text(words["closing"]), *_fields_wanted(answers))
    return Document(words["title"], blocks, lead=words["lead"], footer=answers.organisation)


def _what_to_export() -> tuple[Block, ...]:
    words = _words()["vendor"]
    return (Text(words["fields"]), Bullets(tuple(words["format"])), Text(words["test"]))


def _fields_wanted(answers: Answers) -> tuple[Block, ...]:
    """The list of fields, on a sheet of its own: whoever writes the export keeps it at hand."""
    words, wanted = _words()["vendor"], set(wanted_fields(answers))
    rows = tuple(
        (field.label, field.meaning or field.purpose, table.label.partition(":")[0])
        for table in base_specification().tables
        for field in table.fields
        if field.name in wanted and (field.name != "client_key" or table.name == "person")
    )
    grid = Grid(words["enclosed_caption"], ("Field", "What it means", "File"), rows, (3, 5, 2))
    return (Heading(words["enclosed"], new_page=True), grid)


def vendor_instruction(answers: Answers) -> Document:
    """What a vendor that sends on the provider's behalf is told in writing."""
    words = _words()["instruction"]
    items = Bullets(tuple(words["items"]), numbered=True)
    return _letter(words, answers, (Text(words["opening"]), items, Text(words["closing"])))


def points_with_sender(answers: Answers) -> Document:
    """What to settle with an intermediary before it sends anything."""
    words = _words()["sender"]
    return Document(
        words["title"],
        (Text(words["opening"]), *(ToFill(item) for item in words["items"]), ToFill(words["closing"])),
        lead=words["lead"],
        footer=answers.organisation,
    )


def first_letter(answers: Answers) -> Document:
    """The first letter to Stats NZ: where the provider stands, in its own words, and what it asks for."""
    words, questions = _words()["stats_nz"], load_questions()
    choices = with_implied(answers.choices)
    stand = [
        (q.title, ". ".join(filter(None, (q.answer(choices[q.id]).label, answers.notes.get(q.id, "")))))
        for q in questions.questions
        if q.id in choices
    ]
    blocks: list[Block] = [Text(words["opening"]), Facts(tuple(stand))]
    if people := answers.numbers.get("participants"):
        blocks.append(Text(words["people"].format(people=f"{people:,}")))
    if question := answers.notes.get("least_intrusive"):
        blocks.append(Box(words["question"].format(question=question)))
    alone = {"yes": words["alone"], "no": words["not_alone"]}.get(choices.get("one_provider", ""))
    blocks += [Text(words["asks"]), Bullets(tuple(words["items"]))]
    blocks += [Text(said) for said in (alone, words["closing"]) if said]
    return _letter(words, answers, tuple(blocks))


def agency_letter(answers: Answers) -> Document:
    """A letter to the agency that contracts the provider: "you may be able to help"."""
    words, extraction = _words()["agency"], with_implied(answers.choices).get("extraction", "")
    hours = _span(effort(answers, load_questions().who).hours)
    asks = [words[extraction]] if extraction in ("in_house", "vendor") else []
    asks += [words["usual"], words["results"], words["cost"].format(hours=f"{hours} hours")]
    blocks = (Text(words["opening"]), Text(words["asks"]), Bullets(tuple(asks)), Text(words["closing"]))
    return _letter(words, answers, blocks)


def totals_instead(answers: Answers) -> Document:
    """How to answer the question with totals, so that nothing about any person leaves."""
    words = _words()["totals"]
    question = answers.notes.get("least_intrusive", "")
    return Document(
        title=words["title"],
        lead=words["lead"],
        footer=answers.organisation,
        blocks=(
            Text(words["opening"]),
            *((Box(f"Your question: “{question}”"),) if question else ()),
            Bullets(tuple(words["steps"]), numbered=True),
            Text(words["end"]),
        ),
    )


def sign_up_form(answers: Answers) -> Document:
    """A form that asks for exactly what the base specification needs, and for no agency number."""
    words, headings = _words()["form"], starter()["participants"]
    asked = [_to_fill(field, headings[field]) for field in _FORM]
    labels, wanted = words["office_label"], fields_to_record(answers)
    office = [ToFill(labels.get(f, headings[f]["heading"])) for f in _OFFICE if f in wanted]
    return Document(
        title=words["title"],
        lead=words["lead"].format(organisation=answers.organisation or "[name of your organisation]"),
        footer="Version [1], [day month year]",
        blocks=(
            Text(words["opening"]), *asked, Box(words["foot"]), Heading(words["office"]), *office,
        ),
    )  # fmt: skip


def _to_fill(field: str, about: dict[str, Any]) -> ToFill:
    if field == "ethnicity":
        return ToFill("Which ethnic groups do you belong to?", _ETHNICITIES, "Tick all that apply to you.")
    if field == "date_of_birth":
        return ToFill("Date of birth", (), "Day, month and year")
    hint = _words()["form"]["hint"].get(field, "")
    return ToFill(about["heading"], tuple(about.get("choose", ())), hint)


def _letter(
    words: dict[str, Any], answers: Answers, blocks: tuple[Block, ...], enclosed: tuple[Block, ...] = ()
) -> Document:
    organisation = answers.organisation or "[name of your organisation]"
    said = (Text("[Date]"), *blocks, Text(words["sign"].format(organisation=organisation)))
    return Document(words["title"], (*said, *enclosed), lead=words["lead"], footer=organisation)


def papers(answers: Answers) -> dict[str, Document]:
    """The papers these answers call for, by file name without an ending, most useful first."""
    choices = with_implied(answers.choices)
    made = {"readiness": readiness_document(answers)}
    if choices.get("least_intrusive") in ("counts_enough", "not_sure"):
        made["totals-instead"] = totals_instead(answers)
    made["privacy-statement"] = privacy_statement(answers)
    made["sign-up-form"] = sign_up_form(answers)
    if choices.get("extraction") in ("vendor", "predefined") or choices.get("route") == "vendor":
        made["letter-to-vendor"] = vendor_letter(answers)
    if choices.get("extraction") in ("vendor", "in_house") or answers.numbers.get("participants", 999) < 250:
        made["letter-to-agency"] = agency_letter(answers)
    if choices.get("extraction") == "in_house":
        made["brief-for-an-export"] = export_brief(answers)
    if choices.get("route") == "vendor":
        made["instruction-to-vendor"] = vendor_instruction(answers)
    if choices.get("route") == "intermediary":
        made["points-to-settle"] = points_with_sender(answers)
    if readiness(answers.choices).linkable and choices.get("least_intrusive") != "counts_enough":
        made["letter-to-stats-nz"] = first_letter(answers)
    return made


def write_papers(answers: Answers, folder: Path) -> list[Path]:
    """Write every paper in every shape this computer can make, and the starter workbook; the files made.

    Papers that only earlier answers called for are taken away, so that nobody sends the wrong letter.
    """
    called_for = papers(answers)
    written = [path for stem, made in called_for.items() for path in write_everywhere(made, folder, stem)]
    for stem in _ALL - called_for.keys():
        for shape in shapes():
            (folder / f"{stem}.{shape}").unlink(missing_ok=True)
    write_starter(folder / "starter-workbook.xlsx", fields=fields_to_record(answers))
    return [*written, folder / "starter-workbook.xlsx"]
