"""Projects and the people named in them."""

from __future__ import annotations

from django.db import models

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Person
from linkwell.custody.projects.states import ProjectState


class Project(models.Model):
    """An approved use. A provider's insights are a standing project under its agreement."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    protocol = models.TextField(blank=True, help_text="the sealed plan as TOML; empty is the standard one")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )
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
