"""Backups: one sealed file of a whole data home, restoring it, and a drill that says what it cannot know."""
