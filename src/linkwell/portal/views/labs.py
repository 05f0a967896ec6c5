"""A project's lab: the catalogue beside the editor, statements tried on the twin, counts from the release
desk; and the custodian's having its database built. Whether somebody may is asked in one place
(`labs.working.enter`), on every page, anew.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from linkwell.custody.facilities.networks import number as limit
from linkwell.custody.labs import batches, databases, looking, turns, working, workspace
from linkwell.custody.labs.granted import PERSON
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.permissions import BUILD_DATABASE, WORK_IN_LAB
from linkwell.custody.labs.states import WORK, WorkState
from linkwell.custody.labs.told import amounts_told
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.seeing import named
from linkwell.pages.forms import PagesForm
from linkwell.portal.access import page, signed_in
from linkwell.portal.network import certain_address, facility_here
from linkwell.portal.views.lab_forms import CountForm, LookForm, ModelForm, RunForm, StatementForm
from linkwell.portal.views.projects import find

SHOWN = 20
"""Of what was asked, the newest."""


@page("projects/<slug:code>/database", name="project-database", who=BUILD_DATABASE, methods=("POST",))
def build(request: HttpRequest, code: str) -> HttpResponse:
    """Have the project's database built."""
    databases.build(by=signed_in(request), project=find(request, code))
    messages.success(request, "Its database is being built. This page shows how it went.")
    return redirect("project", code)


@page("projects/<slug:code>/lab/", name="project-lab", who=WORK_IN_LAB, methods=("GET",))
def lab(request: HttpRequest, code: str) -> HttpResponse:
    """The lab of a project."""
    found = _mine(request, code)
    again = request.GET.get("again", "")
    earlier = found.lab_work.filter(number=int(again)).first() if again.isdecimal() else None
    text = str(earlier.asked.get("text", "")) if earlier else ""
    return _show(request, found, editor=StatementForm(initial={"text": text}))


@page("projects/<slug:code>/lab/statement", name="project-statement", who=WORK_IN_LAB, methods=("POST",))
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """Have a statement tried."""
    found, form = _mine(request, code), StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, found, editor=form)
    if form.batch is not None:
        name, data = form.batch
        brought, _ = batches.bring(by=signed_in(request), project=found, name=name, data=data)
        return redirect("project-lab-work", code, brought.number)
    left = working.try_script(by=signed_in(request), project=found, texts=form.texts)
    if len(left) > 1:
        messages.success(request, f"{len(left)} statements wait to be tried, one after the other.")
        return redirect("project-lab", code)
    return redirect("project-lab-work", code, left[0][0].number)


@page("projects/<slug:code>/lab/run", name="project-run", who=WORK_IN_LAB, methods=("POST",))
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Run the batches on the real rows."""
    found, form = _mine(request, code), RunForm(request.POST)
    if not form.is_valid():
        return _show(request, found, running=form)
    minutes, again = int(form.cleaned_data["minutes"]), form.cleaned_data["which"] == "all"
    left = batches.run(by=signed_in(request), project=found, minutes=minutes, again=again)
    return redirect("project-lab-work", code, left[0][0].number)


@page("projects/<slug:code>/lab/count", name="project-count", who=WORK_IN_LAB, methods=("POST",))
def count(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a count."""
    found = _mine(request, code)
    form = CountForm(workspace.tables(found), request.POST)
    if not form.is_valid():
        return _show(request, found, counting=form)
    made, _ = working.ask_count(
        by=signed_in(request), project=found, table=form.cleaned_data["table"], columns=form.columns(),
        purpose=form.cleaned_data["purpose"], amount=form.cleaned_data.get("amount", ""),
        unit=form.cleaned_data.get("unit") or "events", **form.more(),
    )  # fmt: skip
    return redirect("project-lab-work", code, made.number)


