"""A page for the person who objected after their details had been sent; it names nobody."""

from __future__ import annotations

from linkwell.custody.home import current_home
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.plan import sentences
from linkwell.documents.blocks import Box, Bullets, Document, Heading, Text
from linkwell.standards.clock import in_words


def slip_of(removal: Removal) -> Document:
    """What was done for them, and what cannot be undone. The provider hands it over."""
    words = sentences()["slip"]
    day = removal.changed_at
    facts = {
        "custodian": current_home().name,
        "day": in_words(day),
        "reference": removal.reference,
    }
    return Document(
        words["title"],
        (
            Box(words["opening"].format(**facts)),
            Heading(words["done_title"]),
            Bullets(tuple(line.format(**facts) for line in words["done"])),
            Heading(words["cannot_title"]),
            Bullets(tuple(words["cannot"])),
            Heading(words["then_title"]),
            Text(words["then"]),
        ),
        lead=removal.organisation.name,
        footer=facts["custodian"],
    )
