"""With CI=true nothing may be skipped: a test that did not run is a failure, whatever the reason.

What can only run on one platform says so with `@pytest.mark.only_on("win32", …)` (names as `sys.platform`),
which is the one way out: it says where it does run, so that somebody can.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest

MARK = "only_on(*platforms): can run on these platforms only (as sys.platform); skipped elsewhere, also in CI"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", MARK)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here by its nature."""
    mark = item.get_closest_marker("only_on")
    if mark is not None and sys.platform not in mark.args:
        pytest.skip(f"only on {', '.join(mark.args)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure in CI."""
    report = yield
    if report.skipped and in_ci() and not hasattr(report, "wasxfail") and not _elsewhere(item):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI nothing may be: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that is skipped as a whole while it is read."""
    report = yield
    if report.outcome == "skipped" and in_ci():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and in CI nothing may be: {_reason(report)}"
    return report


def in_ci() -> bool:
    """Whether this is the run that has to be whole."""
    return os.environ.get("CI") == "true"


def _elsewhere(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("only_on")
    return mark is not None and sys.platform not in mark.args


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr
    return str(said[2] if isinstance(said, tuple) else said)
