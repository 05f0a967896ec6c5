"""Evidence about researchers."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from linkwell.custody.organisations.models import Person
from linkwell.custody.researchers.evidence import EvidenceKind, kinds
from linkwell.custody.researchers.states import EvidenceState


class Evidence(models.Model):
    """That one person has one thing, from one day up to and including another."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20)
    since = models.DateField()
    until = models.DateField()
    digest = models.CharField(max_length=96, blank=True, help_text="of the text that was signed")
    by = models.CharField(max_length=60, help_text="who wrote it down or signed it")
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["-until", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="evidence_dates")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person}"

    @property
    def subject(self) -> str:
        """How the record names it: by the person, as their roles are."""
        return self.person.subject

    @property
    def words(self) -> EvidenceKind:
        """What it is, in words."""
        return kinds()[self.kind]

    def counts(self, on: datetime.date) -> bool:
        """Whether it counts on a day: in date, not ended, and of the text that is signed today."""
        whole = self.since <= on <= self.until and (self.ended_on is None or on < self.ended_on)
        return whole and self.digest == self.words.fingerprint

    @property
    def state(self) -> EvidenceState:
        """Where it stands today."""
        today = timezone.localdate()
        if self.ended_on is not None and self.ended_on <= today:
            return EvidenceState.ENDED
        return EvidenceState.IN_DATE if today <= self.until else EvidenceState.RUN_OUT
