"""The lab: a locked place to work on a project's de-identified data."""
