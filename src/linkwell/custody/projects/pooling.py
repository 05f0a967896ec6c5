"""Pools: like services that are told about together, each only after its own lead said yes.

The yes is a later use that was asked about and agreed to (custody/uses): it can be taken back at any time
before a release. A pool has no agreement of its own; it uses those of its members.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.audit.record import record
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.projects.actions import analysts_only, tell_members
from linkwell.custody.projects.independence import FEWEST, independent, parties_of, too_few
from linkwell.custody.projects.models import Project, ProjectMember
from linkwell.custody.projects.permissions import APPROVE_PROJECT
from linkwell.custody.projects.states import PROJECT, ProjectState
from linkwell.custody.remembered import remembered
from linkwell.custody.uses.actions import ask_use
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.permissions import SEE_OWN_USES
from linkwell.custody.uses.states import UseState
from linkwell.errors import RefusedByRule, WrongUse

LONGEST = 100


@cache
def _words() -> dict[str, str]:
    return tomllib.loads((files("linkwell.custody.projects") / "pool.toml").read_text("utf-8"))


def pools() -> QuerySet[Project]:
    """Every pool, newest first."""
    return Project.objects.exclude(service="").order_by("-pk")


def begin_pool(
    *, by: Person, code: str, service: str, agreements: Sequence[Agreement], analysts: Sequence[Person],
    protocol_toml: str = "",
) -> Project:  # fmt: skip
    """Begin a pool of like services and ask each member; with the same code again, ask further ones.

    Args:
        code: letters, digits and hyphens. service: the kind of work they all do, in a few plain words.
        agreements: one per organisation, in force. analysts: who works it out.
        protocol_toml: the plan, fixed now; empty is the standard one. The initiatives it names are counted
            (where it names none, all that each agreement's specification has).

    Raises:
        NotAllowed: `by` is not a custodian manager, or somebody named is not an analyst.
        RefusedByRule: an agreement is not in force, or it must not be known that its organisation shares
            data; or the pool stands with another plan or kind of work.
        WrongUse: fewer than three organisations, or one twice; the plan cannot be read.
    """
    check(by, APPROVE_PROJECT)
    analysts_only(analysts)
    service = service.strip().rstrip(".")
    standing = Project.objects.filter(code=code).first()
    _fits(code, service, standing, protocol_toml)
    uses = list(standing.uses.select_related("organisation")) if standing else []
    new = [each for each in agreements if each not in uses]
    members = [*(each for each in uses if each.live()), *new]
    _refuse_members(members)
    counted = {each.pk: _counted(each, protocol_toml) for each in new}
    with transaction.atomic():
        _refuse_closed(code)
        project = standing or Project.objects.create(
            code=code, service=service, title=_words()["project"].format(service=service),
            purpose=_words()["what_for"], protocol=protocol_toml, state=PROJECT.after("approve", None),
        )  # fmt: skip
        project.uses.add(*new)
        added = [p for p in analysts if ProjectMember.objects.get_or_create(project=project, person=p)[1]]
        if new or added:
            event = record(
                "project.pooled", by=by, subject=project.subject,
                details={"asked": sorted(each.reference for each in new),
                         "analysts_added": sorted(person.username for person in added)},
            )  # fmt: skip
            if uses and new:
                tell_members(project, "pool_widened", about=f"{code}#{event.seq}", but=new)
        for each in new:
            _ask(by, project, each, members, counted[each.pk])
    return project


def _fits(code: str, service: str, standing: Project | None, protocol_toml: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", code):
        raise WrongUse(
            "The code of a pool is two to forty small letters, digits and hyphens.", where=code[:60]
        )
    if not service or len(service) > LONGEST:
        raise WrongUse(
            "A pool says what kind of work its members all do.",
            fix=f"In a few words, at most {LONGEST} characters: 'Financial mentoring'.",
        )
    if standing is not None and (standing.service != service or protocol_toml not in ("", standing.protocol)):
        raise RefusedByRule(
            "What a pool is about is fixed.",
            where=code,
            why="Its members agreed to it as it was, and its plan was fixed before outcomes were joined.",
            fix="Repeat its kind of work and leave the plan out to ask further ones; or begin another pool.",
        )
    if standing is None and protocol_toml:
        from linkwell.insights import protocol  # brings numpy along: only who gives a plan waits for it

        if protocol.loads(protocol_toml).agreed is not None:
            raise WrongUse("A plan with an agreement about outcomes is for one organisation, not for a pool.")


def _refuse_closed(code: str) -> None:
    """Raise where the pool was closed; locked, so that nobody is asked into one that closes meanwhile."""
    row = Project.objects.select_for_update().filter(code=code).first()
    if row is not None and row.state != ProjectState.APPROVED:
        raise RefusedByRule("This pool is closed.", where=code, fix="Begin another one, with another code.")


def _refuse_members(members: Sequence[Agreement]) -> None:
    whose = [each.organisation_id for each in members]
    if len(set(whose)) < FEWEST or len(set(whose)) != len(whose):
        raise WrongUse(
            f"A pool is of at least {FEWEST} organisations, each with one agreement.",
            why="With two, each could take its own people away and be left with the other's.",
        )
    codes = [each.organisation.code for each in members]
    if len(independent(codes, parties_of(codes))) < FEWEST:
        raise RefusedByRule(
            f"Fewer than {FEWEST} of these organisations are independent of each other.",
            why=too_few().why,
            fix="Ask further organisations that share none of these.",
        )
    for each in members:
        if not each.live():
            raise RefusedByRule("An agreement of the pool is not in force.", where=each.reference)
        if agreed_specification(each).sensitive:
            raise RefusedByRule(
                "It must not be known that this organisation shares data.",
                where=each.reference,
                why="The members of a pool read each other's names.",
            )


def _counted(agreement: Agreement, protocol_toml: str) -> list[str]:
    """The initiatives of an agreement that the plan counts."""
    named = tomllib.loads(protocol_toml).get("initiatives", []) if protocol_toml else []
    found = [each for each in agreed_specification(agreement).initiatives if not named or each in named]
    if named and not found:
        raise WrongUse(
            "The plan counts no initiative of this agreement.",
            where=agreement.reference,
            fix="Name one of its initiatives in the plan, or leave the organisation out.",
        )
    return found


def _ask(
    by: Person, project: Project, agreement: Agreement, members: Sequence[Agreement], counted: list[str]
) -> None:
    others = [each.organisation.name for each in members if each.pk != agreement.pk]
    ask_use(
        by=by, agreement=agreement, project=project.code,
        title=_words()["title"].format(service=project.service),
        purpose=_words()["purpose"].format(
            service=project.service, others=", ".join(sorted(others)),
            initiatives=", ".join(counted) or "everything in your agreement",
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One organisation of a pool and what it said: a state of `UseState`, and the question it last had."""

    agreement: Agreement
    said: str
    use: LaterUse | None = None

    @property
    def code(self) -> str:
        """Of the organisation."""
        return self.agreement.organisation.code

    @property
    def counts(self) -> bool:
        """Whether its people are counted."""
        return self.said == UseState.AGREED and self.agreement.live()

    @property
    def why(self) -> str:
        """Why it is not counted, as a key of [pool_why] in the labels; "" where it is."""
        return "" if self.counts else "over" if self.said == UseState.AGREED else self.said


def members_of(project: Project) -> list[Member]:
    """Every organisation that was asked, by name."""
    members, found = project.uses.all(), []
    for each in members if remembered(project, "uses") else _whole(members):
        asked = [use for use in each.later_uses.all() if use.project == project.code]  # newest first
        said = [use.state for use in asked]
        agreed = UseState.AGREED in said and UseState.NOT_AGREED not in said
        last = asked[0] if asked else None
        found.append(Member(each, UseState.AGREED if agreed else (said or [UseState.ASKED])[-1], last))
    return sorted(found, key=lambda member: (member.agreement.organisation.name, member.agreement.pk))


def with_members(found: QuerySet[Project]) -> QuerySet[Project]:
    """The same pools, with all that pages ask about their members read at once (what acts asks anew)."""
    return found.prefetch_related(Prefetch("uses", _whole(Agreement.objects.all())))


def _whole(asked: QuerySet[Agreement]) -> QuerySet[Agreement]:
    return asked.select_related("organisation").prefetch_related("later_uses")


def own_pools(person: Person) -> QuerySet[Project]:
    """The pools that organisations were asked into whose later uses this person sees."""
    mine = person.memberships.filter(role__in=SEE_OWN_USES.roles).values("organisation")
    return pools().filter(uses__organisation__in=mine).distinct()


def refuse_too_few(project: Project, by: Person) -> list[str]:
    """Codes of the organisations whose people may be worked with now.

    Raises:
        RefusedByRule: fewer than three independent ones have said yes, or an agreement stops the work.
    """
    agreed = [each.agreement for each in members_of(project) if each.counts]
    codes = sorted(agreement.organisation.code for agreement in agreed)
    if len(independent(codes, parties_of(codes))) < FEWEST:
        raise too_few(project.code)
    for agreement in agreed:
        refuse_what_is_not_agreed(agreement, as_now(agreement, "work", by=by))
    return codes
