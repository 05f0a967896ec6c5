"""Agreements, the text of their specifications, and upload tokens."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.organisations.models import Organisation


class SpecificationText(models.Model):
    """A data specification as it was agreed: TOML text named by its digest."""

    digest = models.CharField(max_length=96, primary_key=True)
    toml = models.TextField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return self.digest[:16]


class Agreement(models.Model):
    """A data sharing agreement with one organisation, locked to one specification by its digest."""

    reference = models.SlugField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements")
    specification = models.ForeignKey(SpecificationText, on_delete=models.PROTECT, related_name="agreements")
    purpose = models.TextField(blank=True)
    permits_single_provider_output = models.BooleanField(
        default=False, help_text="Whether output about this provider alone was agreed to."
    )
    starts = models.DateField()
    ends = models.DateField()
    state = models.CharField(
        max_length=20,
        default=AgreementState.IN_FORCE,
        choices=[(state.value, state.value) for state in AgreementState],
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gte=models.F("starts")), name="agreement_dates")
        ]

    def __str__(self) -> str:
        return self.reference

    def live(self, on: datetime.date | None = None) -> bool:
        """Whether it is in force on a day (today if not said)."""
        day = on or timezone.localdate()
        return self.state == AgreementState.IN_FORCE and self.starts <= day <= self.ends


class UploadToken(models.Model):
    """Lets a machine send under one agreement, and do nothing else; only a hash of the secret is kept."""

    key_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=96)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"token {self.key_id}"

    def live(self) -> bool:
        """Whether it still opens the door: not ended, not expired, its agreement in force."""
        return self.ended_at is None and timezone.now() < self.expires_at and self.agreement.live()
