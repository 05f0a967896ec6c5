"""Measurements run by hand; nothing here runs in the tests. See README.md."""
