"""The protocol: what will be estimated, for whom, over which windows, fixed before outcomes are joined.

Its fingerprint is printed in the report; anything added later is another protocol (TARGET statement, 2025).
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

from linkwell.errors import WrongUse
from linkwell.insights.estimators.many import HEADLINES
from linkwell.ledger.canonical import digest as canonical_digest

Kind = Literal["days", "dollars", "count", "rate"]
Good = Literal["less", "more"]
Role = Literal["headline", "other", "control"]
By = Literal["gender", "age", "variant", "initiative", "service_type", "attended"]

LIMITS = {
    "follow_months": (3, 60), "gap_months": (0, 24), "candidates": (1, 500), "draws": (0, 10_000),
    "seed": (0, 2**63 - 1), "version": (1, 10**6),
}  # fmt: skip
"""Least and most of each number of a plan."""
SENTENCE = 300
"""Longest sentence of an agreement about outcomes."""
YEARS = {1: "year", 2: "two years", 3: "three years", 4: "four years", 5: "five years"}


@dataclass(frozen=True)
class Outcome:
    """One thing that may change.

    Attributes:
        measure: code in the catalogue. label: what it is called ("days on a main benefit"; for a rate
            "having any work").
        noun: what follows a number ("days on a main benefit"; for dollars "in wages and salaries"; for a rate
            what people had, "any work").
        verb: what people did ("spent", "earned", "made").
        kind: days, dollars and count are amounts a person; rate is the share of people with any.
        smallest: the smallest difference that matters, in the outcome's unit (rates: percentage points).
        role: named beforehand as a headline (three at most), one of the others, or a control: something the
            initiative cannot touch, where a difference speaks against the comparison.
        aim: the difference to similar people an agreement about outcomes names, as a size in the good
            direction. baseline: the average of the participants it starts from. Both in the outcome's unit.
    """

    name: str
    measure: str
    label: str
    noun: str
    verb: str
    kind: Kind
    good: Good
    smallest: float
    role: Role = "headline"
    aim: float | None = None
    baseline: float | None = None

    def __post_init__(self) -> None:
        for name, allowed in (("kind", Kind), ("good", Good), ("role", Role)):
            if getattr(self, name) not in get_args(allowed):
                raise WrongUse(
                    f"The protocol's outcome “{self.name}” has an unknown {name}, “{getattr(self, name)}”.",
                    fix=f"Use one of: {', '.join(get_args(allowed))}.",
                )
        if isinstance(self.smallest, bool) or not isinstance(self.smallest, int | float):
            raise WrongUse(f"The smallest difference that matters for “{self.name}” must be a number.")
        if not 0 <= self.smallest < math.inf:
            raise WrongUse(f"The smallest difference that matters for “{self.name}” cannot be negative.")
        for value, what in ((self.aim, "aim"), (self.baseline, "baseline")):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise WrongUse(f"The {what} of “{self.name}” must be a number that is not negative.")
        if self.aim is not None and (self.aim < self.smallest or self.aim == 0):
            raise WrongUse(
                f"The aim of “{self.name}” is smaller than the smallest difference that matters.",
                why="Reaching it would not matter.",
            )


@dataclass(frozen=True)
class Condition:
    """At least `at_least` (days, events or dollars) of a measure in the `months` before."""

    measure: str
    months: int
    at_least: float


@dataclass(frozen=True)
class Eligible:
    """Whom the initiative means to serve: an age range, the regions it works in, and life circumstances."""

    age_from: int = 0
    age_to: int = 120
    own_regions: bool = True
    any_of: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Slice:
    """Groups among the participants to be compared each with people like itself.

    Attributes:
        by: what parts them. edges: for age and attendance, where one group ends and the next begins.
    """

    by: By
    edges: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.by not in get_args(By):
            raise WrongUse(
                f"Participants cannot be grouped by “{self.by}”.",
                fix=f"Use one of: {', '.join(get_args(By))}.",
            )
        if (self.by in ("age", "attended")) is not bool(self.edges):
            raise WrongUse(
                f"The groups by “{self.by}” {'need' if not self.edges else 'take no'} edges.",
                fix='For instance: by = "age", edges = [25].',
            )
        if list(self.edges) != sorted(set(self.edges)):
            raise WrongUse(f"The edges of “{self.by}” must rise.")


@dataclass(frozen=True)
class Forecast:
    """A look ahead for people who could be reached and are not yet.

    Attributes:
        months: how far, each of them 12 or 24. people: drawn at most of each of the two groups.
    """

    months: tuple[int, ...] = (12,)
    people: int = 10_000

    def __post_init__(self) -> None:
        if not self.months or list(self.months) != sorted({*self.months} & {12, 24}):
            raise WrongUse("A look ahead goes over 12 months, 24, or both.", fix="months = [12] or [12, 24].")
        if isinstance(self.people, bool) or not isinstance(self.people, int):
            raise WrongUse("The people drawn for a look ahead must be a whole number.")
        if not 100 <= self.people <= 100_000:
            raise WrongUse("The people drawn for a look ahead must be from 100 to 100,000.")


@dataclass(frozen=True)
class Agreed:
    """What an agreement about outcomes says beyond the aims of its outcomes.

    Attributes:
        reads_first: who reads the report before anyone else. reply_days: days the provider has to reply
            before anyone else reads it. cannot_tell: what follows when the data do not tell yet, in a
            sentence both sides agreed on.
    """

    reads_first: str
    reply_days: int
    cannot_tell: str

    def __post_init__(self) -> None:
        if isinstance(self.reply_days, bool) or not isinstance(self.reply_days, int):
            raise WrongUse("The days to reply must be a whole number.")
        if not 1 <= self.reply_days <= 365:
            raise WrongUse("The days to reply must be a whole number from 1 to 365.")
        for words in (self.reads_first, self.cannot_tell):
            if not isinstance(words, str) or not words.strip() or len(words) > SENTENCE:
                raise WrongUse(
                    "An agreement about outcomes says who reads first, and what “we cannot tell yet” means.",
                    fix=f"Give reads_first and cannot_tell, of up to {SENTENCE} characters.",
                )


@dataclass(frozen=True)
class Protocol:
    """One sealed plan.

    Attributes:
        initiatives: codes in the supply; empty is all of them.
        history_months, follow_months: length of the windows before and after.
        gap_months: whole months between the start month's first day and the follow-up (0: it starts with it).
        candidates: similar people drawn for each participant. seed: for that draw.
        draws: of the person bootstrap, where participants are few or an event is rare; 0 is the formula.
        slices: groups among the participants, each compared with people like itself on the headline outcomes.
        reference: ISO date of the reach profile; empty is the day the data end.
        agreed: terms of an agreement about outcomes; then at least one outcome has an aim, and only then.
        forecast: the look ahead for people not reached yet; None: not planned, so not told.
    """

    title: str
    outcomes: tuple[Outcome, ...]
    initiatives: tuple[str, ...] = ()
    eligible: Eligible = field(default_factory=Eligible)
    history_months: int = 24
    follow_months: int = 12
    gap_months: int = 0
    candidates: int = 50
    seed: int = 1
    reference: str = ""
    version: int = 1
    draws: int = 400
    slices: tuple[Slice, ...] = ()
    agreed: Agreed | None = None
    forecast: Forecast | None = None

    def __post_init__(self) -> None:
        if (self.agreed is not None) is not any(one.aim is not None for one in self.outcomes):
            raise WrongUse(
                "An agreement about outcomes has both its terms and the aim of at least one outcome.",
                fix="Give [agreed] with reads_first, reply_days and cannot_tell, and an aim to each outcome "
                "that was agreed on; or neither.",
            )
        if self.history_months != 24:
            raise WrongUse(
                "The history is 24 months.", why="With one year of history no method comes near a trial."
            )
        if len({one.by for one in self.slices}) != len(self.slices):
            raise WrongUse("The protocol groups participants twice by the same thing.")
        if not self.outcomes:
            raise WrongUse("The protocol names no outcome.")
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise WrongUse(f"In the protocol, {name} must be a whole number from {least} to {most}.")
        if len({outcome.name for outcome in self.outcomes}) != len(self.outcomes):
            raise WrongUse("Two outcomes of the protocol share a name.")
        if sum(outcome.role == "headline" for outcome in self.outcomes) > HEADLINES:
            raise WrongUse(
                f"A protocol names at most {HEADLINES} headline outcomes.",
                why="Among many outcomes some differ by chance.",
                fix='Give the rest role = "other".',
            )

    @property
    def span(self) -> str:
        """How long people are followed, as it stands in "in the year after starting"."""
        years, rest = divmod(self.follow_months, 12)
        said = f"{self.follow_months} months" if rest else YEARS[years]
        return f"{said} from month {self.gap_months + 1}" if self.gap_months else said

    @property
    def digest(self) -> str:
        """SHA-384 (hex) of everything the protocol says (what it leaves unsaid does not count)."""
        return canonical_digest(_exact(asdict(self)))

    def named(self, title: str, *, initiatives: tuple[str, ...] = ()) -> Protocol:
        """The same plan for one initiative."""
        return replace(self, title=title, initiatives=initiatives)


def load(path: Path | None = None) -> Protocol:
    """Read a protocol; without a path, the standard one.

    Raises:
        WrongUse: the file is missing or says something unknown.
    """
    try:
        source = resources.files("linkwell.insights").joinpath("protocol.toml") if path is None else path
        text = source.read_text("utf-8")
    except FileNotFoundError:
        raise WrongUse("There is no such protocol.", where=str(path)) from None
    except UnicodeDecodeError:
        raise WrongUse("The protocol cannot be read.", where=str(path), fix="Save it as UTF-8.") from None
    return loads(text, where=str(path or "the standard one"))


def loads(text: str, *, where: str = "") -> Protocol:
    """A protocol from TOML.

    Raises:
        WrongUse: it is no TOML, or says something unknown.
    """
    try:
        return from_dict(tomllib.loads(text))
    except (TypeError, KeyError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise WrongUse("The protocol cannot be read.", where=where, why=str(error)) from None


def from_dict(document: dict[str, Any]) -> Protocol:
    """A protocol from a parsed TOML document."""
    rest = {
        name: value
        for name, value in document.items()
        if name not in ("outcome", "eligible", "slice", "agreed", "forecast")
    }
    eligible = dict(document.get("eligible", {}))
    eligible["any_of"] = tuple(Condition(**condition) for condition in eligible.get("any_of", []))
    rest["initiatives"] = tuple(rest.get("initiatives", ()))
    rest.setdefault("title", "your initiative")
    outcomes = tuple(Outcome(**outcome) for outcome in document["outcome"])
    slices = tuple(Slice(**one | {"edges": tuple(one.get("edges", ()))}) for one in document.get("slice", []))
    agreed = Agreed(**document["agreed"]) if "agreed" in document else None
    forecast = None
    if "forecast" in document:
        ahead = dict(document["forecast"])
        forecast = Forecast(**ahead | {"months": tuple(ahead.get("months", (12,)))})
    return Protocol(
        outcomes=outcomes, eligible=Eligible(**eligible), slices=slices, agreed=agreed, forecast=forecast,
        **rest,
    )  # fmt: skip


def _exact(value: Any) -> Any:
    """Floats as their shortest exact text, since canonical JSON holds none."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    return value
