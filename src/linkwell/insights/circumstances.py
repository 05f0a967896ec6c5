"""Life circumstances and other supports in the year before, for the three groups of the reach profile.

A person is counted under every measure with anything in that year, so the rows add up to more than everyone.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from linkwell.insights.measures import Measure, register_stack
from linkwell.insights.people import Bools, Clients, Ints, first_of
from linkwell.insights.reach import Profile, Reach

DIMENSION = "circumstances"


def profile_circumstances(
    connection: duckdb.DuckDBPyConnection, reach: Reach, clients: Clients, measures: Sequence[Measure]
) -> Profile:
    """Who had anything of each measure in the twelve months before.

    Those reached: before their own start (or before the reference month where it is not known), so that
    nothing that came after the start looks like a reason for it. The others: before the reference month.
    """
    reference = int(np.datetime64(first_of(reach.reference_month)).astype("datetime64[D]").astype(np.int64))
    day = np.full(len(reach.reached), reference, dtype=np.int64)
    place = np.searchsorted(reach.reached, clients.started)
    known = (place < len(reach.reached)) & (reach.reached[np.minimum(place, len(day) - 1)] == clients.started)
    day[place[known]] = clients.start_day[known]
    register_stack(connection, reach.reached, day)
    theirs = _anything(connection, measures, "s.index_date", "JOIN stack s USING (snz_uid)")
    # Everybody else has one and the same day: one pass over the data serves both groups.
    place, who = _anything(connection, measures, f"DATE '{first_of(reach.reference_month)}'")
    parts = [theirs]
    for group in (reach.could, reach.community):
        inside = among(who, group)
        parts.append((place[inside], who[inside]))
    return Profile(
        DIMENSION,
        tuple(measure.label for measure in measures),
        np.concatenate([number * len(measures) + which for number, (which, _) in enumerate(parts)]),
        np.concatenate([units for _, units in parts]),
    )


def _anything(
    connection: duckdb.DuckDBPyConnection, measures: Sequence[Measure], day: str, joined: str = ""
) -> tuple[Ints, Ints]:
    """Place of the measure and project id of everyone with anything of it in the year before a day."""
    listed = ", ".join("(?, ?)" for _ in measures)
    values = [part for place, measure in enumerate(measures) for part in (measure.code, place)]
    found = connection.sql(
        f"""SELECT DISTINCT w.place::BIGINT AS place, snz_uid AS uid
            FROM measure m {joined}
            JOIN (VALUES {listed}) AS w(measure_code, place) USING (measure_code)
            WHERE m.start_date < {day}
              AND coalesce(m.end_date, m.start_date) >= {day} - INTERVAL 12 MONTH
              AND coalesce(m.value_amt, 1) > 0
            ORDER BY ALL""",
        params=values,
    ).to_arrow_table()
    return found.column("place").to_numpy(), found.column("uid").to_numpy()


def among(who: Ints, group: Ints) -> Bools:
    """Whose ids are in a group (rising ids)."""
    if not len(group):
        return np.zeros(len(who), dtype=np.bool_)
    return np.asarray(group[np.minimum(np.searchsorted(group, who), len(group) - 1)] == who)
