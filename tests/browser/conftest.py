"""Chromium, axe-core 4.14.1 (MPL-2.0, axe-core-LICENSE.txt) and a way to sign in, for tests of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API runs a loop in this thread

AXE = Path(__file__).parent / "axe.min.js"
# Only what is wrong is put into words and brought over: every page is looked at, so it counts.
RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(run => run.violations)"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The shell draws the same pages by the same engine for three fifths of the processor time."""
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser; without one it is skipped, or fails where CI says nothing may be."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and os.environ.get("CI") != "true":
                item.add_marker(
                    pytest.mark.skip(reason="chromium is not installed: apt-get install chromium")
                )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Debian's chromium, talking to nobody else."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def base_url() -> str:
    """No base: tests name whole addresses. (The plugin's own fixture warns under this pytest.)"""
    return ""


@pytest.fixture(scope="session")
def with_script(browser) -> Iterator[Any]:
    """One browser profile for all tests: a new one costs as much as ten pages."""
    yield from _profile(browser)


@pytest.fixture(scope="session")
def without_script(browser) -> Iterator[Any]:
    """The same for walks without script, since everything has to work so."""
    yield from _profile(browser, java_script_enabled=False)


def _profile(browser, **how: object) -> Iterator[Any]:
    context = browser.new_context(**how)
    yield context
    context.close()


@pytest.fixture
def page(with_script) -> Iterator[Any]:
    """A new tab, in a browser that knows nothing of an earlier test."""
    yield from _tab(with_script)


@pytest.fixture
def plain_page(without_script) -> Iterator[Any]:
    """The same in a browser without script."""
    yield from _tab(without_script)


def _tab(context) -> Iterator[Any]:
    context.clear_cookies()
    tab = context.new_page()
    yield tab
    for each in context.pages:
        each.close()


@pytest.fixture
def faults(page) -> list[str]:
    """What the browser complained of: policy violations and broken files."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def axe(page) -> Callable[[], list[tuple[str, list[object]]]]:
    """Run axe on a page that is all there; `evaluate` works under a policy that forbids script tags."""
    source = AXE.read_text("utf-8")

    def violations() -> list[tuple[str, list[object]]]:
        page.wait_for_load_state()  # a click returns once the next page has begun
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate(RUN, TAGS)
        return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]

    return violations
