"""The register of privacy breaches."""

from __future__ import annotations

import datetime

from django.db import models

from linkwell.custody.breaches.states import BreachState
from linkwell.custody.organisations.models import Organisation

HOURS = 72
"""The Privacy Commissioner's expectation for telling of a breach that is likely to do serious harm."""


class Breach(models.Model):
    """One breach, about the data of one organisation. Never names a person it happened to."""

    reference = models.SlugField(max_length=80, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="breaches")
    found_at = models.DateTimeField()
    what = models.TextField()
    done = models.TextField(blank=True, help_text="what was done at once")
    state = models.CharField(max_length=30, choices=[(state.value, state.value) for state in BreachState])
    recorded_by = models.CharField(max_length=60)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]
        verbose_name_plural = "breaches"

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"breach/{self.reference}"

    @property
    def due(self) -> datetime.datetime:
        """When people have to have been told, if serious harm is likely."""
        return self.found_at + datetime.timedelta(hours=HOURS)
