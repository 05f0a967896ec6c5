"""The databases made for research projects, and what was asked in their labs."""

from __future__ import annotations

from django.db import models

from linkwell.custody.labs.states import DatabaseState, WorkState
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes.models import Refresh

LONG = "b"
"""Ends the name of work that may take minutes: of it one piece is done at a time (`turns`)."""


class ProjectDatabase(models.Model):
    """One database of one project: what was granted, cut from one refresh. It never changes."""

    name = models.SlugField(max_length=80, unique=True, help_text="folder in the projects zone")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="databases")
    refresh = models.ForeignKey(Refresh, on_delete=models.PROTECT, related_name="project_databases")
    columns = models.JSONField(default=dict, help_text="table -> granted columns")
    organisations = models.JSONField(default=list, help_text="codes whose rows of services it holds")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in DatabaseState])
    digest = models.CharField(max_length=96, blank=True)
    notes = models.JSONField(default=list, help_text="what is known to be missing, beside its variables")
    reasons = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"database/{self.name}"


class LabWork(models.Model):
    """One thing somebody asked for in a lab, and what they were answered."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lab_work")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, help_text="statement, count, model, batch, run or look")
    asked = models.JSONField(help_text="what was asked, as its kind needs; of a look its fingerprint")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in WorkState])
    by = models.CharField(max_length=60)
    database = models.ForeignKey(
        ProjectDatabase, null=True, blank=True, on_delete=models.PROTECT, related_name="work",
        help_text="on which it was done",
    )  # fmt: skip
    answer = models.JSONField(
        default=dict, help_text="what the twin said, the release, or {what, where, why, fix}; no row of data"
    )
    failed = models.BooleanField(
        default=False, help_text="made on the twin and not on the real rows; never told to the team"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="lab_work_once")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How its job and its page name it."""
        long = LONG if self.kind in ("batch", "run") else ""
        return f"{self.project.code}-w{self.number}{long}"

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"lab work/{self.reference}"
