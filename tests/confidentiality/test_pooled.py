"""A member of a pool that takes its own people away learns nothing about the others' few."""

from __future__ import annotations

import numpy as np
import pytest

from linkwell.confidentiality.desk import ReleaseRefused
from linkwell.confidentiality.request import EffectInput
from linkwell.errors import WrongUse


def people(first: int, number: int) -> np.ndarray:
    return np.arange(first, first + number)


A, B, C, D = people(1, 200), people(201, 150), people(351, 100), people(451, 60)
"""Four organisations; nobody goes to two."""
POOL = ((A, B, C),)
NOBODY = np.zeros(0, dtype=np.int64)


def part(*sizes: int) -> np.ndarray:
    """So many people of each organisation, and of nobody's after them."""
    own = (A, B, C, D, people(2000, 900))
    return np.concatenate([all_of_it[:size] for all_of_it, size in zip(own, sizes, strict=False)])


def told(desk, ask, table, groups, pool=POOL) -> dict[str, int | None]:
    everyone = np.concatenate([units for members in pool for units in members])
    request = ask(table(groups), population=everyone, single_provider=False, pool=pool)
    release = desk.release(request, permission_single_provider=False)
    return {cell.labels[0]: cell.value for cell in release.tables["t"].cells}


def test_a_number_is_told_only_where_enough_is_left_without_any_one_member(desk, ask, table) -> None:
    found = told(desk, ask, table, {
        "three members": part(20, 15, 10),
        "two members": part(20, 20, 0),
        "nearly one member": part(60, 3, 1),
        "few without the largest": part(30, 3, 2),
        "second largest would know the largest": part(60, 40, 6),
        "a community": part(30, 2, 0, 0, 400),
        "a community of few besides": part(30, 0, 0, 0, 4),
    })  # fmt: skip
    assert {label for label, number in found.items() if number is not None} == {
        "three members", "a community",
    }  # fmt: skip


def test_whoever_goes_to_two_members_is_nobodys_secret_from_either(desk, ask, table) -> None:
    shared = np.concatenate([B, A[:40]])  # forty of the first go to the second as well
    pool = ((A, shared, C),)
    assert told(desk, ask, table, {"mostly shared": part(40, 0, 10)}, pool)["mostly shared"] is None


@pytest.mark.parametrize("seed", range(6))
def test_no_number_told_of_random_pools_leaves_a_member_fewer_than_six_of_the_others(
    desk, ask, table, seed
) -> None:
    """The attack: each member takes its own exact people from every number."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([60, 100, 180, 400], size=int(rng.integers(3, 7)))
    members, first = [], 1
    for size in sizes:
        members.append(people(first, int(size)))
        first += int(size)
    everyone = np.concatenate(members)
    groups = {f"level {n}": everyone[rng.random(len(everyone)) < share]
              for n, share in enumerate(rng.choice([0.02, 0.05, 0.1, 0.3], size=12))}  # fmt: skip
    found = told(desk, ask, table, groups, (tuple(members),))
    shares = {label: [int(np.isin(units, own).sum()) for own in members] for label, units in groups.items()}
    seen = {label: shares[label] for label, number in found.items() if number is not None}
    for own in seen.values():
        own.sort()
        assert sum(own) - own[-1] >= 6
        assert sum(count > 0 for count in own) >= 3
        assert 100 * sum(own[:-2]) >= 15 * own[-1]
    assert seen
    alone = ask(table(groups, name="u"), population=everyone, single_provider=False)
    loose = desk.release(alone, permission_single_provider=False).tables["u"]
    assert {cell.labels[0] for cell in loose.cells if cell.value is not None} >= set(seen)


def test_members_that_came_later_are_guarded_as_a_group_of_their_own(desk, ask, table) -> None:
    e, f = people(600, 80), people(700, 90)
    groups = {"all six": np.concatenate([part(20, 15, 10), D[:10], e[:9], f[:8]]),
              "mostly the first three": np.concatenate([part(20, 15, 10), D[:4]])}  # fmt: skip
    together = told(desk, ask, table, groups, ((A, B, C, D, e, f),))
    assert together["mostly the first three"] is not None
    apart = told(
        desk, ask, lambda found: table(found, name="t", title="again"), groups,
        ((A, B, C, NOBODY, NOBODY, NOBODY), (NOBODY, NOBODY, NOBODY, D, e, f)),
    )  # fmt: skip
    assert apart["all six"] is not None
    assert apart["mostly the first three"] is None


def test_members_of_one_hand_are_taken_away_together_whichever_group_they_came_with(desk, ask, table) -> None:
    e, f = people(600, 80), people(700, 90)
    groups = {"two hands": part(20, 15, 0, 10),  # who sends for A and D is left with B
              "few without the vendor's": np.concatenate([part(20, 3, 1, 20)]),
              "all six": np.concatenate([part(20, 15, 10, 10), e[:9], f[:8]])}  # fmt: skip
    alone = told(desk, ask, table, groups, ((A, B, C, D, e, f),))
    assert None not in (alone["two hands"], alone["all six"])
    again = lambda found: table(found, name="t", title="again")  # noqa: E731
    one = told(desk, ask, again, groups, ((np.concatenate([A, D]), B, C, e, f),))
    assert (one["two hands"], one["few without the vendor's"]) == (None, None)
    assert one["all six"] is not None
    third = lambda found: table(found, name="t", title="third")  # noqa: E731
    apart = told(desk, ask, third, groups, ((A, B, C, NOBODY, NOBODY), (D, NOBODY, NOBODY, e, f)))
    assert apart["two hands"] is None
    with pytest.raises(WrongUse, match="same in every group"):
        told(desk, ask, third, groups, ((A, B, C), (D, e, f, NOBODY)))


def test_an_effect_is_told_only_where_a_magnitude_could_be_without_any_one_member(desk, ask, table) -> None:
    def effect(name: str, treated: np.ndarray) -> EffectInput:
        return EffectInput(
            name, -10.0, 2.0, -14.0, -6.0, "days", treated, np.arange(len(treated)) % 31.0,
            people(1500, 300), 200.0, "days",
        )  # fmt: skip

    everyone = np.concatenate([A, B, C])
    request = ask(
        table({"everyone": everyone}), population=everyone, single_provider=False, pool=POOL,
        effects=(effect("wide", part(60, 40, 30)), effect("narrow", part(100, 10, 6))),
    )  # fmt: skip
    found = desk.release(request, permission_single_provider=False).effects
    assert found["wide"].estimate is not None
    assert (found["narrow"].estimate, found["narrow"].treated, found["narrow"].mark) == (None, None, "S")


def test_a_pool_that_is_nearly_one_member_is_refused_and_so_are_two_members(desk, ask, table) -> None:
    with pytest.raises(ReleaseRefused):
        told(desk, ask, table, {"everyone": part(200, 2, 2)}, ((A, B[:2], C[:2]),))
    with pytest.raises(WrongUse, match="at least 3 independent organisations"):
        told(desk, ask, table, {"everyone": part(200, 150)}, ((A, B),))
