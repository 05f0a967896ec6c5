"""Readiness without an account: the primer's questions for anyone, with nothing kept on this side.

The choices travel in the address, so that Back, bookmarks and interruptions work; words are posted once, into
the file that goes to the desk.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from linkwell.documents.blocks import Document
from linkwell.documents.everywhere import shapes
from linkwell.documents.html import render_html
from linkwell.documents.pdf import render_pdf
from linkwell.documents.word import render_docx
from linkwell.errors import LinkwellError, WrongUse
from linkwell.pages.files import attached
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import ANYONE, page
from linkwell.portal.carried import LONGEST_NAME, LONGEST_NOTE, along, carried, pairs, with_words
from linkwell.primer import Answers, Question, load_questions, readiness, with_implied
from linkwell.primer.answers import parse_answers, render_answers
from linkwell.primer.order import before, in_order, next_open, number_of
from linkwell.primer.papers import papers, readiness_document

LARGEST_FILE = 256 * 1024
SHAPES = {
    "html": ("text/html; charset=utf-8", "web page"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "pdf": ("application/pdf", "PDF"),
}


class FileForm(PagesForm):
    """An answers file from the desk, or from here on another day."""

    file = forms.FileField(
        label="Answers file",
        help_text="The file answers.toml that you saved here or at your desk. It is read and not kept.",
        error_messages={"required": "Choose the file", "empty": "This file is empty"},
    )


class WordsForm(PagesForm):
    """The organisation's name, and how each thing is recorded, in the visitor's own words."""

    organisation = forms.CharField(label="Name of your organisation", required=False, max_length=LONGEST_NAME)

    def __init__(self, answers: Answers, *args: object, **kwargs: object) -> None:
        initial = {"organisation": answers.organisation}
        initial |= {f"note-{name}": text for name, text in answers.notes.items()}
        super().__init__(*args, initial=initial, **kwargs)  # type: ignore[arg-type]
        for question in in_order():
            self.fields[f"note-{question.id}"] = forms.CharField(
                label=question.note,
                help_text=f"Example: {question.note_example}",
                required=False,
                max_length=LONGEST_NOTE,
                widget=forms.Textarea(attrs={"rows": 3}),
            )


@page("readiness/", name="readiness", who=ANYONE, methods=("GET",))
def start(request: HttpRequest) -> HttpResponse:
    """What this is, and where one stands if the address says so."""
    answers = carried(request.GET)
    todo = next_open(answers.choices)
    known = with_implied(answers.choices)
    parts = [
        {
            "question": each,
            "answer": each.answer(known[each.id]) if each.id in known else None,
            "address": along(reverse("readiness-question"), answers, at=each.id),
        }
        for each in in_order()
    ]
    return render(request, "portal/readiness.html", {
        "parts": parts, "any": bool(answers.choices), "source": load_questions().source,
        "go_on": along(reverse("readiness-question"), answers, at=todo.id) if todo else "",
        "report": along(reverse("readiness-report"), answers),
        "words": along(reverse("readiness-words"), answers),
    })  # fmt: skip


def _asked(request: HttpRequest) -> Question:
    """The question the address names; the first that is open where it names none."""
    try:
        return load_questions().question(request.GET.get("at", ""))
    except WrongUse:
        return next_open(carried(request.GET).choices) or in_order()[0]


@page("readiness/question", name="readiness-question", who=ANYONE, methods=("GET",))
def question(request: HttpRequest) -> HttpResponse:
    """One question."""
    return _question(request, _asked(request), carried(request.GET))


def _question(request: HttpRequest, asked: Question, answers: Answers, problem: str = "") -> HttpResponse:
    earlier = before(asked)
    known = with_implied(answers.choices)
    return render(request, "portal/readiness_question.html", {
        "question": asked, "chosen": known.get(asked.id, ""), "problem": problem,
        "follows": asked.id in known and asked.id not in answers.choices,
        "number": number_of(asked), "total": len(load_questions().questions),
        "carried": pairs(answers, but=asked.id),
        "before": along(reverse("readiness-question"), answers, at=earlier.id) if earlier
        else along(reverse("readiness"), answers),
    })  # fmt: skip


@page("readiness/meaning", name="readiness-meaning", who=ANYONE, methods=("GET",))
def meaning(request: HttpRequest) -> HttpResponse:
    """What an answer means, what to do next and who; and on."""
    asked, answers = _asked(request), carried(request.GET)
    known = with_implied(answers.choices)
    if asked.id not in known:
        return _question(
            request, asked, answers, "Choose the answer that fits best" if "at" in request.GET else ""
        )
    answer = asked.answer(known[asked.id])
    following = next_open(answers.choices, after=asked)
    on = along(reverse("readiness-question"), answers, at=following.id) if following else ""
    insights = load_questions().insights
    return render(request, "portal/readiness_meaning.html", {
        "question": asked, "answer": answer, "number": number_of(asked),
        "total": len(load_questions().questions), "following": following,
        "on": on or along(reverse("readiness-number"), answers),
        "change": along(reverse("readiness-question"), answers, at=asked.id),
        "enables": [each for each in insights if each.id in answer.enables],
        "blocks": [each for each in insights if each.id in answer.blocks],
    })  # fmt: skip


@page("readiness/number", name="readiness-number", who=ANYONE, methods=("GET",))
def number(request: HttpRequest) -> HttpResponse:
    """About how many people, for the forecast; a guess will do, and it may be left out."""
    answers = carried(request.GET)
    wanted = load_questions().numbers[0]
    typed = request.GET.get(wanted.id, "")
    if wanted.id in answers.numbers and "change" not in request.GET:
        return redirect(along(reverse("readiness-report"), answers))
    return render(request, "portal/readiness_number.html", {
        "wanted": wanted, "typed": typed, "carried": pairs(answers, but=wanted.id),
        "problem": "Write a whole number in digits, for example 180" if typed and "change" not in request.GET
        else "",
        "report": along(reverse("readiness-report"), answers),
    })  # fmt: skip


@page("readiness/report", name="readiness-report", who=ANYONE, methods=("GET",))
def report(request: HttpRequest) -> HttpResponse:
    """What the answers come to."""
    answers = carried(request.GET)
    outcome = readiness(answers.choices)
    return render(request, "portal/readiness_report.html", {
        "document": readiness_document(answers), "outcome": outcome,
        "start": along(reverse("readiness"), answers), "words": along(reverse("readiness-words"), answers),
        "number": "" if answers.numbers else along(reverse("readiness-number"), answers),
    })  # fmt: skip


@page("readiness/words", name="readiness-words", who=ANYONE)
def words(request: HttpRequest) -> HttpResponse:
    """One's own words, once; then everything as a file: for the desk, or to read and print."""
    if request.method != "POST":
        return _words(request, carried(request.GET))
    answers = with_words(carried(request.POST), request.POST)
    wanted = request.POST.get("shape", "") or request.POST.get("paper", "")
    stem, _, shape = wanted.partition(".")
    found = papers(answers).get(stem)
    if wanted == "answers.toml":
        return attached(render_answers(answers).encode(), wanted, "text/plain; charset=utf-8")
    if found is not None and shape in shapes():
        return attached(_rendered(found, shape), wanted, SHAPES[shape][0])
    return _words(request, answers)


def _words(request: HttpRequest, answers: Answers) -> HttpResponse:
    return render(request, "portal/readiness_words.html", {
        "form": WordsForm(answers), "carried": pairs(answers), "papers": papers(answers),
        "shapes": {shape: SHAPES[shape][1] for shape in shapes()},
        "report": along(reverse("readiness-report"), answers), "any": bool(answers.choices),
    })  # fmt: skip


def _rendered(found: Document, shape: str) -> bytes:
    if shape == "html":
        return render_html(found).encode()
    return render_pdf(found) if shape == "pdf" else render_docx(found)


@page("readiness/take", name="readiness-take", who=ANYONE)
def take(request: HttpRequest) -> HttpResponse:
    """Go on with a file from the desk, or from another day here; it is read and forgotten."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read(LARGEST_FILE).decode("utf-8-sig")
            return _words(request, parse_answers(text, name="this file"))
        except UnicodeDecodeError:
            form.add_error("file", "This is not an answers file: it is not a text file.")
        except LinkwellError as error:
            form.add_error("file", " ".join(part for part in (error.what, error.fix) if part))
    return render(request, "portal/form.html", {
        "form": form, "title": "Go on with your answers file", "button": "Go on",
        "back": reverse("readiness"),
    })  # fmt: skip
