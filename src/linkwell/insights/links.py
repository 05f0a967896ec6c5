"""Wrong links carried into the interval: a stranger's life shows no effect of the initiative."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from linkwell.insights.estimators.effect import Estimate


@dataclass(frozen=True)
class LinkError:
    """The least and the most of the people found that may be somebody else, as shares."""

    least: float = 0.0
    most: float = 0.0


@cache
def _bands() -> dict[str, Any]:
    text = resources.files("linkwell.insights").joinpath("links.toml").read_text("utf-8")
    return tomllib.loads(text)


def read_link_error(connection: duckdb.DuckDBPyConnection, initiatives: tuple[str, ...]) -> LinkError:
    """From the bands of how sure the links are (`links.toml`); none recorded: no allowance."""
    columns = {row[0] for row in connection.execute("DESCRIBE enrolment").fetchall()}
    if "link_band_code" not in columns:
        return LinkError()
    where = f"AND initiative_code IN ({', '.join('?' * len(initiatives))})" if initiatives else ""
    rows = connection.execute(
        f"""SELECT band, count(*) FROM (SELECT snz_unit_uid, max(coalesce(link_band_code, '')) AS band
            FROM enrolment WHERE snz_uid > 0 {where} GROUP BY snz_unit_uid) GROUP BY band""",
        list(initiatives),
    ).fetchall()
    bands, other = _bands()["bands"], _bands()["unknown"]
    total = sum(count for _, count in rows)
    if not total:
        return LinkError()
    shares = [(bands.get(band, bands[other]), count / total) for band, count in rows]
    return LinkError(*(sum(band[end] * share for band, share in shares) for end in (0, 1)))


def with_link_error(estimate: Estimate, links: LinkError) -> Estimate:
    """The effect on those who took part, where some of the people found did not.

    τ_found = (1 − f) τ with f the share of wrong links: the estimate is divided by 1 − f at the middle of its
    range, and the interval takes in the whole range of f.
    """
    if links.most <= 0:
        return estimate
    middle = 1 - (links.least + links.most) / 2
    ends = (1 - links.least, 1 - links.most)
    lower = min(estimate.lower / end for end in ends)
    upper = max(estimate.upper / end for end in ends)
    return replace(
        estimate,
        estimate=estimate.estimate / middle,
        comparison_mean=estimate.participants_mean - estimate.estimate / middle,
        standard_error=estimate.standard_error / middle,
        ends=(lower, upper),
    )
