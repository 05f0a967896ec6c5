"""The fast check: the same verdict as `checking`, worked out on whole columns for files of many rows.

Arrow gives every different cell, and every different row, a number, DuckDB puts times with a service in
order, and the rules themselves are the plain engine's, asked once for each different cell. A test holds the
two verdicts equal on messy files. Nothing compiled is imported until a large file comes; without it (no
`linkwell[custodian]`) the plain engine does the work and says the same.
"""

from linkwell.bulk.choose import LARGE, check, engine_for, read_tables

__all__ = ["LARGE", "check", "engine_for", "read_tables"]
