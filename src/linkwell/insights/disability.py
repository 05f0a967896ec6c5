"""Disabled people among the three groups, where the project's data record disability; else the report says it
does not know.

A measure of the domain "Disability" is a row, and somebody recorded under several is counted in each. Nothing
is read into other measures: to use a service is not to be disabled, and not all disabled people are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from linkwell.insights.circumstances import among
from linkwell.insights.measures import Measure
from linkwell.insights.people import first_of
from linkwell.insights.reach import Profile, Reach, wording

DIMENSION = "disability"
DOMAIN = "disability"


def of_disability(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures of the catalogue that record disability."""
    return tuple(measure for measure in measures if measure.domain.strip().casefold() == DOMAIN)


def profile_disability(
    connection: duckdb.DuckDBPyConnection, reach: Reach, measures: Sequence[Measure]
) -> Profile | None:
    """Who is recorded under each measure of disability by the reference month; None where there is none.

    The same day for all three groups, and anything recorded before it: a disability does not end with a year.
    """
    found = of_disability(measures)
    if not found:
        return None
    listed = ", ".join("(?, ?)" for _ in found)
    rows = connection.sql(
        f"""SELECT DISTINCT w.place::BIGINT AS place, snz_uid AS uid FROM measure m
            JOIN (VALUES {listed}) AS w(measure_code, place) USING (measure_code)
            WHERE m.start_date < DATE '{first_of(reach.reference_month)}' AND coalesce(m.value_amt, 1) > 0
            ORDER BY ALL""",
        params=[part for place, measure in enumerate(found) for part in (measure.code, place)],
    ).to_arrow_table()
    place, who = rows.column("place").to_numpy(), rows.column("uid").to_numpy()
    levels = (*(measure.label for measure in found), str(wording()[DIMENSION]["unknown"]))
    cells, units = [], []
    for number, group in enumerate((reach.reached, reach.could, reach.community)):
        inside = among(who, group)
        none = np.setdiff1d(group, who[inside])
        cells += [number * len(levels) + place[inside], np.full(len(none), (number + 1) * len(levels) - 1)]
        units += [who[inside], none]
    return Profile(DIMENSION, levels, np.concatenate(cells), np.concatenate(units))
