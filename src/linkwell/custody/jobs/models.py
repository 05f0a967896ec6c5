"""The table of jobs: what is to be done, for which thing, and how it went."""

from __future__ import annotations

from django.db import models

from linkwell.custody.jobs.states import JobState


class Job(models.Model):
    """One piece of long work. `kind` names an entry of `jobs.kinds.KINDS`; `subject` is the thing's
    reference.
    """

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    queue = models.CharField(max_length=10)
    state = models.CharField(
        max_length=10, default=JobState.WAITING, choices=[(state.value, state.value) for state in JobState]
    )
    by = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "queue"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
