"""Linkage: standardise, passes, weights, decide, quality. Linkers' zone only; content is never seen here."""

from linkwell.linkage.answer import LinkResult
from linkwell.linkage.dedupe import DedupeResult, dedupe
from linkwell.linkage.quality import Quality
from linkwell.linkage.replay import Replay, replay
from linkwell.linkage.run import link
from linkwell.linkage.settings import LinkSettings
from linkwell.linkage.spine import PreparedSpine, prepare_spine

__all__ = [
    "DedupeResult",
    "LinkResult",
    "LinkSettings",
    "PreparedSpine",
    "Quality",
    "Replay",
    "dedupe",
    "link",
    "prepare_spine",
    "replay",
]
