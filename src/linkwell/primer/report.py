"""The readiness report: one self-contained page that reads well on paper, on a phone and aloud."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from linkwell.forecast.outlook import Outlook, still_title
from linkwell.primer.answers import Answers
from linkwell.primer.outlook import expected
from linkwell.primer.questions import Labelled, Questions, load_questions
from linkwell.primer.readiness import Readiness, Ready, Step, readiness, with_implied

_STYLE = """
body { font: 1.125rem/1.5 "Noto Sans", system-ui, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 45rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 2rem; line-height: 1.2; }
h2 { font-size: 1.4rem; margin-top: 2.5rem; }
.verdict { border-left: 0.5rem solid #0b4f5c; padding: 0.5rem 1rem; background: #f0f5f6; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0;
  border-bottom: 1px solid #767676; }
dt { font-weight: bold; margin-top: 1rem; }
dd { margin: 0; }
"""


def render(answers: Answers, questions: Questions | None = None) -> str:
    """The report as HTML text; what the provider typed is escaped, and no script or outside file is used."""
    questions = questions or load_questions()
    outcome = readiness(answers.choices, questions)
    title = f"{'Ready' if outcome.ready is Ready.YES else 'Not yet ready'} to prepare your data"
    whose = f" &ndash; {escape(answers.organisation)}" if answers.organisation else ""
    sections = [
        _verdict(outcome),
        _steps(outcome.steps, questions),
        _insights(outcome),
        _outlook(expected(answers, questions)),
        _list("Papers your route calls for", outcome.agreements),
        _answers(answers, questions),
        f"<p>Questions after: {escape(questions.source)}. This report holds nothing about any person.</p>",
    ]
    body = "\n".join(section for section in sections if section)
    return (
        '<!DOCTYPE html>\n<html lang="en-NZ">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}{whose}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}{whose}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _verdict(outcome: Readiness) -> str:
    reasons = "".join(f"<li>{_sentence(reason)}</li>" for reason in outcome.reasons)
    why = f"<p>What stands in the way:</p><ul>{reasons}</ul>" if reasons else ""
    still_open = f"<p>Questions still open: {len(outcome.unanswered)}.</p>" if outcome.unanswered else ""
    return f'<div class="verdict"><p>{escape(outcome.summary)}</p>{why}{still_open}</div>'


def _steps(steps: Iterable[Step], questions: Questions) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(questions.question(step.question).title)}</th>'
        f"<td>{escape(step.do)}</td><td>{escape(step.who)}</td></tr>"
        for step in steps
    )
    if not rows:
        return ""
    return (
        "<h2>What to do next</h2><table><caption>Steps, most pressing first</caption><thead><tr>"
        '<th scope="col">About</th><th scope="col">Step</th><th scope="col">Who acts</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _insights(outcome: Readiness) -> str:
    can = _list("What this data could tell you", outcome.enabled)
    cannot = _list("What it cannot tell you yet", outcome.blocked)
    return can + cannot


def _outlook(see: Outlook | None) -> str:
    if see is None:
        return ""
    said = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in see.paragraphs)
    items = "".join(f"<li>{escape(line)}</li>" for line in see.still)
    still = f"<h3>{escape(still_title())}</h3><ul>{items}</ul>" if items else ""
    return f"<h2>Will you see anything? {escape(see.title)}</h2>{said}{still}"


def _list(title: str, entries: Iterable[Labelled]) -> str:
    items = "".join(f"<dt>{escape(entry.label)}</dt><dd>{escape(entry.meaning)}</dd>" for entry in entries)
    return f"<h2>{escape(title)}</h2><dl>{items}</dl>" if items else ""


def _answers(answers: Answers, questions: Questions) -> str:
    choices = with_implied(answers.choices, questions)
    items = ""
    for question in (*questions.questions, *questions.further):
        if question.id not in choices:
            continue
        answer = question.answer(choices[question.id])
        note = answers.notes.get(question.id, "")
        written = f"<dd>Your words: <q>{escape(note)}</q></dd>" if note else ""
        said = f"<dd>{escape(answer.label)}</dd><dd>{escape(answer.comment)}</dd>"
        items += f"<dt>{escape(question.ask)}</dt>{said}{written}"
    return f"<h2>Your answers</h2><dl>{items}</dl>" if items else ""


def _sentence(text: str) -> str:
    return escape(text[:1].upper() + text[1:] + ".")
