"""A client's OK to whoever sends for it, and the rounds of sending."""

from __future__ import annotations

from django.db import models

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.clients.states import OkState
from linkwell.custody.organisations.models import Organisation


class ClientOk(models.Model):
    """Whether the vendor or intermediary of an agreement may send under it."""

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="client_ok")
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in OkState])
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"OK under {self.agreement}"


class Round(models.Model):
    """One round of sending; what was sent for each client since it began belongs to it."""

    vendor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rounds")
    label = models.CharField(max_length=80)
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.label} of {self.vendor}"
