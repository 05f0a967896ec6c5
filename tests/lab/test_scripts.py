"""Ways out of a script’s process, each in a process of its own: none opens, sends, starts, marks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from linkwell.lab.inside import first_order
from linkwell.lab.limits import Limits
from linkwell.lab.nest import Nest
from linkwell.lab.pipe import Pipe
from linkwell.lab.refusals import LabRefused
from tests.lab.attempts import PLANTED
from tests.lab.conftest import SMALL, Place
from tests.lab.scripts import WAYS_OUT

OUTSIDE = ["other.duckdb", "secret.csv", "secret.txt"]


@pytest.fixture(scope="module")
def nest() -> Iterator[Nest]:
    with Nest(scripts=True) as made:
        yield made


BIG = replace(SMALL, memory_bytes=Limits().memory_bytes, seconds=200.0)


def test_there_are_enough_ways_out() -> None:
    assert len(WAYS_OUT) >= 110


@pytest.mark.parametrize("name", WAYS_OUT)
def test_no_script_gets_out(place: Place, nest: Nest, name: str) -> None:
    text = WAYS_OUT[name]
    for key, value in {**place.given, "parent": str(os.getpid())}.items():
        text = text.replace("{" + key + "}", value)
    with pytest.raises(LabRefused), Pipe(nest, BIG) as process:
        process.order(first_order(text + '\nmake("out", snz_uid=[1], x=[1])', [], BIG))
    assert sorted(each.name for each in place.outside.iterdir()) == OUTSIDE
    assert (place.outside / "secret.txt").read_text() == PLANTED
