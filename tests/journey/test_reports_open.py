"""Every report that a walk leaves opens in a browser: clean for axe, on a narrow phone too, and by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import (  # noqa: F401
    CHROMIUM,
    axe,
    base_url,
    browser_type_launch_args,
    faults,
    page,
    with_script,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_database,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]


def test_every_report_is_clean_for_axe_and_fits_a_narrow_phone(
    undisturbed: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    tab, violations, wrong = map(request.getfixturevalue, ("page", "axe", "faults"))
    home = Path(undisturbed["home"])
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    found = sorted(path for path in home.rglob("*.html"))
    names = {path.name for path in found}
    assert {"report.html", "check-report.html"} <= names, names
    for path in found:
        tab.goto(path.as_uri())
        for width in (1280, 320):
            tab.set_viewport_size({"width": width, "height": 900})
            assert violations() == [], (path.name, width)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (path.name, width)
    assert wrong == []
    assert [url for url in asked if not url.startswith("file:")] == []  # nothing from elsewhere
