"""Assessments: what evidence was seen, what was decided and why."""

from __future__ import annotations

from django.db import models

from linkwell.custody.assessments.states import AssessmentState
from linkwell.custody.proposals.models import Proposal, SpecificationVersion


class Assessment(models.Model):
    """One round of assessing one version of a proposal; the evidence is frozen when it is put forward."""

    reference = models.SlugField(max_length=90, unique=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="assessments")
    version = models.ForeignKey(SpecificationVersion, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in AssessmentState])
    evidence = models.JSONField(default=list, help_text="the cards as they were when it was put forward")
    assessor = models.CharField(max_length=60, blank=True)
    reasons = models.TextField(blank=True, help_text="why, in words the provider reads")
    conditions = models.JSONField(default=list, help_text="codes of conditions.toml")
    own_condition = models.TextField(blank=True, help_text="a condition in words, kept by people")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"assessment/{self.reference}"
