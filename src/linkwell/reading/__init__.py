"""Messy spreadsheets, CSV and SQL into plain rows."""

from linkwell.reading.cells import cell_text
from linkwell.reading.read import read_sheets, read_table, read_tables
from linkwell.reading.table import Notice, Origin, Table

__all__ = ["Notice", "Origin", "Table", "cell_text", "read_sheets", "read_table", "read_tables"]
