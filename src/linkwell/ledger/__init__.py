"""Canonical JSON, the hash chain and signed receipts: a record nobody can rewrite."""
