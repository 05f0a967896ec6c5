"""Who wants notices by e-mail, how often, and up to which notice they were told."""

from __future__ import annotations

from django.db import models

from linkwell.custody.organisations.models import Person


class Rhythm(models.TextChoices):
    """How often a person is written to; the pages of the portal always tell."""

    OFF = "off", "No e-mail: I look here"
    SOON = "soon", "Within an hour, all that is new in one message"
    DAILY = "daily", "Once a day, if there is something new"
    WEEKLY = "weekly", "Once a week, if there is something new"


class MailChoice(models.Model):
    """One person's choice; without a row nothing is ever sent."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="mail_choice")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.OFF)
    told_up_to = models.PositiveBigIntegerField(default=0, help_text="the newest notice they were told of")
    trying_up_to = models.PositiveBigIntegerField(
        default=0, help_text="the newest notice of a message that was begun: tried again, it tells of no more"
    )
    told_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="when the mail server refused the address for good; empty: it did not",
    )

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"{self.rhythm} e-mail to {self.person}"
