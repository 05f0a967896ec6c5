"""Read from a database: its address, then which of its tables. Nothing in it can be changed from here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from linkwell.desk import sources
from linkwell.desk.desk import Desk
from linkwell.desk.forms_files import DatabaseForm
from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job
from linkwell.desk.views.files import keep
from linkwell.desk.views.waiting import begin
from linkwell.reading.database_address import Database, can_read_databases


@require_http_methods(["GET", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Where the database is, and its password, which goes to no disk and into no address of ours."""
    desk = desk_of(request)
    form = DatabaseForm(
        request.POST or None, initial={"address": desk.database_tried or desk.choices.database}
    )
    if request.method == "POST" and form.is_valid():
        database = form.database()
        desk.database_tried = database.url
        return look(request, desk, database)
    return render(request, "desk/files_database.html", {"form": form, "possible": can_read_databases()})


def look(request: HttpRequest, desk: Desk, database: Database) -> HttpResponse:
    """Look into a database, then on to its tables."""

    def work(job: Job) -> None:
        sources.look_into(desk, job, database)

    return begin(request, "Looking into the database", work, begins=reverse("files-database"),
                 then=reverse("files-tables"))  # fmt: skip


@require_http_methods(["GET", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """Which tables, views or queries of it hold the people and the visits."""
    desk = desk_of(request)
    names = desk.database_names
    if not desk.choices.database or not names:
        return redirect("files-database")
    problem = ""
    if request.method == "POST":
        ticked = {int(at) for at in request.POST.getlist("table") if at.isdecimal()}
        queries = [name for at, name in enumerate(names) if at in ticked]
        given = [each for each in request.FILES.getlist("queries") if each.name]
        problem = "" if queries or given else "Tick at least one table"
        if any(not str(each.name).lower().endswith(".sql") for each in given):
            problem = "A file with a query has a name that ends in .sql"
        if not problem:
            queries += [str(keep(desk, each)) for each in given]
            desk.choose(queries=tuple(queries), rows_read="")
            desk.database_rows = None
            desk.tell(f"{len(queries)} {'table is' if len(queries) == 1 else 'tables are'} chosen.")
            return redirect("files")
    return render(request, "desk/files_tables.html", {
        "names": names, "chosen": set(desk.choices.queries), "problem": problem,
        "database": desk.choices.database_name,
    })  # fmt: skip
