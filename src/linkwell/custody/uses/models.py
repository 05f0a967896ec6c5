"""Questions about later uses."""

from __future__ import annotations

from django.db import models

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.uses.states import UseState


class LaterUse(models.Model):
    """One later use of what is shared under one agreement, and what the provider's side said to it."""

    reference = models.SlugField(max_length=80, unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="later_uses")
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    project = models.CharField(max_length=80, blank=True, help_text="code of the project, if it is one")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in UseState])
    said = models.TextField(blank=True, help_text="what they asked for, in their own words")
    asked_by = models.CharField(max_length=60)
    answered_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"use/{self.reference}"
