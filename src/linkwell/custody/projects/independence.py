"""Which members of a pool know of each other's people, and who may come and go because of that.

Whoever sends for two organisations, reads both their reports or works in both takes both away from a number.
So members that share such a party count as one, here and at the release desk. Only whoever sends for every
one of them takes nobody away from anybody: all of the people are known to it, and none are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from linkwell.custody.agreements.models import Agreement, AgreementVersion
from linkwell.custody.agreements.states import VersionState
from linkwell.custody.commissioning.models import PassedOn
from linkwell.custody.organisations.models import Membership, Organisation, SenderKey
from linkwell.custody.organisations.roles import PROVIDER_ROLES
from linkwell.custody.supplies.models import Upload
from linkwell.errors import RefusedByRule
from linkwell.standards.names import fold_tight

FEWEST = 3
"""Independent members of a pool, at least: with two, each takes itself away and is left with the other."""

SENDER = "sender "

Parties = Mapping[str, frozenset[str]]
"""Per organisation, by its code, who knows whom it works with or reads its reports: itself among them."""
Members = tuple[tuple[tuple[str, ...], ...], ...]
"""Codes of organisations: per group of those always told about together, and per independent member (the
same ones in every group; empty where none of its organisations is in the group)."""

_HELD = (VersionState.IN_FORCE, VersionState.REPLACED, VersionState.OVER)


def parties_of(codes: Collection[str]) -> dict[str, frozenset[str]]:
    """Per organisation every party that knows, or knew, whom it works with, or could read its reports.

    The same vendor or intermediary, now or under an earlier text; the same commissioner; one signing key, now
    or before; the same person in both as lead or staff; one name, however it is written. What was known stays
    known, so none of this ends but a person's role, of which no row stays. A sender is there twice: as any
    other organisation, and as one that has every row.
    """
    found = {code: {f"{SENDER}{code}"} for code in codes}
    names = {"code__in": codes}
    held = AgreementVersion.objects.filter(state__in=_HELD)
    for kind, rows in (
        ("name", Organisation.objects.filter(**names).values_list("code", "name")),
        ("sender", _of(Agreement.objects.all(), "organisation__code", codes, "via__code")),
        ("sender", _of(held, "agreement__organisation__code", codes, "via__code")),
        ("sender", _of(Upload.objects.all(), "supply__agreement__organisation__code", codes,
                       "token__vendor__code")),
        ("organisation", _of(Agreement.objects.all(), "organisation__code", codes, "commissioner__code")),
        ("organisation", _of(held, "agreement__organisation__code", codes, "commissioner__code")),
        ("organisation", _of(PassedOn.objects.all(), "release__organisation__code", codes, "to__code")),
        ("person", _of(Membership.objects.filter(role__in=PROVIDER_ROLES), "organisation__code", codes,
                       "person__username")),
        ("key", _of(SenderKey.objects.all(), "organisation__code", codes, "fingerprint")),
    ):  # fmt: skip
        for code, *parties in rows:
            found[code] |= {f"{kind} {_same(kind, each)}" for each in parties if each}
    return {code: frozenset(parties | {_as_any(each) for each in parties}) for code, parties in found.items()}


def _as_any(party: str) -> str:
    """A sender as any other organisation."""
    return f"organisation {party.removeprefix(SENDER)}" if party.startswith(SENDER) else party


def _of(rows: QuerySet[Any], whose: str, codes: Collection[str], *who: str) -> QuerySet[Any, Any]:
    """The organisation's code and each party's, of the rows about these organisations."""
    return rows.filter(**{f"{whose}__in": codes}).order_by().values_list(whose, *who).distinct()


def _same(kind: str, name: str) -> str:
    return fold_tight(name) if kind == "name" else name


def independent(codes: Iterable[str], parties: Parties) -> tuple[tuple[str, ...], ...]:
    """The organisations in groups that share nobody with one another: each counts as one member.

    Whoever sends for all of them is left out of this.
    """
    codes, groups = sorted(codes), list[tuple[set[str], set[str]]]()
    of_all = frozenset.intersection(*(frozenset(parties.get(code, ())) for code in codes)) if codes else set()
    senders = {each for each in of_all if each.startswith(SENDER)}
    aside = senders | {_as_any(each) for each in senders}
    for code in codes:
        own, known = {code}, (set(parties.get(code, ())) | {f"organisation {code}"}) - aside
        for group in [each for each in groups if each[1] & known]:
            groups.remove(group)
            own, known = own | group[0], known | group[1]
        groups.append((own, known))
    return tuple(sorted(tuple(sorted(own)) for own, _ in groups))


def too_few(where: str = "") -> RefusedByRule:
    """That fewer than three independent organisations agree: what is raised before anything is worked out."""
    return RefusedByRule(
        f"Fewer than {FEWEST} independent organisations of this pool have said yes.",
        where=where,
        why="Organisations count as one where the same vendor or intermediary sends for them, the same "
        "commissioner reads their reports, or a person or a key is in both: whoever that is could take all "
        "of them away and be left with somebody else's people.",
        fix="Wait for their answers, or ask further organisations that share none of these.",
    )


def together(members: Sequence[str], earlier: Sequence[Sequence[str]], parties: Parties) -> Members:
    """The members by the earlier pools they were in, so that a difference of pools tells a whole group.

    Args:
        members: of the pool asked about. earlier: members of every pool that was told about.

    Raises:
        RefusedByRule: fewer than three independent ones are members, or come or go together, so that what
            they have in common would follow from two pools.
    """
    hands = independent(members, parties)
    if len(hands) < FEWEST:
        raise too_few()
    groups = _groups([set(members), *map(set, earlier)])
    before = _groups([set(each) for each in earlier])
    for seen, group in groups.items():
        if not seen[0] and not before[seen[1:]] & set(members):
            continue  # a group of earlier pools that this one does not cut
        if len(independent(group, parties)) < FEWEST:
            raise RefusedByRule(
                "These organisations cannot be told about together.",
                why=f"Beside an earlier pooled report, fewer than {FEWEST} independent ones of them could be "
                "worked out by taking one report from the other.",
                fix=f"Organisations join or leave a pool {FEWEST} or more at a time.",
            )
    return tuple(
        tuple(tuple(code for code in hand if code in group) for hand in hands)
        for seen, group in sorted(groups.items(), reverse=True) if seen[0]
    )  # fmt: skip


def _groups(pools: Sequence[set[str]]) -> dict[tuple[bool, ...], set[str]]:
    groups: dict[tuple[bool, ...], set[str]] = {}
    for code in set().union(*pools):
        groups.setdefault(tuple(code in pool for pool in pools), set()).add(code)
    return groups
