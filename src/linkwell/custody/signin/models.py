"""Second factors, sessions, the command line's requests to sign in, and lost devices."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.states import CommandState, LostState


class Passkey(models.Model):
    """A passkey: the public half of a key that only its device, unlocked by its person, can sign with."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True, help_text="base64url")
    credential = models.BinaryField(help_text="attested credential data, as WebAuthn writes it")
    sign_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"passkey {self.pk}"


class AuthenticatorApp(models.Model):
    """A person's authenticator app; unconfirmed until a first code was right."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="authenticator_app")
    sealed = models.BinaryField(help_text="its secret, sealed under the portal's own")
    last_step = models.PositiveBigIntegerField(default=0, help_text="a code opens once")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"authenticator app {self.pk}"


class RecoveryCode(models.Model):
    """One of a set of codes on paper; only a keyed hash is kept, and it opens once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=96)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class PersonSession(AbstractBaseSession):
    """A session that knows whose it is, so that a person can see and end their own."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")

    objects: ClassVar[BaseSessionManager[Any]] = BaseSessionManager()

    class Meta:
        app_label = "custody"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes these rows."""
        return import_module(settings.SESSION_ENGINE).SessionStore  # it builds on these rows


class CommandSignIn(models.Model):
    """A command line that waits to be allowed in (RFC 8628). Both of its codes are short-lived."""

    user_code = models.CharField(max_length=8, unique=True)
    device_hash = models.CharField(max_length=96, unique=True)
    computer = models.CharField(max_length=80, help_text="what it calls itself; nobody checked")
    address = models.CharField(max_length=45, blank=True, help_text="forgotten once it is decided")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in CommandState])
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    interval = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(auto_now_add=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "custody"

    def __str__(self) -> str:
        return f"sign-in of a command line {self.pk}"


class LostDevice(models.Model):
    """That somebody's device is lost: who says so, how they know, and who confirmed it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="lost_devices")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in LostState])
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "custody"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"lost device {self.pk}"

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"person/{self.person.username}"
