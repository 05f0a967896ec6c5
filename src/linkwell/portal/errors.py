"""Pages for what went wrong, in plain words and without what was asked for."""

from __future__ import annotations

import sys

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """The same page for what never existed and for what is not yours to see."""
    return render(request, "portal/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for your role."""
    return render(request, "portal/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read."""
    return render(request, "portal/400.html", status=400)


def broke(request: HttpRequest) -> HttpResponse:
    """Something broke on our side, or the registry is busy; neither page touches database or session."""
    if isinstance(sys.exc_info()[1], OperationalError):  # locked for too long, or away: nothing was changed
        response = render(request, "portal/busy.html", status=503)
        response["Retry-After"] = "30"
        return response
    return render(request, "portal/500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was old, or came from somewhere else."""
    return render(request, "portal/csrf.html", status=403)
