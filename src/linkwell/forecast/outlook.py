"""Will you see anything? Said plainly to a provider before anything about anybody is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from linkwell.forecast.assumptions import assumptions, words
from linkwell.forecast.links import Completeness, Range, expected_link_rate
from linkwell.forecast.power import smallest_difference
from linkwell.forecast.suppression import share_shown

_RARE = 0.10


@dataclass(frozen=True)
class Provider:
    """What the forecast needs to know.

    Attributes:
        participants: everybody who could be supplied, all years together.
        details: how complete the details are.
        start_dates: whether start dates are recorded.
        one_provider: whether the agreement allows results about this organisation alone; None: not settled.
    """

    participants: int
    details: Completeness
    start_dates: bool = True
    one_provider: bool | None = None


@dataclass(frozen=True)
class Shown:
    """One way of grouping people, and the share of its groups (0 to 1) that would be shown."""

    label: str
    groups: int
    share: float


@dataclass(frozen=True)
class Outlook:
    """The answer.

    Attributes:
        title: the answer in one line.
        found: people likely to be found.
        compared: people whose change can be compared; 0 without start dates.
        difference: smallest difference (0 to 1) likely to be seen where the outcome is even; None when no
            finding of the provider's own would be released.
        shown: what share of each table's groups survives suppression.
        paragraphs: the answer in words.
        still: what a small provider still gets; empty for a large one.
    """

    title: str
    found: Range
    compared: int
    difference: float | None
    shown: tuple[Shown, ...]
    paragraphs: tuple[str, ...]
    still: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for machines."""
        return asdict(self)


def outlook(
    provider: Provider,
    rate: Range | None = None,
    breakdowns: Sequence[tuple[str, Sequence[float]]] | None = None,
) -> Outlook:
    """What this provider can expect to see.

    Args:
        rate: the share likely to be found where it is known better than from completeness alone.
        breakdowns: (label such as "by gender", shares of its groups) of the provider's own people; typical
            ones of a social service are used without.

    Raises:
        ValueError: fewer than no participants, or a share outside 0 to 1.
    """
    if provider.participants < 0:
        raise ValueError("there cannot be fewer than no participants")
    found = (rate or expected_link_rate(provider.details)).times(provider.participants)
    linked = round(found.likely)
    settings = assumptions()["power"]
    compared = round(linked * settings["followed"]) if provider.start_dates else 0
    enough = compared >= settings["least"]["headline"]
    difference = smallest_difference(compared) if enough else None
    typical = [(each["label"], each["shares"]) for each in assumptions()["breakdown"]]
    shown = tuple(
        Shown(label, len(shares), share_shown(linked, shares)) for label, shares in breakdowns or typical
    )
    size = next(each for each in words()["size"] if linked >= each["from"])
    return Outlook(
        title=size["title"],
        found=found,
        compared=compared,
        difference=difference,
        shown=shown,
        paragraphs=_paragraphs(provider, found, compared, size["text"], shown),
        still=_still(linked, enough),
    )


def still_title() -> str:
    """The heading over `Outlook.still`."""
    return str(words()["small"]["title"])


def _paragraphs(
    provider: Provider, found: Range, compared: int, size: str, shown: tuple[Shown, ...]
) -> tuple[str, ...]:
    said, least = words(), assumptions()["suppression"]
    if round(found.high) == 0:
        return (said["found"]["none"],)
    first = said["found"]["some"].format(
        participants=f"{provider.participants:,}",
        linked=f"{round(found.likely):,}",
        low=f"{round(found.low):,}",
        high=f"{round(found.high):,}",
    )
    tables = _tables(shown) if round(found.likely) >= least["people"] else ""
    permission = {True: "yes", False: "no", None: "unknown"}[provider.one_provider]
    return (
        first,
        size.format(people=least["people"]),
        _change(provider, compared),
        " ".join(filter(None, (tables, said["shown"]["average"].format(magnitude=least["magnitude"])))),
        said["permission"][permission],
    )


def _tables(shown: tuple[Shown, ...]) -> str:
    words_of = words()["shown"]
    said = []
    for each in shown:
        percent = round(100 * each.share)
        said.append(words_of["all" if percent == 100 else "each"].format(label=each.label, share=percent))
    return str(words_of["text"]).format(list="; ".join(said))


def _change(provider: Provider, compared: int) -> str:
    said = words()["change"]
    if not provider.start_dates:
        return str(said["no_start"])
    headline = assumptions()["power"]["least"]["headline"]
    if compared < headline:
        return str(said["too_few"]).format(compared=f"{compared:,}", headline=headline)
    points = 100 * smallest_difference(compared)
    rare = 100 * smallest_difference(compared, share=_RARE)
    text = str(said["yes_no"]).format(
        compared=f"{compared:,}",
        half=50,
        up=round(50 + points),
        down=round(50 - points),
        rare=round(100 * _RARE),
        rare_points=_points(rare),
    )
    return f"{text} {said['finding']}"


def _points(value: float) -> str:
    number = max(1, round(value))
    return f"{number} in 100"


def _still(linked: int, enough: bool) -> tuple[str, ...]:
    if enough and linked >= 250:
        return ()
    small = words()["small"]
    kinds = ("reach", "pooled", "years") if linked >= assumptions()["suppression"]["people"] else ()
    return tuple(small[kind] for kind in (*(kinds or ("pooled", "years")), "aggregates"))
