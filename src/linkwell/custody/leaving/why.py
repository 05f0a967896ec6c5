"""Why a role or a sign-in ends: chosen, not typed, because the record holds nobody's story."""

from __future__ import annotations

from enum import StrEnum

from linkwell.custody.organisations.before import MISTAKE
from linkwell.pages.labels import label


class Why(StrEnum):
    """The reason the record gives."""

    LEFT = "left"
    CHANGED = "changed"
    MISTAKE = MISTAKE
    CONCERN = "concern"

    @property
    def words(self) -> str:
        """The reason as pages say it."""
        return label("leaving", self.value)
