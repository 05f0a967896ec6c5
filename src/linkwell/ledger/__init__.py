"""Canonical JSON, the hash chain of events, checkpoints and receipts."""

from linkwell.ledger.canonical import canonical_json, digest

__all__ = ["canonical_json", "digest"]
