"""Get ready: the primer's questions, and what each answer means straight after it."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.desk.forms import NoteForm, NumberForm, OrganisationForm
from linkwell.desk.guard import desk_of
from linkwell.errors import WrongUse
from linkwell.pages.files import attached
from linkwell.primer import Answers, Question, expected, load_questions, readiness, save_answers, with_implied
from linkwell.primer.effort import effort
from linkwell.primer.order import before, in_order, next_open, number_of
from linkwell.primer.report import render as render_report


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All parts, what was answered, and where to go on."""
    desk, questions = desk_of(request), load_questions()
    answers = desk.answers
    known = with_implied(answers.choices, questions)
    parts = [
        {
            "question": each,
            "answer": each.answer(known[each.id]) if each.id in known else None,
            "follows": each.id in known and each.id not in answers.choices,
            "note": answers.notes.get(each.id, ""),
        }
        for each in in_order()
    ]
    todo = next((part["question"] for part in parts if part["answer"] is None), None)
    return render(request, "desk/ready.html", {
        "parts": parts, "todo": todo, "any": bool(known), "organisation": answers.organisation,
        "source": questions.source, "many": len(questions.questions),
        "numbers": [(each, answers.numbers.get(each.id)) for each in questions.numbers],
        "answered": sum(part["answer"] is not None for part in parts),
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Who is asking."""
    desk = desk_of(request)
    answers = desk.answers
    form = OrganisationForm(request.POST or None, initial={"organisation": answers.organisation})
    if request.method == "POST" and form.is_valid():
        save_answers(
            desk.workspace.answers, replace(answers, organisation=form.cleaned_data["organisation"].strip())
        )
        todo = next_open(answers.choices)
        return redirect("ready-question", todo.id) if todo else redirect("ready")
    return render(request, "desk/ready_organisation.html", {"form": form})


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question; the answer is kept the moment it is given."""
    desk, asked = desk_of(request), _question(question_id)
    answers = desk.answers
    problem = None
    if request.method == "POST":
        try:
            asked.answer(request.POST.get("answer", ""))
        except WrongUse:
            problem = "Choose the answer that fits best"
        else:
            save_answers(desk.workspace.answers, answers.with_choice(asked.id, request.POST["answer"]))
            return redirect("ready-answered", asked.id)
    known = with_implied(answers.choices, load_questions())
    total = len(load_questions().questions)
    return render(request, "desk/ready_question.html", {
        "question": asked, "chosen": known.get(asked.id, ""), "problem": problem, "total": total,
        "number": number_of(asked), "before": _before(asked),
        "follows": asked.id in known and asked.id not in answers.choices,
    }, status=200)  # fmt: skip


@require_http_methods(["GET", "POST"])
def answered(request: HttpRequest, question_id: str) -> HttpResponse:
    """What the answer means, what to do next and who, and the write-up in the person's own words."""
    desk, asked = desk_of(request), _question(question_id)
    answers = desk.answers
    known = with_implied(answers.choices, load_questions())
    if asked.id not in known:
        return redirect("ready-question", asked.id)
    form = NoteForm(request.POST or None, initial={"note": answers.notes.get(asked.id, "")})
    form.fields["note"].label = asked.note
    form.fields["note"].help_text = f"Example: {asked.note_example}"
    if request.method == "POST" and form.is_valid():
        answers = answers.with_note(asked.id, form.cleaned_data["note"].replace("\r\n", "\n").strip())
        save_answers(desk.workspace.answers, answers)
        if request.headers.get("X-Linkwell-Autosave"):
            return HttpResponse(status=204)
        following = next_open(answers.choices, after=asked)
        return redirect("ready-question", following.id) if following else _after_questions(answers)
    insights = load_questions().insights
    return render(request, "desk/ready_answered.html", {
        "question": asked, "answer": asked.answer(known[asked.id]), "form": form, "number": number_of(asked),
        "total": len(load_questions().questions), "last": next_open(answers.choices, after=asked) is None,
        "enables": [each for each in insights if each.id in asked.answer(known[asked.id]).enables],
        "blocks": [each for each in insights if each.id in asked.answer(known[asked.id]).blocks],
    })  # fmt: skip


@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, number_id: str) -> HttpResponse:
    """A whole number, for the forecast of what could be seen."""
    desk = desk_of(request)
    try:
        wanted = load_questions().number(number_id)
    except WrongUse:
        raise Http404 from None
    answers = desk.answers
    form = NumberForm(request.POST or None, initial={"number": answers.numbers.get(wanted.id)})
    form.fields["number"].label, form.fields["number"].help_text = wanted.ask, wanted.why
    if request.method == "POST" and form.is_valid():
        save_answers(desk.workspace.answers, answers.with_number(wanted.id, form.cleaned_data["number"]))
        return redirect("ready-report")
    return render(request, "desk/ready_number.html", {"form": form, "wanted": wanted})


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """What the answers come to."""
    desk, questions = desk_of(request), load_questions()
    outcome = readiness(desk.answers.choices, questions)
    return render(request, "desk/ready_report.html", {
        "outcome": outcome, "ready": outcome.ready.value == "yes",
        "steps": [(questions.question(step.question).title, step) for step in outcome.steps],
        "open": [questions.question(each) for each in outcome.unanswered],
        "organisation": desk.answers.organisation, "see": expected(desk.answers, questions),
        "work": effort(desk.answers, questions.who), "numbers": questions.numbers,
    })  # fmt: skip


@require_GET
def save_report(request: HttpRequest) -> HttpResponse:
    """The same as a page of its own, to keep, print or send."""
    report = render_report(desk_of(request).answers)
    return attached(report, "readiness.html", "text/html; charset=utf-8")


def _question(question_id: str) -> Question:
    try:
        return load_questions().question(question_id)
    except WrongUse:
        raise Http404 from None


def _after_questions(answers: Answers) -> HttpResponse:
    """A number still to be given, or the report."""
    wanted = next((each for each in load_questions().numbers if each.id not in answers.numbers), None)
    return redirect("ready-number", wanted.id) if wanted else redirect("ready-report")


def _before(asked: Question) -> str:
    """The address of the question before, or of the overview."""
    earlier = before(asked)
    return reverse("ready-question", args=[earlier.id]) if earlier else reverse("ready")
