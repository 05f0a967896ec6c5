"""Life circumstances and other supports in the year before, for the three groups of the reach profile.

A person is counted under every measure with anything in that year, so the rows add up to more than everyone.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from linkwell.insights.measures import Measure, register_stack
from linkwell.insights.people import Clients, Ints, first_of
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
    cells, units = [], []
    for number, (uid, days) in enumerate((
        (reach.reached, day),
        (reach.could, np.full(len(reach.could), reference)),
        (reach.community, np.full(len(reach.community), reference)),
    )):  # fmt: skip
        which, who = _anything(connection, uid, days, measures)
        cells.append(number * len(measures) + which)
        units.append(who)
    return Profile(
        DIMENSION, tuple(measure.label for measure in measures), np.concatenate(cells), np.concatenate(units)
    )


def _anything(
    connection: duckdb.DuckDBPyConnection, uid: Ints, day: Ints, measures: Sequence[Measure]
) -> tuple[Ints, Ints]:
    """Place of the measure and project id of everyone with anything of it in the year before their day."""
    register_stack(connection, uid, day)
    listed = ", ".join("(?, ?)" for _ in measures)
    values = [part for place, measure in enumerate(measures) for part in (measure.code, place)]
    found = connection.sql(
        f"""SELECT DISTINCT w.place::BIGINT AS place, s.snz_uid AS uid
            FROM stack s JOIN measure m USING (snz_uid)
            JOIN (VALUES {listed}) AS w(measure_code, place) USING (measure_code)
            WHERE m.start_date < s.index_date
              AND coalesce(m.end_date, m.start_date) >= s.index_date - INTERVAL 12 MONTH
              AND coalesce(m.value_amt, 1) > 0
            ORDER BY ALL""",
        params=values,
    ).to_arrow_table()
    return found.column("place").to_numpy(), found.column("uid").to_numpy()
