"""Agreements, the text of their specifications, and upload tokens."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from linkwell.custody.agreements.states import AgreementState, VersionState
from linkwell.custody.organisations.models import Organisation, Person


class SpecificationText(models.Model):
    """A data specification as it was agreed: TOML text named by its digest."""

    digest = models.CharField(max_length=96, primary_key=True)
    toml = models.TextField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return self.digest[:16]


class Route(models.TextChoices):
    """How sealed files reach the custodian."""

    DIRECT = "direct", "Straight from the provider"
    VENDOR = "vendor", "Sent by the provider's software vendor"
    INTERMEDIARY = "intermediary", "Passed on by an intermediary"


class Terms(models.Model):
    """What an agreement says beyond its specification; an agreement repeats those of the version in force."""

    starts = models.DateField()
    ends = models.DateField()
    permits_single_provider_output = models.BooleanField(
        default=False, help_text="Whether output about this provider alone was agreed to."
    )
    route = models.CharField(max_length=20, choices=Route.choices, default=Route.DIRECT)
    via = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss_via"
    )
    conditions = models.JSONField(default=list, help_text="codes of conditions.toml")
    own_condition = models.TextField(blank=True, help_text="a condition in words, kept by people")
    retention_years = models.PositiveSmallIntegerField(default=10)
    cut_offs = models.JSONField(default=list, help_text="ISO days by which a delivery is due; empty: any day")
    resupply_days = models.PositiveSmallIntegerField(default=30)
    commissioner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss_commissioned",
        help_text="who released reports can be passed on to",
    )  # fmt: skip
    passes_on_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="days after its release a report is passed on; empty: the provider decides",
    )

    class Meta:
        abstract = True

    @property
    def due_days(self) -> list[datetime.date]:
        """The days by which a delivery is due, for pages."""
        return [datetime.date.fromisoformat(day) for day in self.cut_offs]


TERMS = (
    "starts", "ends", "permits_single_provider_output", "route", "via", "conditions", "own_condition",
    "retention_years", "cut_offs", "resupply_days", "commissioner", "passes_on_days",
)  # fmt: skip
"""The names of Terms, to copy them from the version that comes into force."""


class Agreement(Terms):
    """A data sharing agreement with one organisation, locked to one specification by its digest."""

    reference = models.SlugField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements")
    specification = models.ForeignKey(SpecificationText, on_delete=models.PROTECT, related_name="agreements")
    proposal = models.ForeignKey(
        "custody.Proposal", null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    on_paper = models.BooleanField(default=True, help_text="signed outside this portal and entered here")
    purpose = models.TextField(blank=True)
    state = models.CharField(
        max_length=20,
        default=AgreementState.IN_FORCE,
        choices=[(state.value, state.value) for state in AgreementState],
    )
    ended_on = models.DateField(
        null=True, blank=True, help_text="the day it was brought to an end, if it was"
    )
    destroy_asked_on = models.DateField(
        null=True, blank=True, help_text="the day its provider asked for destruction now"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gte=models.F("starts")), name="agreement_dates")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"agreement/{self.reference}"

    def live(self, on: datetime.date | None = None) -> bool:
        """Whether it is in force on a day (today if not said)."""
        day = on or timezone.localdate()
        return self.state == AgreementState.IN_FORCE and self.starts <= day <= self.ends


class AgreementVersion(Terms):
    """One text of an agreement: its clauses and its specification, locked together by one digest."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, help_text="first, variation or renewal")
    specification = models.ForeignKey(SpecificationText, on_delete=models.PROTECT, related_name="in_versions")
    assessment = models.ForeignKey("custody.Assessment", on_delete=models.PROTECT, related_name="versions")
    document = models.JSONField(default=list, help_text="the assembled clauses")
    digest = models.CharField(max_length=96)
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in VersionState])
    drafted_by = models.CharField(max_length=60)
    said_no = models.TextField(blank=True, help_text="why the provider declined, in its own words")
    own_agreement = models.CharField(
        max_length=20, blank=True, help_text="whether the provider has or needs one of its own with who sends"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once"),
            models.CheckConstraint(condition=models.Q(ends__gte=models.F("starts")), name="version_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} version {self.number}"


class Signature(models.Model):
    """That one person signed one fingerprint for one side, after giving their password again."""

    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=20, help_text="provider, custodian or intermediary")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=96)
    own_agreement = models.CharField(
        max_length=20, blank=True, help_text="the provider's own agreement with whoever sends for it"
    )
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="one_signature_per_side")]

    def __str__(self) -> str:
        return f"{self.side} of {self.version}"


class Undertaking(models.Model):
    """That one named person promised to keep confidential what is supplied under an agreement."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="undertakings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="undertakings")
    digest = models.CharField(max_length=96)
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        constraints = [models.UniqueConstraint(fields=["agreement", "person"], name="one_undertaking")]

    def __str__(self) -> str:
        return f"{self.person} under {self.agreement}"


class Notice(models.Model):
    """Something one organisation has to know about one thing; `kind` has its words in notices.toml.

    It is about an agreement, or about what `about` names (a proposal, a report, a delivery …).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=140, blank=True, help_text="what makes this notice one of its kind")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "agreement", "kind", "about"], name="told_once_each"
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "about"], condition=models.Q(agreement=None),
                name="told_once_each_about_other_things",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} to {self.organisation}"


class UploadToken(models.Model):
    """Lets a machine send under one agreement or for the clients of one vendor, or a person's command line
    send as that person; and do nothing else.

    Only a hash of the secret is kept.
    """

    key_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=96)
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens"
    )
    vendor = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens"
    )
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens")
    computer = models.CharField(max_length=80, blank=True, default="", help_text="of a person's: where")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreement=None, vendor__isnull=False, person=None)
                | models.Q(agreement__isnull=False, vendor=None, person=None)
                | models.Q(agreement=None, vendor=None, person__isnull=False),
                name="token_of_one_kind",
            )
        ]

    def __str__(self) -> str:
        return f"token {self.key_id}"

    @property
    def actor(self) -> str:
        """Who the record says it was: the person by name, or the machine's token."""
        return self.person.username if self.person is not None else f"token/{self.key_id}"

    def live(self) -> bool:
        """Whether it still opens the door: not ended, not expired, its agreement in force."""
        there = self.agreement is None or self.agreement.live()
        return self.ended_at is None and timezone.now() < self.expires_at and there
