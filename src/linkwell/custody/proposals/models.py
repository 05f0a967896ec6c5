"""Proposals, the versions of their specification, comments and mandates."""

from __future__ import annotations

from django.db import models

from linkwell.custody.agreements.models import SpecificationText
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.proposals.states import ProposalState


class Proposal(models.Model):
    """What one organisation proposes to share. Its reference counts only its own organisation's proposals."""

    reference = models.SlugField(max_length=80, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="proposals")
    title = models.CharField(max_length=200)
    documentation = models.JSONField(default=dict, help_text="answers to documentation.toml, by question")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in ProposalState])
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"proposal/{self.reference}"

    def newest(self) -> SpecificationVersion | None:
        """The newest version of its specification."""
        return self.versions.select_related("text").last()


class SpecificationVersion(models.Model):
    """One version of a proposal's specification; the text itself is kept by its digest."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.ForeignKey(SpecificationText, on_delete=models.PROTECT, related_name="versions")
    by = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.proposal} version {self.number}"


class Comment(models.Model):
    """Something said about a proposal by either side, before any assessment."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    version = models.PositiveIntegerField(default=0, help_text="the version that was newest then")
    place = models.CharField(max_length=120, blank=True, help_text="the table or field it is about")
    text = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    for_custodian = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"comment on {self.proposal}"


class MandateKind(models.TextChoices):
    """Who stands behind sharing."""

    BOARD = "board", "Our board or trustees"
    HAPU_IWI = "hapu_iwi", "A hapū or iwi"
    KAITIAKI = "kaitiaki", "Kaitiaki"
    OWNER = "owner", "We have no board: the person responsible decided"


class Mandate(models.Model):
    """That a board, hapū, iwi or kaitiaki agreed, and whether it wants to be asked about later uses."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="mandates")
    kind = models.CharField(max_length=20, choices=MandateKind.choices)
    body = models.CharField(max_length=200, help_text="the body that decided; not a person")
    decided_on = models.DateField()
    said = models.TextField(blank=True, help_text="what it asked for")
    asks_about_later_uses = models.BooleanField(default=False)
    by = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} mandate of {self.proposal}"
