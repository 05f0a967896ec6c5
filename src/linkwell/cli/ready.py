"""`linkwell ready`: the primer's questions one by one, with what each answer means straight after it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option, named
from linkwell.errors import TryAgain
from linkwell.forecast import Outlook
from linkwell.primer import (
    Answers,
    Number,
    Question,
    Questions,
    Readiness,
    Ready,
    expected,
    load_answers,
    load_questions,
    save_answers,
    with_implied,
)
from linkwell.primer import readiness as judge
from linkwell.primer.papers import write_papers
from linkwell.primer.report import render
from linkwell.vault.zones import write_whole

_EPILOG = """\b
Examples:
  linkwell ready                              answer at the terminal, stop and go on as you like
  linkwell ready --save our-answers.toml      keep the answers in a file of your choice
  linkwell ready --answers our-answers.toml --out readiness.html
  linkwell ready --answers our-answers.toml --papers papers
  linkwell ready --answers our-answers.toml --json
"""


class _StopAsking(Exception):
    pass


@click.command(epilog=_EPILOG)
@click.option(
    "--answers", "answers_path", type=click.Path(path_type=Path), help="Use these answers; ask nothing."
)
@click.option(
    "--save",
    "save_path",
    type=click.Path(path_type=Path),
    default=Path("readiness.toml"),
    show_default=True,
    help="Where answers are kept after each one; go on from there next time.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Also write the report as a web page.")
@click.option(
    "--papers",
    "papers_folder",
    type=click.Path(path_type=Path),
    help="Also draft the papers you need next into this folder: report, privacy statement, form, letters.",
)
@json_option
def ready(
    answers_path: Path | None, save_path: Path, out: Path | None, papers_folder: Path | None, as_json: bool
) -> None:
    """Answer the primer's questions and see what to do next.

    Six short parts: how people are recorded, what you know about them, dates, services, getting the data
    out, and who sends it. Then whether less would do, and how many people there are, to tell what you would
    see. Nothing leaves your computer, and nothing about any person is asked.
    """
    questions = load_questions()
    if answers_path is not None:
        answers, kept = load_answers(answers_path, questions), answers_path
    else:
        answers, kept = _ask_all(questions, save_path, to_stderr=as_json), save_path
    outcome = judge(answers.choices, questions)
    see = expected(answers, questions)
    if out is not None:
        _write_report(out, answers, questions)
    drafted = _draft_papers(papers_folder, answers) if papers_folder is not None else []
    finish(
        {
            **outcome.as_dict(),
            "outlook": see.as_dict() if see else None,
            "answers_file": str(kept),
            "report": str(out) if out else None,
            "papers": [str(path) for path in drafted],
        },
        [*_summary_lines(outcome, questions, kept, out, see), *_paper_lines(drafted, papers_folder)],
        as_json=as_json,
        next_step=_next_step(outcome, kept),
    )


def _write_report(out: Path, answers: Answers, questions: Questions) -> None:
    try:
        write_whole(out, render(answers, questions).encode())
    except OSError as error:
        raise TryAgain(
            f"The report cannot be written ({error.strerror}).",
            where=str(out),
            fix="Choose another place with --out.",
        ) from None


def _draft_papers(folder: Path, answers: Answers) -> list[Path]:
    try:
        return write_papers(answers, folder)
    except OSError as error:
        raise TryAgain(
            f"The papers cannot be written ({error.strerror}).",
            where=str(folder),
            fix="Choose another folder with --papers.",
        ) from None


def _paper_lines(drafted: list[Path], folder: Path | None) -> list[str]:
    names = dict.fromkeys(path.stem.replace("-", " ") for path in drafted)
    return [_wrapped(f"Drafted in {folder}: {', '.join(names)}", rest="  ")] if drafted else []


def _ask_all(questions: Questions, save_path: Path, *, to_stderr: bool) -> Answers:
    """Ask what is still open, saving after each answer; a stop keeps what was answered."""

    def say(text: str = "") -> None:
        click.echo(text, err=to_stderr)

    answers = load_answers(save_path, questions) if save_path.exists() else Answers()
    say("Six short parts. Type a number; ? for examples, b to go back, q to stop (your answers are kept).")
    if answers.choices:
        say(f"Going on from {save_path}: {len(answers.choices)} answered already.")
    at, asked = 0, (*questions.questions, *questions.further)
    try:
        while at < len(asked):
            question = asked[at]
            if (known := with_implied(answers.choices, questions).get(question.id)) is not None:
                if question.id not in answers.choices:
                    say(f"\nPart {question.part} of 6 follows from that: {question.answer(known).label}.")
                at += 1
                continue
            chosen = _ask(question, to_stderr=to_stderr)
            if chosen is None:
                at, answers = _step_back(asked, answers, at)
                continue
            answers = answers.with_choice(question.id, chosen)
            save_answers(save_path, answers)
            answer = question.answer(chosen)
            say(_wrapped(answer.comment))
            say(_wrapped(f"Next step ({answer.who}): {answer.next_step}"))
            note = _ask_note(question, to_stderr=to_stderr) or answers.notes.get(question.id, "")
            answers = answers.with_note(question.id, note)
            save_answers(save_path, answers)
            at += 1
        for number in questions.numbers:
            if number.id not in answers.numbers:
                answers = answers.with_number(number.id, _ask_number(number, to_stderr=to_stderr))
                save_answers(save_path, answers)
    except _StopAsking:
        save_answers(save_path, answers)
    return answers


def _step_back(asked: Sequence[Question], answers: Answers, at: int) -> tuple[int, Answers]:
    """Forget the answer before question `at`; its note stays until another is typed."""
    for earlier in range(at - 1, -1, -1):
        question_id = asked[earlier].id
        if question_id in answers.choices:
            others = {key: choice for key, choice in answers.choices.items() if key != question_id}
            return earlier, replace(answers, choices=others)
    return 0, answers


def _ask(question: Question, *, to_stderr: bool) -> str | None:
    """One question; the id of the answer, or None for "back"."""
    place = f"Part {question.part} of 6." if question.part else "One more thing."
    click.echo(f"\n{place} {question.title}", err=to_stderr)
    click.echo(_wrapped(question.ask), err=to_stderr)
    for number, answer in enumerate(question.answers, start=1):
        click.echo(_wrapped(answer.label, first=f"  {number}. ", rest="     "), err=to_stderr)
    while True:
        typed = str(click.prompt("Your answer", prompt_suffix=": ", err=to_stderr)).strip().lower()
        if typed == "q":
            raise _StopAsking
        if typed == "b":
            return None
        if typed == "?":
            click.echo(_wrapped(question.why), err=to_stderr)
            for example in question.examples:
                click.echo(_wrapped(f"Example: {example}", rest="  "), err=to_stderr)
        elif typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(question.answers):
            return question.answers[int(typed) - 1].id
        elif typed in {answer.id for answer in question.answers}:
            return typed
        else:
            click.echo(
                f"Please type a number from 1 to {len(question.answers)}, or ?, b or q.", err=to_stderr
            )


def _ask_note(question: Question, *, to_stderr: bool) -> str:
    click.echo(_wrapped(f"{question.note} (Enter to leave it for later.)"), err=to_stderr)
    click.echo(_wrapped(f"Example: {question.note_example}", rest="  "), err=to_stderr)
    typed = str(
        click.prompt("In your words", default="", show_default=False, prompt_suffix=": ", err=to_stderr)
    ).strip()
    if typed.lower() == "q":
        raise _StopAsking
    return typed


def _ask_number(number: Number, *, to_stderr: bool) -> int | None:
    click.echo(f"\nLast. {number.title}", err=to_stderr)
    click.echo(_wrapped(f"{number.ask} (Enter to leave it for later.)"), err=to_stderr)
    while True:
        typed = str(
            click.prompt("A number", default="", show_default=False, prompt_suffix=": ", err=to_stderr)
        ).strip()
        bare = typed.replace(",", "").replace(" ", "")
        if typed.lower() == "q":
            raise _StopAsking
        if not bare or (bare.isascii() and bare.isdigit() and len(bare) < 9):
            return int(bare) if bare else None
        hint = number.why if typed == "?" else "Please type a number such as 180, ? for why, or Enter."
        click.echo(_wrapped(hint), err=to_stderr)


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    return textwrap.fill(text, 78, initial_indent=first, subsequent_indent=rest)


def _summary_lines(
    outcome: Readiness, questions: Questions, kept: Path, out: Path | None, see: Outlook | None
) -> list[str]:
    lines = ["", f"Ready: {outcome.ready}. {outcome.summary}"]
    lines += [_wrapped(reason, first="  Because ", rest="  ") for reason in outcome.reasons]
    if outcome.unanswered:
        titles = [questions.question(each).title for each in outcome.unanswered]
        lines.append(_wrapped(f"Still open: {'; '.join(titles)}"))
    if outcome.enabled:
        lines.append(
            _wrapped(f"This data could tell you: {'; '.join(each.label for each in outcome.enabled)}")
        )
    if outcome.blocked:
        lines.append(_wrapped(f"Not yet: {'; '.join(each.label for each in outcome.blocked)}"))
    if outcome.agreements:
        lines.append(
            _wrapped(f"Papers for your route: {'; '.join(each.label for each in outcome.agreements)}")
        )
    first = [step for step in outcome.steps if step.first]
    lines += [_wrapped(f"First ({step.who}): {step.do}", rest="  ") for step in first]
    if see is not None:
        lines += ["", f"Will you see anything? {see.title}."]
        lines += [_wrapped(paragraph, first="  ", rest="  ") for paragraph in see.paragraphs]
        lines += [_wrapped(line, first="  - ", rest="    ") for line in see.still]
        lines.append("")
    lines.append(f"Answers kept in {kept}")
    if out is not None:
        lines.append(f"Report: {out}")
    return lines


def _next_step(outcome: Readiness, kept: Path) -> str:
    if outcome.ready is Ready.YES:
        return f"linkwell describe YOUR-FILE.xlsx --answers {named(kept)} --out specification.toml"
    if outcome.unanswered:
        return f"linkwell ready --save {named(kept)}"
    return f"do the steps above, change the answers in {kept}, then: linkwell ready --answers {named(kept)}"
