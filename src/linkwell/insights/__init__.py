"""Insights for an organisation: who is reached, who is not yet, and what difference it makes.

The room reads its project's database and nothing else; numbers leave through the release desk only.
"""

from linkwell.insights.analyse import Results, analyse, needed_columns
from linkwell.insights.protocol import Protocol
from linkwell.insights.protocol import load as load_protocol
from linkwell.insights.request import release_request
from linkwell.insights.story import Story, tell

__all__ = [
    "Protocol",
    "Results",
    "Story",
    "analyse",
    "load_protocol",
    "needed_columns",
    "release_request",
    "tell",
]
