"""Output requests, their files by content, and what each checker says of each file."""

from __future__ import annotations

from django.db import models

from linkwell.custody.organisations.models import Organisation
from linkwell.custody.projects.models import Project
from linkwell.custody.requests.states import RequestState


class OutputRequest(models.Model):
    """One request of one project; the same reference through all its rounds."""

    reference = models.SlugField(max_length=80, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="output_requests")
    title = models.CharField(max_length=200)
    data_version = models.CharField(max_length=80, help_text="the refresh it was made from")
    groups = models.JSONField(
        default=dict, help_text="group -> {context, controls, exception}, as the team wrote them"
    )
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in RequestState])
    author = models.CharField(max_length=60, help_text="who submitted it last; at first who began it")
    checked = models.JSONField(
        default=dict, help_text="the disclosure record of the newest check: files, cells and rules, no values"
    )
    kept = models.JSONField(
        default=dict, help_text="condition, or reply of a provider -> {by, said, on, files as they were}"
    )
    about = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="output_requests",
        help_text="the one provider it is about, if it is",
    )  # fmt: skip
    reply_until = models.DateField(null=True, blank=True)
    reply = models.TextField(blank=True)
    replied_by = models.CharField(max_length=60, blank=True)
    reasons = models.TextField(blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    receipt = models.TextField(blank=True, help_text="the signed statement of the release")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"request/{self.reference}"


class RequestFile(models.Model):
    """One file of a request. Its content lies under its fingerprint and never changes; the row may."""

    request = models.ForeignKey(OutputRequest, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, help_text="leaves, evidence or script")
    group = models.CharField(max_length=80)
    digest = models.CharField(max_length=96, help_text="SHA-384 of its content")
    size = models.PositiveIntegerField()

    class Meta:
        app_label = "custody"
        ordering = ["group", "name"]
        constraints = [models.UniqueConstraint(fields=["request", "name"], name="file_once_in_request")]

    def __str__(self) -> str:
        return f"{self.name} of {self.request}"


class RequestVote(models.Model):
    """What one checker says of one file as it was; a changed file has another fingerprint and no vote."""

    request = models.ForeignKey(OutputRequest, on_delete=models.PROTECT, related_name="votes")
    reviewer = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=96)
    approves = models.BooleanField()
    said = models.TextField(blank=True)
    voted_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["reviewer", "name"]
        constraints = [models.UniqueConstraint(fields=["request", "reviewer", "name"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.name} of {self.request}"
