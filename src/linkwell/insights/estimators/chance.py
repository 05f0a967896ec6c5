"""How far out a statistic lies, without loading scipy.stats: half of what starting an analysis would take."""

from __future__ import annotations

from scipy.special import chdtrc, fdtrc


def beyond_chi2(value: float, freedom: int) -> float:
    """The chance of a chi-squared this large or larger; nan where nothing is free to vary."""
    return float(chdtrc(freedom, max(value, 0.0))) if freedom > 0 else float("nan")


def beyond_f(value: float, above: int, below: int) -> float:
    """The chance of an F this large or larger."""
    return float(fdtrc(above, below, max(value, 0.0)))
