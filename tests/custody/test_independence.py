"""Members of a pool that share who knows their people count as one, and members come and go in threes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import deciding

from linkwell.custody.agreements.models import Agreement, UploadToken
from linkwell.custody.organisations.models import Organisation, SenderKey
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.independence import independent, parties_of, together
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.errors import RefusedByRule
from linkwell.standards.clock import today

SIX = ("a", "b", "c", "d", "e", "f")


def alone(*codes: str) -> tuple[tuple[str, ...], ...]:
    return tuple((code,) for code in codes)


def test_members_come_and_go_three_or_more_at_a_time() -> None:
    assert together(SIX, [], {}) == (alone(*SIX),)
    assert together(SIX, [SIX, SIX], {}) == (alone(*SIX),)
    none = ((),) * 3
    assert together(SIX, [SIX[:3]], {}) == ((*alone("a", "b", "c"), *none), (*none, *alone("d", "e", "f")))
    assert together(("d", "e", "f"), [("a", "b", "c")], {}) == (alone("d", "e", "f"),)
    for members, earlier in (
        (("a", "b"), []),
        (SIX[:5], [SIX]),
        (SIX, [SIX[:4]]),
        (("a", "b", "c", "d", "e", "g"), [SIX]),
        (("d", "e", "f", "g", "h", "i"), [SIX, ("a", "b", "c", "g", "h", "i"), ("a", "b", "d")]),
    ):
        with pytest.raises(RefusedByRule):
            together(members, earlier, {})


def test_who_shares_a_party_is_one_member_of_the_pool_and_of_what_two_pools_tell() -> None:
    vendor = frozenset({"organisation v"})
    shared = {"a": vendor, "d": vendor, "c": frozenset({"person x"}), "z": vendor}
    assert independent(SIX, shared) == (("a", "d"), ("b",), ("c",), ("e",), ("f",))
    assert together(SIX, [], shared) == ((("a", "d"), ("b",), ("c",), ("e",), ("f",)),)
    assert together(SIX, [SIX[:3]], shared) == (
        (("a",), ("b",), ("c",), (), ()), (("d",), (), (), ("e",), ("f",)),
    )  # fmt: skip
    with pytest.raises(RefusedByRule, match="Fewer than 3 independent"):
        together(("a", "b", "d"), [], shared)
    with pytest.raises(RefusedByRule, match="cannot be told about together"):  # b would be left of a, b, d
        together(("c", "e", "f"), [("a", "b", "c", "d", "e", "f")], shared)
    assert together(("c", "e", "f"), [("a", "b", "d")], shared)  # told before; this report cuts nothing of it


def test_whoever_sends_for_all_of_them_takes_nobody_away() -> None:
    """A vendor of sixty clients: a pool of its own clients is one like any other, until others join it."""
    vendor, funder = frozenset({"sender v", "organisation v"}), frozenset({"organisation v"})
    clients = dict.fromkeys("abc", vendor)
    assert independent("abc", clients) == (("a",), ("b",), ("c",))
    assert independent("abcd", clients) == (("a", "b", "c"), ("d",))
    assert independent("abc", {**clients, "c": funder}) == (("a", "b", "c"),)  # it lacks c's rows
    assert together(("a", "b", "c"), [], clients)
    assert together(SIX, [SIX[:3]], clients) == (
        (("a", "b", "c"), (), (), ()), ((), ("d",), ("e",), ("f",)),
    )  # fmt: skip
    with pytest.raises(RefusedByRule):  # the vendor would be left with d
        together(("a", "b", "c", "d"), [], clients)


@pytest.mark.parametrize("clients", ["ab", "abc", "abcd"])
def test_a_vendor_that_takes_its_clients_away_is_never_left_with_fewer_than_two_others(clients) -> None:
    """The attack, over every pool of six after every other: whoever knows some members subtracts them."""
    from itertools import combinations

    ties = dict.fromkeys(clients, frozenset({"sender v", "organisation v"}))
    pools = [each for size in range(2, 7) for each in combinations(SIX, size)]
    allowed = 0
    for first in pools:
        for second in pools:
            try:
                together(second, [first], ties)
            except RefusedByRule:
                continue
            allowed += 1
            for told in (set(second), set(first) - set(second), set(second) - set(first)):
                if told and told != set(first):
                    for known in (set(clients), *({code} for code in SIX)):
                        assert len(told - known) != 1, (first, second)
    assert allowed > 20


@pytest.fixture
def pair(registry) -> tuple[str, str]:
    """Two organisations that share nothing."""
    deciding.own_keys()
    first, second = registry.agreement, registry.other_agreement
    return first.organisation.code, second.organisation.code


def count(pair: tuple[str, str]) -> int:
    """How many they are beside a third, whom nobody else sends for."""
    return len(independent((*pair, "third"), parties_of(pair))) - 1


def test_two_organisations_that_share_nothing_count_as_two(registry, pair) -> None:
    assert count(pair) == 2
    assert parties_of(()) == {}


@pytest.mark.parametrize("how", ["via", "commissioner"])
def test_one_vendor_or_intermediary_and_one_commissioner_make_one_of_two(registry, pair, how) -> None:
    party = Organisation.objects.create(code="between", name="Between", kind="intermediary")
    Agreement.objects.filter(pk=registry.agreement.pk).update(**{how: party})
    assert count(pair) == 2
    Agreement.objects.filter(pk=registry.other_agreement.pk).update(via=party)  # one part or the other
    assert count(pair) == 1


def test_who_sent_once_still_knows_and_so_does_an_earlier_agreement(registry, pair) -> None:
    vendor = Organisation.objects.create(code="between", name="Between", kind="vendor")
    Agreement.objects.filter(pk=registry.agreement.pk).update(via=vendor)
    token = UploadToken.objects.create(key_id="k", secret_hash="x", vendor=vendor,
                                       expires_at=f"{today() + timedelta(days=9)}T00:00Z")  # fmt: skip
    sent = Supply.objects.create(reference="s-1", agreement=registry.other_agreement, state="linked")
    Upload.objects.create(supply=sent, token=token, length=1, expires_at=token.expires_at)
    assert count(pair) == 1
    Agreement.objects.filter(pk=registry.agreement.pk).update(via=None)
    assert count(pair) == 2
    Agreement.objects.create(
        reference="old", organisation=registry.agreement.organisation, via=vendor, state="ended",
        specification=registry.agreement.specification, starts=today(), ends=today(),
    )  # fmt: skip
    assert count(pair) == 1


def test_one_person_one_key_or_one_name_make_one_of_two(registry, pair) -> None:
    second = registry.other_agreement.organisation
    member = deciding.somebody(registry, "both", registry.agreement.organisation, Role.PROVIDER_STAFF)
    assert count(pair) == 2
    member.memberships.create(organisation=second, role=Role.PROVIDER_LEAD)
    assert count(pair) == 1
    member.memberships.all().delete()
    kaitiaki = deciding.somebody(registry, "guard", second, Role.KAITIAKI)
    kaitiaki.memberships.create(organisation=registry.agreement.organisation, role=Role.KAITIAKI)
    assert count(pair) == 2  # guards both, and knows nobody's people
    Organisation.objects.filter(pk=second.pk).update(name="RIVERBEND  Āroha")
    assert count(pair) == 1
    Organisation.objects.filter(pk=second.pk).update(name="Something else")
    SenderKey.objects.update(fingerprint="the same")
    assert count(pair) == 1
