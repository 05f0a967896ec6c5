"""The smallest true difference a comparison of two shares is likely to see."""

from __future__ import annotations

from math import inf, sqrt
from statistics import NormalDist

from linkwell.forecast.assumptions import assumptions


def smallest_difference(
    participants: float,
    *,
    share: float = 0.5,
    comparison: float = inf,
    power: float | None = None,
    level: float | None = None,
) -> float:
    """The smallest difference of two shares (0 to 1) seen with `power` at two-sided `level`.

    Args:
        participants: people compared; those not found or not followed are already taken off.
        share: how often the outcome happens among like people (0 to 1); 0.5 is the hardest case.
        comparison: effective size of the comparison side; it is usually so large that it does not matter.
        power, level: from `assumptions.toml` unless given (0.80 and 0.05).

    Returns:
        At most 1; 1 when there is nobody. The usual normal approximation: (z(1-level/2) + z(power)) times the
        standard error. With a share of one half and a large comparison side: 18 points for 60 people, 9 for
        250, 4 for 1,000.

    Raises:
        ValueError: a share, power or level outside 0 to 1, or fewer than no people.
    """
    settings = assumptions()["power"]
    power = settings["power"] if power is None else power
    level = settings["level"] if level is None else level
    if not (0 < power < 1 and 0 < level < 1 and 0 <= share <= 1 and participants >= 0 and comparison > 0):
        raise ValueError("shares, power and level lie between 0 and 1, and people cannot be fewer than none")
    if participants == 0:
        return 1.0
    normal = NormalDist()
    reach = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
    error = sqrt(share * (1 - share) * (1 / participants + 1 / comparison))
    return min(1.0, reach * error)
