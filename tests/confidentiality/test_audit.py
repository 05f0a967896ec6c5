import numpy as np
import pytest

from linkwell.confidentiality.audit import MOST_PARTS, small_parts
from linkwell.confidentiality.desk import ReleaseRefused
from linkwell.confidentiality.draft import People, draft
from linkwell.confidentiality.person_index import index_path, load
from linkwell.confidentiality.profile import load_profile
from linkwell.confidentiality.request import CountTable, Override
from linkwell.confidentiality.rounding import RoundingKeys

PERMITTED = {"permission_single_provider": True}
PEOPLE = np.arange(1, 2001)
TRAITS = {name: (PEOPLE * prime // 7) % 3 for name, prime in (("p", 3), ("q", 5), ("r", 11), ("s", 13))}


def tables(areas, *pairs):
    """Area by two traits each."""
    found = []
    for one, other in pairs:
        labels = tuple((f"area {a}", f"{one}{i}", f"{other}{j}")
                       for a in range(int(areas.max()) + 1) for i in range(3) for j in range(3))  # fmt: skip
        cells = areas * 9 + TRAITS[one] * 3 + TRAITS[other]
        found.append(CountTable(one + other, ("area", one, other), labels, cells, PEOPLE))
    return found


def test_an_area_of_few_people_in_larger_tables_is_bounded_of_its_own(zone, ask):
    people = People.of(load(index_path(zone, "one")), RoundingKeys.derive(bytes(32)))
    areas = np.where(PEOPLE <= 200, 0, 1)
    request = ask(*tables(areas, "pq", "pr", "qr"), population=PEOPLE)
    made = draft(request, people, load_profile("nz-fixed"), bytes(32), exempt=frozenset())
    (part,) = small_parts(made, load_profile("nz-fixed"))
    assert people.index.project_ids[part.places].tolist() == list(range(1, 201))
    assert [len(rows) for rows in part.rows] == [9, 9, 9]


def test_more_small_areas_than_a_minute_allows_are_left_to_a_person(desk, ask):
    areas = (PEOPLE - 1) // 60  # areas of sixty people: most cells hidden
    assert areas.max() > MOST_PARTS
    request = ask(*tables(areas, "pq", "pr", "qr"), population=PEOPLE)
    with pytest.raises(ReleaseRefused) as refused:
        desk.release(request, **PERMITTED)
    assert "exact bounds" in refused.value.private.inside()
    answered = desk.release(request, **PERMITTED, override=Override("chris", "worth an hour of computing"))
    assert set(answered.tables) == {"pq", "pr", "qr"}