@page("projects/<slug:code>/lab/model", name="project-model", who=WORK_IN_LAB, methods=("POST",))
def model(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a regression."""
    found = _mine(request, code)
    form = ModelForm(workspace.tables(found), request.POST)
    if not form.is_valid():
        return _show(request, found, modelling=form)
    made, _ = working.ask_model(
        by=signed_in(request), project=found, table=form.cleaned_data["table"], formula=form.formula(),
        labels=form.groups(), purpose=form.cleaned_data["purpose"],
    )  # fmt: skip
    return redirect("project-lab-work", code, made.number)


@page("projects/<slug:code>/lab/look", name="project-look", who=WORK_IN_LAB, methods=("POST",))
def look(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to be shown rows, in a registered facility."""
    found, form = _mine(request, code), LookForm(request.POST)
    if not form.is_valid():
        return _show(request, found, looking=form)
    asked, _ = looking.ask_look(by=signed_in(request), project=found, text=form.cleaned_data["look"],
                                address=certain_address(request))  # fmt: skip
    return redirect("project-lab-work", code, asked.number)


@page("projects/<slug:code>/lab/<int:number>/", name="project-lab-work", who=WORK_IN_LAB, methods=("GET",))
def work(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One statement or count, and its answer."""
    found = _mine(request, code)
    one = found.lab_work.filter(number=number).select_related("database__refresh").first()
    if one is None:
        raise Http404
    context = {
        "project": found,
        "work": one,
        "meaning": WORK.meaning[WorkState(one.state)],
        "before": turns.before(one.reference),
        "tables": [_rows(table) for table in one.answer.get("tables", [])],
        "models": [_terms(each) for each in one.answer.get("models", [])],
        "inside": facility_here(request),
        "looked": looking.shown(signed_in(request), one, certain_address(request)),
        "minutes": limit("shown_minutes"),
    }
    return render(request, "portal/lab_work.html", context)


def _mine(request: HttpRequest, code: str) -> Project:
    """The project, if it names this person and their access is open now."""
    found, person = find(request, code), signed_in(request)
    if not named(found, person):
        raise Http404
    working.enter(by=person, project=found)
    return found


def _show(request: HttpRequest, found: Project, **given: PagesForm) -> HttpResponse:
    """The page, with forms that were posted in the place of empty ones.

    Args:
        given: editor, counting, modelling, running or looking.
    """
    tables = workspace.tables(found)
    empty = {"editor": StatementForm(), "counting": CountForm(tables), "modelling": ModelForm(tables),
             "running": RunForm(), "looking": LookForm()}  # fmt: skip
    database = databases.current(found)
    assert database is not None, "enter asked"
    context = {
        "project": found,
        "database": database,
        "datasets": datasets(database),
        "tables": tables,
        **empty,
        **given,
        "batches": _batches(found, database),
        "form": next(iter(given.values()), empty["editor"]),  # whose errors the page's head tells
        "inside": facility_here(request),
        "may_look": looking.approved(found),
        "most_rows": limit("rows"),
        "done": [(each, _heading(each)) for each in found.lab_work.all()[:SHOWN]],
    }  # fmt: skip
    return render(request, "portal/lab.html", context)


def _batches(found: Project, database: ProjectDatabase) -> list[tuple[LabWork, bool]]:
    """The batches in use, and whether each was run on this database."""
    standing = workspace.in_use(found)
    done = workspace.ran_on(database) if standing else set()
    return [(each, each.number in done) for each in standing]


def datasets(database: ProjectDatabase) -> list[dict[str, Any]]:
    """What the database holds, from the catalogue: variables with meaning, codes and what is missing."""
    notes: dict[tuple[str, str], list[str]] = {}
    for note in database.notes:
        notes.setdefault((note["table"], note["column"]), []).append(note["note"])
    return [
        {
            **dataset,
            "variables": [
                {**each, "caveats": list(dict.fromkeys([*each["caveats"],
                                                        *notes.get((dataset["name"], each["name"]), [])]))}
                for each in dataset["variables"] if each["name"] in database.columns[dataset["name"]]
            ],
            "own": PERSON in database.columns[dataset["name"]],
        }
        for dataset in database.refresh.catalogue.get("datasets", [])
        if dataset["name"] in database.columns
    ]  # fmt: skip


def _heading(each: LabWork) -> str:
    """A line that tells one piece of work from another."""
    if each.kind == "count":
        by = ", ".join(each.asked["by"])
        return f"Count of {each.asked['table']}" + (f" by {by}" if by else "")
    if each.kind == "model":
        return f"Regression on {each.asked['table']}: {each.asked['formula']}"[:80]
    if each.kind in ("batch", "run"):
        return f"{'Batch' if each.kind == 'batch' else 'Run of'} {each.asked['name']}"
    if each.kind == "look":
        return f"Look at rows in {each.asked['facility']}"
    return " ".join(str(each.asked["text"]).split())[:80]


def _rows(table: dict[str, Any]) -> dict[str, Any]:
    """A released table row by row, as the page shows it."""
    heads, amounts = amounts_told(table)
    values = zip(table["labels"], table["values"], table["marks"], amounts, strict=True)
    rows = [(labels, "S" if value is None else value, mark, told) for labels, value, mark, told in values]
    hidden = "S" in table["marks"] or any(None in told for told in amounts)
    return {"title": table["title"], "dimensions": table["dimensions"], "rows": rows, "hidden": hidden,
            "carried": "C" in table["marks"], "amounts": heads}  # fmt: skip


def _terms(model: dict[str, Any]) -> dict[str, Any]:
    """A released regression term by term."""
    rows = zip(model["terms"], model["coefficients"], model["errors"], strict=True)
    return {**model, "rows": list(rows), "hidden": model["mark"] == "S"}
