"""How strong a hidden cause would have to be to explain a difference away.

E-value for shares of people (VanderWeele and Ding 2017), robustness value for amounts (Cinelli and Hazlett
2020). Neither says whether such a cause exists; the benchmark sets it beside what was measured.
"""

from __future__ import annotations

import math


def e_value(ratio: float) -> float:
    """The smallest risk ratio a hidden cause would need with both start and outcome to explain `ratio` away.

    E = R + √(R(R − 1)) with R = max(ratio, 1/ratio); 1 when there is nothing to explain.
    """
    if not math.isfinite(ratio) or ratio <= 0:
        return float("nan")
    strength = max(ratio, 1.0 / ratio)
    return strength + math.sqrt(strength * (strength - 1.0))


def e_value_of_interval(low: float, high: float) -> float:
    """The E-value of the end of a ratio's interval that lies nearer to 1; 1 when the interval holds 1."""
    return 1.0 if low <= 1.0 <= high else e_value(low if low > 1.0 else high)


def robustness_value(estimate: float, error: float, freedom: float, *, seen: float = 0.0) -> float:
    """Share of what is left of both start and outcome a hidden cause must explain to erase the estimate.

    RV = ½(√(f⁴ + 4f²) − f²), f = (|estimate|/error − seen)/√freedom, not below 0.

    Args:
        freedom: residual degrees of freedom (for a weighted comparison: effective people less covariates).
        seen: 0 asks for the estimate itself, a critical t for the end of the interval (then freedom − 1 is
            used, as in the paper).
    """
    if error <= 0 or freedom <= 1:
        return float("nan")
    strength = abs(estimate) / error / math.sqrt(freedom)
    if seen:
        strength -= seen / math.sqrt(freedom - 1)
    strength = max(strength, 0.0)
    return 0.5 * (math.sqrt(strength**4 + 4 * strength**2) - strength**2)
