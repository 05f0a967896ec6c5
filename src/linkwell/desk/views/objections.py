"""Somebody says no, with a slip for them; and somebody who changes their mind.

What is typed here is posted, stands in no address, and is not kept: only keyed hashes are.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.checking.objections import (
    add_objection,
    load_objections,
    objection_slip,
    remove_objection,
    take_back,
)
from linkwell.checking.verdict import Verdict
from linkwell.desk.desk import Desk
from linkwell.desk.forms_people import PersonForm
from linkwell.desk.guard import desk_of
from linkwell.documents.html import render_html
from linkwell.pages.files import attached
from linkwell.vault.zones import Home, data_home_of

_TYPED = ("client_key", "first_name", "last_name", "born")


@sensitive_post_parameters(*_TYPED)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest) -> HttpResponse:
    """Put somebody on the list."""
    desk = desk_of(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        folder, seed = desk.workspace.secrets, _seed(desk)
        before = load_objections(folder, demo_seed=seed).hashes
        after = add_objection(folder, _known(desk, form.person()), demo_seed=seed).hashes
        desk.just_objected = tuple(after - before)
        desk.objected_unseen = _unseen(desk, form.person()["client_key"])
        return redirect("objection-noted")
    return render(request, "desk/objection.html", {
        "form": form, "any": listed_objections(desk) > 0,
    })  # fmt: skip


def _seed(desk: Desk) -> int | None:
    home = data_home_of(desk.workspace.secrets)
    return Home.open(home).demo_seed if home else None


def listed_objections(desk: Desk) -> int:
    """How many people are on the list; nothing else about them can be known."""
    return load_objections(desk.workspace.secrets, demo_seed=_seed(desk)).people


def _known(desk: Desk, person: dict[str, str]) -> dict[str, str]:
    """The person with all that the checked file says of them, so that a second record is matched."""
    verdict = desk.last_verdict()
    found = _in(verdict, person["client_key"]) if verdict and person["client_key"] else {}
    return {**found, **{name: value for name, value in person.items() if value}}


def _unseen(desk: Desk, client_key: str) -> bool:
    """Whether a number was given that no row of the files in memory has, so that it may be mistyped."""
    spec, tables = desk.specification_or_none(), desk.tables()
    person = spec.table("person") if spec else None
    key = person.field("client_key") if person else None
    if not client_key or key is None or tables is None:
        return False
    columns = [table.column(key.source_column) for table in tables if key.source_column in table.columns]
    return bool(columns) and not any(cell.strip() == client_key for column in columns for cell in column)


def _in(verdict: Verdict, client_key: str) -> dict[str, str]:
    kept = verdict.kept[0]
    for row in kept.rows:
        found = dict(zip(kept.columns, row, strict=True))
        if found.get("client_key") == client_key:
            return found
    return {}


@require_GET
def noted(request: HttpRequest) -> HttpResponse:
    """It is done; now the slip."""
    desk = desk_of(request)
    return render(request, "desk/objection_noted.html", {
        "undo": bool(desk.just_objected), "unseen": desk.objected_unseen, "sent": _sent(desk),
    })  # fmt: skip


def _sent(desk: Desk) -> bool:
    """Whether anything that counts was sent or handed over from this desk."""
    return desk.workspace.last_delivery.exists()


@require_http_methods(["GET", "POST"])
def slip(request: HttpRequest) -> HttpResponse:
    """The slip, to print or keep; it names nobody. Posted, because it says whether something was sent."""
    desk = desk_of(request)
    sent = request.POST.get("sent", "yes" if _sent(desk) else "no") == "yes"
    name = desk.organisation or "[name of your organisation]"
    made = objection_slip(name, timezone.localdate(), sent_before=sent)
    if request.method == "POST" and "save" in request.POST:
        name = "slip-for-a-person-who-objects.html"
        return attached(render_html(made), name, "text/html; charset=utf-8")
    return render(request, "desk/objection_slip.html", {"slip": made, "sent": sent})


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last one back: noted by mistake."""
    desk = desk_of(request)
    if take_back(desk.workspace.secrets, desk.just_objected):
        desk.tell("Taken back: that person is not on the list any more.")
    desk.just_objected = ()
    return redirect("objection")


@sensitive_post_parameters(*_TYPED)
@require_http_methods(["GET", "POST"])
def off(request: HttpRequest) -> HttpResponse:
    """Take somebody who changed their mind off the list."""
    desk = desk_of(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if remove_objection(desk.workspace.secrets, form.person(), demo_seed=_seed(desk)):
            desk.tell("That person is off the list, and would be part of what you send again.")
            return redirect("people")
        form.add_error("client_key", "Nobody is on the list under this. Try by number, or by name")
    return render(request, "desk/objection_off.html", {"form": form})
