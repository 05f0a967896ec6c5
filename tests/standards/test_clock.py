from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

import pytest

from linkwell.standards import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 10, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 11, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 6, 30, 12, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_it_is_tomorrow_already_in_the_evening_of_universal_time(
    moment: datetime, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "datetime", Then)
    assert clock.today() == day
