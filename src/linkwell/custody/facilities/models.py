"""The facilities there are."""

from __future__ import annotations

import datetime

from django.db import models

from linkwell.custody.facilities.states import FacilityState
from linkwell.custody.organisations.models import Organisation


class Facility(models.Model):
    """One room with a network of its own. What was confirmed never changes: a new network is a new row."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="facilities", help_text="who runs it"
    )
    networks = models.JSONField(default=list, help_text="in CIDR notation")
    starts = models.DateField()
    ends = models.DateField(help_text="the last day rows are shown there")
    checked = models.TextField(help_text="what was seen of it, in words")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in FacilityState])
    entered_by = models.CharField(max_length=60)
    decided_by = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"facility/{self.code}"

    def open_on(self, day: datetime.date) -> bool:
        """Whether rows may be shown there on a day."""
        return self.state == FacilityState.REGISTERED and self.starts <= day <= self.ends
