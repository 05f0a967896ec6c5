"""Outputs and releases."""

from __future__ import annotations

from django.db import models

from linkwell.custody.organisations.models import Organisation
from linkwell.custody.outputs.states import OutputState
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes.models import Refresh


class Output(models.Model):
    """One analysis of one project on one refresh, and who did and who checked it."""

    reference = models.SlugField(max_length=130, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="outputs")
    refresh = models.ForeignKey(Refresh, on_delete=models.PROTECT, related_name="outputs")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in OutputState])
    analyst = models.CharField(max_length=60)
    checker = models.CharField(max_length=60, blank=True)
    reasons = models.JSONField(default=dict)
    members = models.JSONField(default=list, help_text="of a pool: codes of the organisations it is about")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["project", "refresh"], name="output_once")]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"output/{self.reference}"


class Release(models.Model):
    """What went out: its files lie in released/<reference>/."""

    reference = models.SlugField(max_length=120, unique=True)
    output = models.OneToOneField(Output, on_delete=models.PROTECT, related_name="release")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="releases")
    readers = models.ManyToManyField(
        Organisation, related_name="read_together", help_text="of a pool: the organisations it is about"
    )
    title = models.CharField(max_length=200)
    report_digest = models.CharField(max_length=96)
    ledger_entry = models.CharField(max_length=120, blank=True)
    files = models.JSONField(default=list)
    released_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["-released_at", "-pk"]

    def __str__(self) -> str:
        return self.reference
