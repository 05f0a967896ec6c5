"""Projects, the people named in them, the applications for them, and what others say about them."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.projects.states import (
    ApplicationState,
    HoldState,
    InvitationState,
    ProjectState,
    QuestionState,
)
from linkwell.custody.refreshes.models import Refresh


class Project(models.Model):
    """An approved use, or one applied for. A provider's insights are a standing project under its agreement.

    What is here beyond the code is what was approved last; what is asked for is in the applications.
    """

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    protocol = models.TextField(blank=True, help_text="the sealed plan as TOML; empty is the standard one")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="projects",
        help_text="of a research project: whose it is",
    )  # fmt: skip
    service = models.CharField(
        max_length=100, blank=True, help_text="of a pool of organisations: the kind of work they all do"
    )
    lead = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="projects_led"
    )
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True, help_text="the last day anybody works in it")
    refresh = models.ForeignKey(
        Refresh, null=True, blank=True, on_delete=models.PROTECT, related_name="projects_staying",
        help_text="the data update it stays on; empty: always the newest",
    )  # fmt: skip
    stays_until = models.DateField(null=True, blank=True)
    variables = models.JSONField(default=dict, help_text="dataset.variable -> why it is needed")
    conditions = models.JSONField(
        default=list, help_text="[{code, words, control, kept_by, set_by}] as approved"
    )
    uses = models.ManyToManyField(Agreement, related_name="used_by", help_text="whose data it uses")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in ProjectState])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"project/{self.code}"

    @property
    def standing(self) -> bool:
        """Whether it is a provider's standing insights project, or a pool of several providers."""
        return self.agreement_id is not None or self.pool

    @property
    def pool(self) -> bool:
        """Whether it is about several like services together."""
        return bool(self.service)

    def refresh_on(self, on: datetime.date | None = None) -> Refresh | None:
        """The refresh it stays on that day; None means the newest that is ready."""
        day = on or timezone.localdate()
        return self.refresh if self.stays_until is not None and day <= self.stays_until else None


class ProjectMember(models.Model):
    """A person named in a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="projects")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="person_once_in_project")]

    def __str__(self) -> str:
        return f"{self.person} in {self.project}"


class Application(models.Model):
    """One application: the first, an amendment or a renewal; decided whole."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="applications")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, help_text="first, amendment or renewal")
    answers = models.JSONField(default=dict, help_text="question of application.toml -> answer")
    variables = models.JSONField(default=dict, help_text="dataset.variable -> why it is needed")
    team = models.JSONField(default=list, help_text="sign-in names, fixed when it is put in")
    asks = models.ManyToManyField(
        Agreement, related_name="asked_by", help_text="whose data it asks for, fixed when it is put in"
    )
    before = models.JSONField(default=dict, help_text="answers, variables and team that were approved last")
    state = models.CharField(
        max_length=20, choices=[(state.value, state.value) for state in ApplicationState]
    )
    reviewer = models.CharField(max_length=60, blank=True)
    reasons = models.TextField(blank=True)
    conditions = models.JSONField(default=list, help_text="codes of conditions.toml")
    own_condition = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    put_in_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="application_once")]

    def __str__(self) -> str:
        return f"{self.project} application {self.number}"

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"application/{self.project.code}-{self.number}"


class TikangaFinding(models.Model):
    """What one named kaitiaki found about one pair of the ten tikanga in one application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="tikanga")
    pair = models.PositiveSmallIntegerField()
    finding = models.CharField(max_length=20, help_text="met, condition or not met")
    said = models.TextField(blank=True)
    condition = models.TextField(blank=True)
    kaitiaki = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tikanga_findings")
    found_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "custody"
        ordering = ["pair"]
        constraints = [models.UniqueConstraint(fields=["application", "pair"], name="pair_once")]

    def __str__(self) -> str:
        return f"pair {self.pair} of {self.application}"


class Invitation(models.Model):
    """That the lead asked somebody into the team, and what they said."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in InvitationState])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.person} asked into {self.project}"


class Hold(models.Model):
    """That kaitiaki of one organisation stopped a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="holds")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="holds")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in HoldState])
    said = models.TextField(help_text="why, in their own words")
    agreed = models.TextField(blank=True, help_text="what was agreed when it was lifted")
    placed_by = models.CharField(max_length=60)
    lifted_by = models.CharField(max_length=60, blank=True)
    placed_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"hold of {self.organisation} on {self.project}"


class ProjectQuestion(models.Model):
    """What an organisation whose data is used asked about a project, and the answer."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="questions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="questions")
    asked = models.TextField()
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in QuestionState])
    asked_by = models.CharField(max_length=60)
    answered_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"question of {self.organisation} about {self.project}"
