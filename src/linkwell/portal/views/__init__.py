"""The pages, one module per kind of person; importing this declares them all (see portal.access)."""
