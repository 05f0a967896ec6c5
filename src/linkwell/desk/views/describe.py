"""Describe: what each column was taken for, what leaves, what stays, and what only a person can answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.checking.localwords import coded_fields
from linkwell.desk import columns, doing, drafts, sources
from linkwell.desk.desk import Desk
from linkwell.desk.drafts import kept_while_typing
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.waiting import begin
from linkwell.documents.everywhere import shapes, write_everywhere
from linkwell.pages.column_form import WORDS, ColumnForm, words_of
from linkwell.specification.answers import answer
from linkwell.specification.document import specification_document
from linkwell.specification.file import load, save
from linkwell.specification.model import Compartment, Question, Specification
from linkwell.specification.recipe import LEFT_OUT
from linkwell.specification.workbook import to_excel

ORDERS = {"dmy": "Day first: 03/04/2020 is 3 April 2020", "mdy": "Month first: 03/04/2020 is 4 March 2020",
          "leave out": "Leave it out"}  # fmt: skip
_MORE = WORDS[3:]  # shown opened only where something is said


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that would leave, half by half, then everything that stays."""
    desk = desk_of(request)
    if not desk.workspace.specification.exists():
        return render(request, "desk/describe_start.html", _starting(desk))
    spec = desk.specification()
    described = desk.described()
    halves = [
        ("Names and numbers", "Seen only by the people who find each person once. Taken away after that.",
         spec.of_compartment(Compartment.IDENTITY)),
        ("Service details", "Never seen together with names.", spec.of_compartment(Compartment.CONTENT)),
    ]  # fmt: skip
    return render(request, "desk/describe.html", {
        "spec": spec, "halves": halves, "questions": spec.unanswered(),
        "remarks": described.get("remarks", []),
        "undo": desk.last_change(), "findable": columns.findable(spec),
        "changed": described.get("files", "") != desk.files_fingerprint,
        "stays": list(enumerate(spec.not_supplied)), "kinds": _kinds().items(),
    })  # fmt: skip


def _starting(desk: Desk) -> dict[str, Any]:
    return {
        "files": desk.choices.sources(),
        "what": "file" if desk.choices.files else "table",
        "organisation": desk.organisation,
        "initiative": desk.choices.initiative,
    }


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Describe the chosen files, the first time or afresh."""
    desk = desk_of(request)
    if request.method == "GET":
        context = {**_starting(desk), "afresh": desk.workspace.specification.exists()}
        return render(request, "desk/describe_start.html", context)
    if not desk.choices.sources():
        return redirect("files")
    desk.choose(initiative=request.POST.get("initiative", "").strip()[:200])

    def work(job: Job) -> None:
        doing.describe(desk, job)

    return begin(
        request, "Describing your files", work, begins=reverse("describe-start"), then=reverse("describe")
    )


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last change back."""
    desk = desk_of(request)
    if words := desk.undo():
        desk.tell(f"Taken back: {words}.")
    return redirect("describe")


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest) -> HttpResponse:
    """The first question that is still open."""
    desk = desk_of(request)
    spec = desk.specification()
    waiting = spec.unanswered()
    if not waiting:
        return redirect("describe")
    asked, problem = waiting[0], ""
    if request.method == "POST":
        given = request.POST.get("answer", "")
        if request.POST.get("id") != f"{asked.id} {asked.about}":
            return redirect("describe-question")  # answered already, in another window or by going back
        if given in asked.options:
            desk.change(answer(spec, asked, given), f"the answer about {_field_words(spec, asked)}")
            return redirect("describe-question")
        problem = "Choose one of the answers"
    options = [(option, _option_words(asked, option)) for option in asked.options]
    return render(request, "desk/describe_question.html", {
        "question": asked, "options": options, "problem": problem, "left": len(waiting),
        "text": asked.text.partition(" Answer ")[0], "about": _field_words(spec, asked),
    })  # fmt: skip


def _field_words(spec: Specification, asked: Question) -> str:
    table, _, name = asked.id.partition(".")
    found = spec.table(table)
    field = found.field(name) if found else None
    return f"“{field.source_column or field.label}”" if field else name


def _option_words(asked: Question, option: str) -> str:
    if asked.about == "century_from" and option.isdecimal():
        return f"Years from {option} to {int(option) + 99}"
    if asked.about == "century_from":
        return "Leave these dates out"
    if asked.about == "source_column" and option not in ORDERS:
        return f"“{option}”"
    return ORDERS.get(option, option)


