"""The lab's door: a project's own database, and what its team asks of it."""
