from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from linkwell.errors import WrongUse
from linkwell.synthetic.score import score_effect, score_links, spine_person_of_row, true_effects


def links(*rows: tuple[str, int | None, str]) -> pa.Table:
    record, person, decision = zip(*rows, strict=True)
    return pa.table({"record": record, "person": pa.array(person, pa.int64()), "decision": decision})


def test_precision_and_recall_count_people_not_rows_of_strangers() -> None:
    truth = {"a": 1, "b": 2, "c": 3, "d": None, "e": None, "f": 6}
    score = score_links(
        links(("a", 1, "link"), ("b", 9, "link"), ("c", 3, "review"), ("d", 4, "link"), ("e", None, "none"),
              ("f", 6, "link"), ("not mine", 5, "link")), truth)  # fmt: skip
    assert (score.records, score.on_spine, score.linked, score.right) == (6, 4, 4, 2)
    assert (score.wrong_person, score.wrong_stranger, score.left_for_review) == (1, 1, 1)
    assert score.precision == 0.5
    assert score.recall == 0.5


def test_no_links_have_no_precision() -> None:
    score = score_links(links(("a", None, "none")), {"a": None})
    assert score.precision is None
    assert score.recall is None


def test_perfect_links_score_one(world: Path) -> None:
    truth = {f"row{row}": person for row, person in spine_person_of_row(world).items()}
    perfect = links(*((record, person, "link" if person else "none") for record, person in truth.items()))
    score = score_links(perfect, truth)
    assert score.precision == score.recall == 1


def test_an_interval_covers_the_true_effect_or_not(world: Path) -> None:
    effect = true_effects(world)["main_benefit"].effect
    assert score_effect(world, "main_benefit", estimate=effect, lower=effect - 1, upper=effect + 1).covered
    assert not score_effect(world, "main_benefit", estimate=5, lower=effect + 1, upper=effect + 9).covered


def test_outcomes_without_truth_are_said_so(world: Path) -> None:
    with pytest.raises(WrongUse, match="no truth"):
        score_effect(world, "happiness", estimate=0, lower=0, upper=0)


def test_a_world_without_provider_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no provider"):
        spine_person_of_row(tmp_path)
