"""What is taken out, why, by whose word, and what came of it."""

from __future__ import annotations

from django.db import models

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.removals.states import RemovalKind, RemovalState
from linkwell.custody.supplies.models import Supply


class Removal(models.Model):
    """One taking-out. It names deliveries, never a person: who leaves is whom the last no longer holds."""

    reference = models.SlugField(max_length=80, unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="removals")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in RemovalKind])
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in RemovalState])
    delivery = models.ForeignKey(
        Supply,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="removals_by",
        help_text="the delivery that takes the place of what leaves; none for a withdrawal",
    )
    supplies = models.ManyToManyField(Supply, related_name="removals", help_text="what leaves")
    plan = models.JSONField(default=dict, help_text="what was shown before it was confirmed")
    asked_by = models.CharField(max_length=60)
    confirmed_by = models.CharField(max_length=60, blank=True)
    refresh = models.ForeignKey(
        Refresh,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="removals",
        help_text="the refresh that stands without it",
    )
    done = models.JSONField(default=dict, help_text="the facts of the certificate")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def organisation(self) -> Organisation:
        """Whose data it is."""
        return self.agreement.organisation

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"removal/{self.reference}"
