"""Supplies, the uploads they arrive by, and their receipts."""

from __future__ import annotations

import uuid

from django.db import models

from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.supplies.states import SupplyState


def new_upload_id() -> str:
    """An upload's name in its address; says nothing about what is sent."""
    return uuid.uuid4().hex


class Supply(models.Model):
    """One delivery. `reference` is the agreement's reference and a number, and names its folders in the
    zones.
    """

    reference = models.SlugField(max_length=80, unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="supplies")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in SupplyState])
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=96, blank=True, help_text="SHA-384 of the sealed file")
    manifest = models.JSONField(default=dict, help_text="facts of the signed manifest; no personal value")
    counts = models.JSONField(default=dict, help_text="what each step counted: accepted, linked")
    reasons = models.JSONField(default=dict, help_text="why it was not accepted, in words")
    checked_by = models.CharField(
        max_length=60, blank=True, default="", help_text="who had it tried out first"
    )
    sealed_gone = models.BooleanField(default=False, help_text="the sealed file was destroyed, with receipt")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "supplies"

    def __str__(self) -> str:
        return self.reference

    @property
    def organisation(self) -> Organisation:
        """Whose data it is."""
        return self.agreement.organisation

    @property
    def practice(self) -> bool:
        """Whether it is a practice send: invented people that go the whole way and are kept nowhere."""
        return bool(self.manifest.get("test"))

    @property
    def turn(self) -> str:
        """Whose turn it is, as a key of [waits_on] in the labels: of its state, or of a practice that is
        followed up.
        """
        if self.state != SupplyState.PRACTISED:
            return self.state
        after = Supply.objects.filter(agreement=self.agreement_id, created_at__gt=self.created_at)
        real = any(sent and not sent.get("test") for sent in after.values_list("manifest", flat=True))
        return "followed up" if real or not self.agreement.live() else self.state

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"supply/{self.reference}"


class Upload(models.Model):
    """The coming-in of one sealed file; how far it got is the length of its file, not a column."""

    id = models.CharField(primary_key=True, max_length=32, default=new_upload_id)
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="uploads")
    token = models.ForeignKey(UploadToken, on_delete=models.PROTECT, related_name="uploads")
    length = models.PositiveBigIntegerField()
    declared_digest = models.CharField(max_length=96, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"upload {self.id}"


class ProviderOk(models.Model):
    """The provider's own signed OK to a sealed file that somebody else made for it, as it was given."""

    supply = models.OneToOneField(Supply, on_delete=models.PROTECT, related_name="provider_ok")
    document = models.TextField()
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"OK to {self.supply}"


class Receipt(models.Model):
    """A signed statement about a supply, as it was given: canonical JSON text."""

    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=30)
    about = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="which refresh, output or release, where there can be several",
    )
    document = models.TextField()
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["supply", "kind", "about"], name="one_receipt_per_kind_and_thing")
        ]

    def __str__(self) -> str:
        return f"{self.kind} receipt of {self.supply}"
