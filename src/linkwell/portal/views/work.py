"""The computer's work: what runs, what waits, what stopped, and having that done again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.permissions import SEE_WORK
from linkwell.custody.jobs.states import JobState
from linkwell.custody.jobs.stopped import AGAIN, silent_jobs, stopped_work, try_again
from linkwell.portal.access import page, signed_in

MOST = 50


@page("custodian/work/", name="work", who=SEE_WORK, methods=("GET",))
def work(request: HttpRequest) -> HttpResponse:
    """What runs, waits and stopped."""
    under_way = Job.objects.filter(state__in=(JobState.RUNNING, JobState.WAITING)).order_by("state", "pk")
    silent = {job.pk for job in silent_jobs()}
    context = {
        "stopped": stopped_work(signed_in(request))[:MOST],
        "under_way": [(job, job.pk in silent) for job in under_way[:MOST]],
    }
    return render(request, "portal/work.html", context)


def _again(kind: str, verb: str) -> None:
    """Declare the address by which one kind of work is begun anew."""

    @page(f"custodian/work/<int:number>/{verb}", name=f"work-{verb}", who=AGAIN[kind].need, methods=("POST",))
    def begin(request: HttpRequest, number: int) -> HttpResponse:
        try_again(by=signed_in(request), job=get_object_or_404(Job, pk=number, kind=kind))
        messages.success(request, "It has begun again. This page shows how it goes.")
        return redirect("work")


for each_kind, each in AGAIN.items():
    _again(each_kind, each.verb)