@require_http_methods(["GET", "POST"])
def column(request: HttpRequest, table: str, field: str) -> HttpResponse:
    """One column that leaves: its words, or leave it out."""
    desk = desk_of(request)
    spec = desk.specification()
    of = spec.table(table)
    found = of.field(field) if of else None
    if of is None or found is None:
        raise Http404
    if kept_while_typing(request, desk):
        return HttpResponse(status=204)
    if request.method == "POST" and "leave_out" in request.POST and columns.may_leave_out(of, found):
        drafts.forget(desk, request)
        desk.change(columns.left_out(spec, of, found), f"leaving out “{found.label}”")
        desk.tell(f"“{found.label}” stays with you.")
        return redirect("describe")
    form = drafts.form_of(ColumnForm, request, desk, words_of(found))
    if request.method == "POST" and form.is_valid():
        drafts.forget(desk, request)
        changed = replace(found, **form.words())
        if changed != found:
            desk.change(spec.with_field(table, changed), f"the change to “{found.label}”")
            desk.tell(f"“{changed.label}” is changed.")
        return redirect("describe")
    codes = spec.code_list(found.codes)
    return render(request, "desk/describe_column.html", {
        "form": form, "table": of,
        "more": any(str(form[name].value() or "") for name in _MORE), "field": found,
         "may_leave_out": columns.may_leave_out(of, found),
        "how": _how(desk, of.source, found.source_column),
        "codes": codes.labels() if codes else {}, "coded": (of, found) in coded_fields(spec),
        "order": ORDERS.get(found.date_order, ""),
    })  # fmt: skip


def _how(desk: Desk, source: str, heading: str) -> str:
    """How the column was recognised ("by its heading"), or ""."""
    readings = desk.described().get("readings", [])
    found = (each for each in readings if (each["source"], each["column"]) == (source, heading))
    return next((str(each["how"]) for each in found), "")


@require_http_methods(["GET", "POST"])
def stays(request: HttpRequest, number: int) -> HttpResponse:
    """One column that stays: why, and what it may be after all."""
    desk = desk_of(request)
    spec = desk.specification()
    if number >= len(spec.not_supplied):
        raise Http404
    left = spec.not_supplied[number]
    problem = ""
    if request.method == "POST" and "back" in request.POST:
        drafted = load(desk.workspace.drafted)
        if (whole := columns.put_back(spec, drafted, left)) is not None:
            desk.change(whole, f"putting back “{left.column}”")
            desk.tell(f"“{left.column}” would leave again.")
        return redirect("describe")
    if request.method == "POST":
        chosen = request.POST.get("as", "")
        if chosen == "stays":
            return redirect("describe")
        if not chosen:
            problem = "Choose what this column is, or that it stays"
        else:
            table, _, field = chosen.partition(".")

            def work(job: Job) -> None:
                tables = sources.read(desk, job)
                taken = columns.taken_as(spec, left, table, field, tables)
                desk.change(taken, f"taking “{left.column}” along")
                desk.tell(f"“{left.column}” would leave now.")

            here = reverse("describe-stays", args=[number])
            return begin(request, "Looking at that column", work, begins=here, then=reverse("describe"))
    return render(request, "desk/describe_stays.html", {
        "left": left, "problem": problem, "could_be": columns.could_be(spec, left.source),
        "was_left_out": left.kind == LEFT_OUT,
    })  # fmt: skip


@require_GET
def save_specification(request: HttpRequest, kind: str) -> FileResponse:
    """The specification to read, change and send, in the shape asked for: it holds no row of anybody's."""
    desk = desk_of(request)
    spec, folder = desk.specification(), desk.workspace.papers
    path = folder / f"specification.{kind}"
    if kind not in _kinds():
        raise Http404
    if kind == "toml":
        save(spec, path)
    elif kind == "xlsx":
        to_excel(spec, path)
    else:
        write_everywhere(specification_document(spec), folder, "specification")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _kinds() -> dict[str, str]:
    """The shapes this computer can make, and what people call them."""
    names = {"html": "web page", "docx": "Word", "pdf": "PDF"}
    return {"xlsx": "Excel", **{shape: names[shape] for shape in shapes()}, "toml": "text file"}
