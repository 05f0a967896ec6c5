"""The page that waits for a long step. It asks again by itself, without script, until told to stop."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from linkwell.desk.guard import desk_of
from linkwell.desk.jobs import Job

SOON = 1.5  # most steps of a small file are done by then, and the person never sees this page
HOLD = 4.0  # the next answer is held back this long, so that a screen reader is not interrupted every second


def begin(
    request: HttpRequest, name: str, work: Callable[[Job], None], *, begins: str, then: str
) -> HttpResponse:
    """Start a step; go straight on if it is done soon, and to the waiting page if not."""
    job = desk_of(request).jobs.start(name, work, begins=begins, then=then)
    job.wait(SOON)
    return redirect("working")


@require_GET
def working(request: HttpRequest) -> HttpResponse:
    """How far it is; what went wrong; or on to the next page.

    The browser is told to ask again by a header and not by a meta element: both do the same, and the page
    offers a way to turn it off (WCAG 2.2.1, 2.2.2).
    """
    desk = desk_of(request)
    job = desk.jobs.current
    if job is None:
        return redirect("home")
    if request.GET.get("wait"):
        job.wait(HOLD)
    if job.ended and job.problem is not None:
        return render(request, "desk/stopped.html", {"problem": job.problem, "back": job.begins}, status=200)
    if job.ended:
        desk.jobs.forget()
        return redirect(job.then)
    still = "still" in request.GET
    response = render(request, "desk/working.html", {"job": job, "still": still})
    if not still:
        response["Refresh"] = f"1; url={request.path}?wait=1"
    return response
