"""Papers: what an existing privacy statement lacks, and the answers file that goes to the portal and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from linkwell.desk.desk import Desk
from linkwell.desk.drafts import AUTOSAVE
from linkwell.desk.forms import WordsForm
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.waiting import begin
from linkwell.errors import LinkwellError
from linkwell.primer import load_answers, save_answers
from linkwell.primer.papers import write_papers
from linkwell.primer.statement import lint_statement, privacy_statement
from linkwell.primer.statement_text import MOST_BYTES, words_of
from linkwell.vault.zones import write_whole

PAPERS = {".html", ".docx", ".pdf", ".xlsx"}
LARGEST_ANSWERS = 256 * 1024


@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest) -> HttpResponse:
    """Drafts to start with: form, privacy statement, letters, a workbook; made on this computer."""
    desk = desk_of(request)
    if request.method == "POST":

        def work(job: Job) -> None:
            job.part("Writing the papers")
            write_papers(desk.answers, desk.workspace.papers)

        here = reverse("ready-papers")
        return begin(request, "Writing your papers", work, begins=here, then=here)
    return render(
        request, "desk/ready_papers.html", {"papers": _papers(desk), "folder": desk.workspace.papers}
    )


@require_GET
def paper(request: HttpRequest, number: int) -> HttpResponse | FileResponse:
    """One paper, to open in another program."""
    found = _papers(desk_of(request))
    if number >= len(found):
        return redirect("ready-papers")
    return FileResponse(found[number].open("rb"), as_attachment=True, filename=found[number].name)


def _papers(desk: Desk) -> list[Path]:
    folder = desk.workspace.papers
    return sorted(each for each in folder.iterdir() if each.suffix in PAPERS) if folder.is_dir() else []


@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest) -> HttpResponse:
    """Look at the privacy statement people see now, pasted or as a file; its words are kept for next time."""
    desk = desk_of(request)
    path = desk.workspace.statement
    problem: LinkwellError | None = None
    missing = ""
    if request.method == "POST":
        try:
            text = _given_text(request)
        except LinkwellError as found:
            problem, text = found, ""
        if text.strip():
            write_whole(path, text.encode("utf-8", "replace"))
            return HttpResponse(status=204) if AUTOSAVE in request.headers else redirect("ready-statement")
        if AUTOSAVE in request.headers:
            return HttpResponse(status=204)
        missing = "" if problem else "Paste the words of your statement, or choose its file"
    text = path.read_text("utf-8") if path.exists() else ""
    answers = desk.answers
    return render(request, "desk/ready_statement.html", {
        "form": WordsForm(initial={"text": text}), "problem": problem, "missing": missing,
        "looked": bool(text), "lacks": lint_statement(text, answers) if text else (),
        "draft": privacy_statement(answers),
    })  # fmt: skip


def _given_text(request: HttpRequest) -> str:
    given = request.FILES.get("file")
    if isinstance(given, UploadedFile) and given.size:
        return words_of(given.read(MOST_BYTES + 1), str(given.name))
    return str(request.POST.get("text", ""))[:60_000].replace("\r\n", "\n")


@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest) -> HttpResponse:
    """Take in an answers file made in the portal or on another computer; what was here can be had back."""
    desk = desk_of(request)
    before = desk.workspace.answers.with_name("answers-before.toml")
    problem: LinkwellError | None = None
    missing = ""
    if request.method == "POST" and "undo" in request.POST:
        if before.exists():
            before.replace(desk.workspace.answers)
            desk.tell("Your answers are as they were before.")
        return redirect("ready")
    if request.method == "POST" and "again" in request.POST:
        if desk.workspace.answers.exists():
            desk.workspace.answers.replace(before)
            desk.tell("You begin again. The earlier file is kept: undo is on the page of your answers.")
        return redirect("ready")
    if request.method == "POST":
        given = request.FILES.get("file")
        if isinstance(given, UploadedFile) and given.size:
            problem = _take_in(desk, given, before)
            if problem is None:
                desk.tell("The answers are taken in. Read them through once.")
                return redirect("ready")
        else:
            missing = "Choose the answers file"
    here, unreadable = desk.answers_if_readable
    return render(request, "desk/ready_answers.html", {
        "problem": problem or unreadable, "missing": missing, "undo": before.exists(),
        "unreadable": unreadable is not None, "any": bool(here.choices or here.notes),
    })  # fmt: skip


def _take_in(desk: Desk, given: UploadedFile[bytes], before: Path) -> LinkwellError | None:
    """Answers of the file, and what was written here that the file says nothing about."""
    (here, _), path = desk.answers_if_readable, desk.workspace.answers
    part = before.with_name("answers-given.toml")
    try:
        write_whole(part, given.read(LARGEST_ANSWERS))
        new = load_answers(part)
    except LinkwellError as problem:
        return problem
    finally:
        part.unlink(missing_ok=True)
    if path.exists():
        write_whole(before, path.read_bytes())
    merged = replace(
        new,
        choices={**here.choices, **new.choices},
        notes={**here.notes, **new.notes},
        numbers={**here.numbers, **new.numbers},
        organisation=new.organisation or here.organisation,
    )
    save_answers(path, merged)
    return None


@require_GET
def save_answers_file(request: HttpRequest) -> HttpResponse | FileResponse:
    """The answers as a file, for the portal or another computer: nothing about any person is in it."""
    path = desk_of(request).workspace.answers
    if not path.exists():
        return redirect("ready")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="answers.toml", content_type="text/plain"
    )
