"""A researcher's pages: what can be asked for, with meanings, coverage and how many people were found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.permissions import SEE_CATALOGUE
from linkwell.portal.access import page


@page("catalogue/", name="catalogue", who=SEE_CATALOGUE, methods=("GET",))
def catalogue(request: HttpRequest) -> HttpResponse:
    """Datasets and variables of the newest refresh; facts only, no data file is opened here."""
    refresh = latest_ready()
    return render(
        request, "portal/catalogue.html", {"refresh": refresh, **(refresh.catalogue if refresh else {})}
    )
