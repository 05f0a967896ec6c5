"""The conditions of a project: a reviewer's, kaitiaki's, and what keeps each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from linkwell.custody.projects.models import Application, Project


@dataclass(frozen=True)
class ProjectCondition:
    """One condition of an approved project.

    Attributes:
        code: of conditions.toml; "own" for a reviewer's own words, "tikanga-1" to "tikanga-5" for kaitiaki's.
        control: what the software itself does; empty where people keep it.
        kept_by: who keeps it, where people do. set_by: reviewer or kaitiaki.
    """

    code: str
    words: str
    control: str = ""
    kept_by: str = ""
    set_by: str = "reviewer"


@cache
def choices() -> dict[str, ProjectCondition]:
    """The conditions a reviewer can choose from, by code."""
    text = (files("linkwell.custody.projects") / "conditions.toml").read_text("utf-8")
    return {each["code"]: ProjectCondition(**each) for each in tomllib.loads(text)["condition"]}


def conditions_of(project: Project) -> list[ProjectCondition]:
    """What follows the project to every release."""
    return [ProjectCondition(**each) for each in project.conditions]


def has_control(project: Project, control: str) -> bool:
    """Whether a condition asks the software for this control."""
    return any(each.control == control for each in conditions_of(project))


def watched_in(project: Project) -> list[str]:
    """Which kinds of groups the check looks for in its outputs (`output_check.groups_told`)."""
    return [kind for control, kind in WATCHED.items() if has_control(project, control)]


def compiled(application: Application) -> list[dict[str, str]]:
    """The conditions of an approved application, as a project keeps them."""
    return [asdict(each) for each in _compiled(application)]


def _compiled(application: Application) -> Iterator[ProjectCondition]:
    for code in application.conditions:
        yield choices()[code]
    if application.own_condition:
        yield ProjectCondition("own", application.own_condition, kept_by=KEPT_BY_REVIEWERS)
    for each in application.tikanga.exclude(condition=""):
        yield ProjectCondition(
            f"tikanga-{each.pair}", each.condition, kept_by=KEPT_BY_REVIEWERS, set_by="kaitiaki"
        )


WATCHED = {"no small areas": "small_area", "iwi agree": "by_iwi"}
"""What the check looks for where a condition has this control."""

KEPT_BY_REVIEWERS = "the two reviewers of every output request, who see it each time"
