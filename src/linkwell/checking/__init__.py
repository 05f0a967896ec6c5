"""Check a provider's tables against the specification: findings, and the rows that may leave."""

from linkwell.checking.verdict import Counts, Finding, Fixable, KeptTable, LeftOut, Severity, Verdict

__all__ = ["Counts", "Finding", "Fixable", "KeptTable", "LeftOut", "Severity", "Verdict"]
