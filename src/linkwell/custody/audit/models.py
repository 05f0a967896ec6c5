"""The table of events; the database itself refuses to change or delete a row (see `guard`)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

from linkwell.ledger.chain import Event


class AuditEvent(models.Model):
    """One thing that was done. No foreign keys: the record never depends on what it is about.

    `about` repeats the organisation the event concerns, so each party can be shown its own trail; it is also
    inside `details`, which the hash covers.
    """

    seq = models.PositiveBigIntegerField(primary_key=True)
    time = models.CharField(max_length=27)
    actor = models.CharField(max_length=60)
    acting_for = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    prev = models.CharField(max_length=96)
    hash = models.CharField(max_length=96)
    about = models.CharField(max_length=60, blank=True, db_index=True)

    class Meta:
        app_label = "custody"
        ordering = ["seq"]
        indexes = [models.Index(fields=["subject"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.subject}"

    @property
    def when(self) -> datetime:
        """The moment, for pages."""
        return datetime.strptime(self.time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)

    def as_event(self) -> Event:
        """The event the hash was made of."""
        return Event(
            self.seq,
            self.time,
            self.actor,
            self.acting_for,
            self.verb,
            self.subject,
            self.details,
            self.prev,
            self.hash,
        )
