"""The chance of a statistic is scipy.stats' own, and starting an analysis does not load that."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from scipy.stats import chi2, f

from linkwell.insights.estimators.chance import beyond_chi2, beyond_f


@pytest.mark.parametrize("value", [0.0, 0.3, 4.7, 250.0, math.nan])
def test_it_is_what_scipy_stats_says(value: float) -> None:
    for freedom in (1, 2, 7, 60):
        assert beyond_chi2(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-12, nan_ok=True)
        for below in (1, 9, 800):
            expected = f.sf(value, freedom, below)
            assert beyond_f(value, freedom, below) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_hair_below_nothing_is_nothing_and_without_freedom_nothing_is_said() -> None:
    assert beyond_chi2(-1e-17, 3) == beyond_f(-1e-17, 2, 9) == 1.0
    assert math.isnan(beyond_chi2(0.0, 0))


def test_starting_an_analysis_does_not_load_it() -> None:
    said = "import linkwell.insights, sys; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0
