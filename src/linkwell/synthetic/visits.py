"""The organisation's visits and contacts, as its case system exports them to CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from linkwell.synthetic.draws import stream
from linkwell.synthetic.enrolments import Row
from linkwell.synthetic.timeline import EXPORTED, day_number, day_of

_ACTIVITIES = ("One to one session", "Group session", "Home visit", "Employer visit", "Check-in call")
_CHANNELS = ("In person", "In person", "In person", "In person", "Phone")


def interactions_csv(rows: Sequence[Row], count: int, seed: int) -> bytes:
    """Visits and contacts of each time with the organisation, a few under client numbers nobody has."""
    rng = stream(seed, "interactions")
    first = np.array([day_number(row.start) for row in rows])
    last = np.array([day_number(min(row.finish or EXPORTED, EXPORTED)) for row in rows])
    last = np.maximum(last, first)
    eager = rng.gamma(1.6, 1.0, len(rows)) * np.minimum(last - first + 14, 300)
    which = np.searchsorted(np.cumsum(eager), rng.random(count) * eager.sum(), side="right")
    which = np.minimum(which, len(rows) - 1)
    day = first[which] + np.floor(rng.random(count) * (last[which] - first[which] + 1)).astype(np.int64)
    day = np.minimum(day + np.where((day + 3) % 7 >= 5, 2, 0), day_number(EXPORTED))
    kind = rng.choice(5, count, p=[0.4, 0.25, 0.1, 0.08, 0.17])
    attended = rng.choice(4, count, p=[0.78, 0.1, 0.08, 0.04])
    minute = rng.integers(0, 36, count) * 15
    orphan = rng.random(count) < 0.003
    lines = sorted(
        (
            int(day[n]), int(minute[n]), f"RB-{90_000 + n % 997}" if orphan[n] else rows[which[n]].client,
            _ACTIVITIES[kind[n]],
            "Video" if kind[n] in (0, 4) and minute[n] % 75 == 0 else _CHANNELS[kind[n]],
            ("Yes", "No", "DNA", "")[attended[n]],
        )
        for n in range(count)
    )  # fmt: skip
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["Client ID", "Activity", "Date", "Time", "Channel", "Attended"])
    for number, minutes, client, activity, channel, came in lines:
        when = day_of(number)
        clock = f"{8 + minutes // 60}:{minutes % 60:02d}"
        writer.writerow([client, activity, f"{when:%d/%m/%Y}", clock, channel, came])
    return text.getvalue().encode("utf-8-sig")
