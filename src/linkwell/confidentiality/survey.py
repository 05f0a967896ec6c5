"""Weighted counts out of surveys: how many people in the country the respondents of a cell stand for.

Told is the mean weight, with the fixed noise of every amount, times the *released* number of respondents, to
the nearest hundred. Where all weights are alike a weighted count then tells no more than the released count.
"""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.groups import Memberships
from linkwell.confidentiality.guard import HIDDEN
from linkwell.confidentiality.means import Amounts, dominated
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints


def mean_weights(found: Amounts, pairs: Memberships, noise: Floats, shown: Ints, profile: Profile) -> Floats:
    """Mean weight per cell, nan where it may not be told; shape as `shown`.

    Told when the respondents are (six or more), and one or two of them do not stand for nearly all.

    Args:
        noise: factor per membership. shown: released counts of respondents, negative where hidden.
    """
    number = len(shown)
    people = np.bincount(pairs.cells, minlength=number)
    noised = np.bincount(pairs.cells, weights=found.values * noise, minlength=number)
    told = (shown != HIDDEN) & (people > 0) & ~dominated(found.values, pairs.cells, number, profile)
    return np.where(told, noised / np.maximum(people, 1), np.nan)


def weighted_counts(told: Floats, shown: Ints, profile: Profile) -> Floats:
    """Weighted counts from told mean weights, nan under `survey_weighted_least`; shape as `told`."""
    base = profile.survey_weighted_base
    found = np.floor(told * shown / base + 0.5) * base
    return np.where(told * shown >= profile.survey_weighted_least, found, np.nan)
