"""People, organisations, memberships, and the keys a sender signs with."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.organisations.states import PersonState


class PersonManager(BaseUserManager["Person"]):
    """Looks people up by sign-in name."""


class Person(AbstractBaseUser):
    """Somebody who signs in. `username` is a sign-in name and appears in the audit record; `name` does
    not.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    password_own = models.BooleanField(default=False, help_text="chosen by themself, known to nobody else")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        app_label = "custody"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.username

    @property
    def state(self) -> PersonState:
        """Where the sign-in stands."""
        return PersonState.HERE if self.is_active else PersonState.ENDED

    @property
    def subject(self) -> str:
        """How the record names them."""
        return f"person/{self.username}"

    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        return frozenset(Role(each.role) for each in self.memberships.all())


class Organisation(models.Model):
    """A provider, vendor, intermediary, commissioner or the custodian itself."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    is_custodian = models.BooleanField(default=False)
    kind = models.CharField(
        max_length=20, default=Kind.PROVIDER, choices=[(kind.value, kind.words) for kind in Kind]
    )
    quota_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="sealed files that may wait here at a time; empty: the portal's own"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """One role of one person in one organisation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=[(role.value, role.words) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "custody"
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "role"], name="one_membership_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} {self.organisation}"


class SenderKey(models.Model):
    """A public key an organisation signs its packages with; its fingerprint is read out over the phone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sender_keys")
    fingerprint = models.CharField(max_length=200)
    public_pem = models.TextField()
    enrolled_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "fingerprint"], name="one_row_per_sender_key")
        ]

    def __str__(self) -> str:
        return self.fingerprint
