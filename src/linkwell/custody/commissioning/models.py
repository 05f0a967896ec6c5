"""Which released report was passed on to which commissioner."""

from __future__ import annotations

from django.db import models

from linkwell.custody.commissioning.states import PassingState
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.outputs.models import Release


class PassedOn(models.Model):
    """One released report, passed on to one commissioner. There is no row for what was not passed on."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="passed_on")
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports_passed_on")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in PassingState])
    by = models.CharField(max_length=60)
    passed_at = models.DateTimeField()

    class Meta:
        app_label = "custody"
        ordering = ["-passed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["release", "to"], name="passed_on_once_to_each")]

    def __str__(self) -> str:
        return f"{self.release} to {self.to}"
