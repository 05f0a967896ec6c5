"""The specification an agreement is locked to, as the library's object."""

from __future__ import annotations

from linkwell.custody.agreements.models import Agreement
from linkwell.errors import RefusedByRule
from linkwell.specification.file import parse
from linkwell.specification.model import Specification


def agreed_specification(agreement: Agreement) -> Specification:
    """Read the stored text and check that it still has the digest that was agreed.

    Raises:
        RefusedByRule: the stored text was changed.
    """
    found = parse(agreement.specification.toml, name=f"specification of {agreement.reference}")
    if found.digest != agreement.specification_id:
        raise RefusedByRule(
            "The stored specification is not the one that was agreed.",
            where=agreement.reference,
            why="An agreement is locked to its specification by a fingerprint.",
            fix="Restore the registry from a backup and find out who changed it.",
        )
    return found
