"""A researcher's pages: what can be asked for, with meanings, coverage and how many people were found."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.permissions import SEE_CATALOGUE
from linkwell.portal.access import page


@page("catalogue/", name="catalogue", who=SEE_CATALOGUE, methods=("GET",))
def catalogue(request: HttpRequest) -> HttpResponse:
    """Datasets, or the variables and measures that hold the words asked for; no data file is opened here."""
    refresh, asked = latest_ready(), request.GET.get("q", "").strip()[:100]
    told: dict[str, Any] = refresh.catalogue if refresh else {}
    words = asked.casefold().split()
    variables = [
        {"dataset": dataset["name"], **variable}
        for dataset in told.get("datasets", [])
        for variable in dataset["variables"]
        if words and _holds(words, (dataset["label"], *_texts(variable)))
    ]
    measures = [each for each in told.get("measures", []) if _holds(words, map(str, each.values()))]
    found = {**told, "refresh": refresh, "asked": asked, "variables": variables, "measures": measures}
    return render(request, "portal/catalogue.html", found)


@page("catalogue/catalogue.json", name="catalogue-file", who=SEE_CATALOGUE, methods=("GET",))
def catalogue_file(request: HttpRequest) -> HttpResponse:
    """The catalogue as a file, to make a twin from (`linkwell lab twin`)."""
    refresh = latest_ready()
    if refresh is None:
        raise Http404
    response = JsonResponse({"refresh": refresh.label, **refresh.catalogue})
    response["Content-Disposition"] = 'attachment; filename="catalogue.json"'
    return response


@page("catalogue/<slug:name>/", name="catalogue-dataset", who=SEE_CATALOGUE, methods=("GET",))
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset: its variables, what is known to be missing, and example rows nobody is behind."""
    refresh = latest_ready()
    listed = refresh.catalogue.get("datasets", []) if refresh else []
    found = next((each for each in listed if each["name"] == name), None)
    if found is None:
        raise Http404
    rates = (
        {each["code"]: each["found_percent"] for each in refresh.catalogue.get("suppliers", [])}
        if refresh
        else {}
    )
    suppliers = [(code, rates.get(code)) for code in found["suppliers"]]
    return render(
        request,
        "portal/catalogue_dataset.html",
        {"refresh": refresh, "dataset": found, "suppliers": suppliers},
    )


def _texts(variable: dict[str, Any]) -> list[str]:
    return [variable["name"], variable["meaning"], *variable["codes"].values(), *variable["caveats"]]


def _holds(words: list[str], texts: Any) -> bool:
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)
