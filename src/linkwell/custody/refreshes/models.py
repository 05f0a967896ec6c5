"""Refreshes and which supplies each holds."""

from __future__ import annotations

from django.db import models

from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.supplies.models import Supply


class Refresh(models.Model):
    """One dated rebuild; its facts are copied here so that the web process opens no data file."""

    label = models.SlugField(max_length=60, unique=True)
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in RefreshState])
    base = models.SlugField(
        max_length=60, blank=True, default="", help_text="of an ad hoc load: the refresh it is used with"
    )
    digest = models.CharField(max_length=96, blank=True)
    facts = models.JSONField(default=dict)
    catalogue = models.JSONField(default=dict, help_text="datasets and variables with their meanings")
    supplies = models.ManyToManyField(Supply, through="RefreshSupply", related_name="refreshes")
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "refreshes"

    def __str__(self) -> str:
        return self.label

    @property
    def ad_hoc(self) -> bool:
        """Whether it is a load outside the refreshes."""
        return bool(self.base)

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"refresh/{self.label}"


class RefreshSupply(models.Model):
    """That a refresh holds a supply."""

    refresh = models.ForeignKey(Refresh, on_delete=models.PROTECT)
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT)

    class Meta:
        app_label = "custody"
        constraints = [models.UniqueConstraint(fields=["refresh", "supply"], name="supply_once_in_refresh")]

    def __str__(self) -> str:
        return f"{self.supply} in {self.refresh}"
