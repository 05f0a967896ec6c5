"""How passwords of a demonstration are hashed; a real home hashes as Django does, a million rounds each."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class DemonstrationHasher(PBKDF2PasswordHasher):
    """The same in few rounds: passwords that are printed for everybody to read are worth no third of a
    second at every command. A real home opens with such a hash once and makes its own of it.
    """

    iterations = 2000
