"""Checking outputs made elsewhere: what a file would tell if it left, fault by fault and cell by cell."""
