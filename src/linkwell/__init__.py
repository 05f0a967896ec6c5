"""Linkwell: the road from a provider's spreadsheet to confidentialised insights."""
