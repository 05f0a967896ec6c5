"""Estimators of a difference, in numpy alone: they know arrays, not people, files or reports."""
