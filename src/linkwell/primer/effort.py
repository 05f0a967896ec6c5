"""Hours of work and months to expect, from the answers; the numbers are data a person can change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from linkwell.primer.answers import Answers
from linkwell.primer.readiness import with_implied


@dataclass(frozen=True)
class Task:
    """One piece of work; hours are the provider's own, months are waiting time, both as (low, high)."""

    label: str
    who: str
    hours: tuple[int, int]
    months: tuple[int, int]


@dataclass(frozen=True)
class Effort:
    """All of it. Months add up only where one thing waits for another, so `months` is a sum of waits."""

    tasks: tuple[Task, ...]
    hours: tuple[int, int]
    months: tuple[int, int]
    source: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("linkwell.primer").joinpath("effort.toml").read_text("utf-8"))


def effort(answers: Answers, who: Mapping[str, str]) -> Effort:
    """What the road from here will take; `who` names who acts, by key (see `questions.toml`)."""
    choices = with_implied(answers.choices)
    hundreds = max(1, -(-answers.numbers.get("participants", 100) // 100))
    tasks = []
    for each in _data()["task"]:
        if any(choices.get(question) not in wanted for question, wanted in each.get("when", {}).items()):
            continue
        times = hundreds if each.get("per_hundred") else 1
        low, high = (hours * times for hours in each["hours"])
        first, last = each.get("months", (0, 0))
        tasks.append(Task(each["label"], who[each["who"]], (low, high), (first, last)))
    return Effort(
        tuple(tasks),
        (sum(task.hours[0] for task in tasks), sum(task.hours[1] for task in tasks)),
        (sum(task.months[0] for task in tasks), sum(task.months[1] for task in tasks)),
        _data()["source"],
    )
