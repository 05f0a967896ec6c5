"""Why a record was linked: words that add up to its weight and name nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from linkwell.errors import WrongUse
from linkwell.linkage import LinkResult
from linkwell.linkage.explain import explain

from .test_run import Linker


@pytest.fixture(scope="module")
def result(link_rows: Linker, ordinary: list[dict[str, Any]]) -> LinkResult:
    twin = {"last_name": "Vandersloot", "dob": "2009-06-14"}
    return link_rows([{"first_name": "Tobias", **twin}, twin, {"last_name": "Nobodyatall"}, *ordinary])


def test_the_steps_of_a_linked_record_add_up_to_its_weight(result: LinkResult) -> None:
    for row in result.links.to_pylist()[:20]:
        if row["decision"] == "none":
            continue
        best = explain(result.evidence, row["record"])[0][0]
        assert best.person == row["person"]
        assert best.weight == pytest.approx(row["weight"], abs=0.002)
        assert best.posterior == pytest.approx(row["posterior"], abs=1e-6)


def test_the_words_say_what_was_decided_and_name_nobody(result: LinkResult) -> None:
    linked, unsure, nobody = ("\n".join(result.explain(f"r0000{n}")) for n in range(3))
    assert linked.startswith("Linked")
    assert unsure.startswith("For a person to look at")
    assert unsure.count("Person 90") == 2
    assert nobody.startswith("Not linked")
    assert not re.search("vandersloot|tobias|2009|nobodyatall", (linked + unsure + nobody).lower())


def test_a_record_that_is_not_there_is_refused(result: LinkResult) -> None:
    with pytest.raises(WrongUse, match="No record"):
        result.explain("zzz")
