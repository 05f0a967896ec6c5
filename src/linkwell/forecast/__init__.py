"""What a provider can expect to see, worked out before anything is shared: closed forms in plain Python."""

from linkwell.forecast.links import Completeness, Range, expected_link_rate, linkability
from linkwell.forecast.outlook import Outlook, Provider, outlook
from linkwell.forecast.power import smallest_difference
from linkwell.forecast.suppression import chance_shown, share_shown

__all__ = [
    "Completeness",
    "Outlook",
    "Provider",
    "Range",
    "chance_shown",
    "expected_link_rate",
    "linkability",
    "outlook",
    "share_shown",
    "smallest_difference",
]
