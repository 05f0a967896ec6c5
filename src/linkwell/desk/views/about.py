"""What is said about the delivery as a whole: its purpose, what is sensitive, what is not held."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from linkwell.desk import drafts
from linkwell.desk.forms_describe import NotHeldForm
from linkwell.desk.guard import desk_of
from linkwell.pages.delivery_form import DeliveryForm, said_of
from linkwell.specification.gaps import absent, label_of, with_not_held, without_not_held
from linkwell.specification.model import NotHeld, Specification


@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest) -> HttpResponse:
    """Purpose, questions, how often, how long: what an agreement asks about the whole."""
    desk = desk_of(request)
    spec = desk.specification()
    if drafts.kept_while_typing(request, desk):
        return HttpResponse(status=204)
    form = drafts.form_of(DeliveryForm, request, desk, said_of(spec))
    if request.method == "POST" and "forget" not in request.POST and form.is_valid():
        drafts.forget(desk, request)
        changed = form.of(spec)
        if changed != spec:
            desk.change(changed, "the change to what the delivery is")
            desk.tell("It is kept.")
        return redirect("describe")
    return render(request, "desk/about_delivery.html", {"form": form, "route": spec.route})


@require_http_methods(["GET", "POST"])
def sensitive(request: HttpRequest) -> HttpResponse:
    """Services where being on the list is itself the secret."""
    desk = desk_of(request)
    spec = desk.specification()
    if request.method == "POST":
        ticked = set(request.POST.getlist("sensitive"))
        marked = tuple(name for name in spec.initiatives if name in ticked)
        if marked != spec.sensitive:
            desk.change(replace(spec, sensitive=marked), "which services are marked as sensitive")
            said = "is marked" if len(marked) == 1 else "are marked"
            desk.tell(f"{len(marked)} {said} as sensitive." if marked else "Nothing is marked as sensitive.")
        return redirect("describe")
    return render(request, "desk/sensitive.html", {"spec": spec})


@require_http_methods(["GET", "POST"])
def not_held(request: HttpRequest) -> HttpResponse:
    """What the base asks for and this organisation does not hold: an accepted answer."""
    desk = desk_of(request)
    spec = desk.specification()
    if request.method == "POST" and "remove" in request.POST:
        gone = request.POST["remove"]
        if any(each.id == gone for each in spec.not_held):
            desk.change(without_not_held(spec, gone), f"“{label_of(gone)}”, which you took off the list")
            desk.tell("It is taken off the list.")
        return redirect("not-held")
    if drafts.kept_while_typing(request, desk):
        return HttpResponse(status=204)
    form = drafts.form_of(NotHeldForm, request, desk, {})
    field = form.fields["id"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = _grouped(spec)
    if request.method == "POST" and "forget" not in request.POST and form.is_valid():
        drafts.forget(desk, request)
        given = form.cleaned_data
        gap = NotHeld(given["id"], given["reason"].replace("\r\n", "\n").strip(), given["review"].isoformat())
        desk.change(with_not_held(spec, gap), f"“{label_of(gap.id)}”, which you said you do not hold")
        desk.tell(f"“{label_of(gap.id)}” is on the list.")
        return redirect("not-held")
    said = [(each, label_of(each.id)) for each in spec.not_held]
    return render(request, "desk/not_held.html", {"form": form, "said": said})


def _grouped(spec: Specification) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """The choices: fields this specification lacks first by table, then columns it reads."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in absent(spec):
        groups.setdefault(each.table, []).append((each.id, each.label))
    said = {each.id for each in spec.not_held}
    supplied = [
        (f"{table.name}.{field.name}", field.label)
        for table, field in spec.fields()
        if field.source_column and field.name != "client_key" and f"{table.name}.{field.name}" not in said
    ]
    groups["In your files until now"] = supplied
    return [("", "Choose…"), *((name, found) for name, found in groups.items() if found)]
