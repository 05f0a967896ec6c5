"""An invented year in the registry: organisations, agreements, supplies with receipts, and their events.

Rows are written straight into the tables (nobody waits for two thousand sealings); events go through the real
record, so that its chain holds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, SpecificationText
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.supplies.models import Supply
from linkwell.specification.base import base_specification
from linkwell.specification.file import render

STATES = ("loaded", "loaded", "loaded", "linked", "accepted", "received", "rejected")


def seed_year(*, organisations: int, supplies: int) -> list[Person]:
    """Enter `organisations` providers with one lead each, and `supplies` shared out among them.

    Returns:
        The leads, the first provider's first; they have no password yet.
    """
    today = timezone.localdate()
    with transaction.atomic():
        specification = replace(base_specification(), organisation="Te Puna", demo=True)
        text, _ = SpecificationText.objects.get_or_create(
            digest=specification.digest, defaults={"toml": render(specification)}
        )
        made = Organisation.objects.bulk_create(
            Organisation(code=f"seeded-{n:03}", name=f"Te Puna {n}") for n in range(organisations)
        )
        leads = Person.objects.bulk_create(
            Person(username=f"lead-{n:03}", name=f"Lead {n}") for n in range(organisations)
        )
        Membership.objects.bulk_create(
            Membership(person=person, organisation=organisation, role=Role.PROVIDER_LEAD)
            for person, organisation in zip(leads, made, strict=True)
        )
        agreements = Agreement.objects.bulk_create(
            Agreement(
                reference=f"SEED-{n:03}", organisation=organisation, specification=text,
                starts=today - timedelta(days=365), ends=today + timedelta(days=365),
            )
            for n, organisation in enumerate(made)
        )  # fmt: skip
        sent = Supply.objects.bulk_create(
            Supply(
                reference=f"SEED-{n % organisations:03}-{n // organisations + 1:03}",
                agreement=agreements[n % organisations], state=STATES[n % len(STATES)], size=1_000_000,
                digest=f"{n:096x}", counts={"accepted": {"people": 400, "rows": {"enrolment": 400}}},
            )
            for n in range(supplies)
        )  # fmt: skip
        for supply in sent:
            record(
                f"supply.{supply.state}", by=SYSTEM, subject=f"supply/{supply.reference}",
                about=f"seeded-{supply.reference[5:8]}",
            )  # fmt: skip
    return leads
