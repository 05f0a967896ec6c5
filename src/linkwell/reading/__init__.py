"""Messy spreadsheets, CSV and SQL into plain rows."""
