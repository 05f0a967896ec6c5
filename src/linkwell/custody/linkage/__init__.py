"""Finding supplied people on the spine: linkers only, names and numbers only."""
