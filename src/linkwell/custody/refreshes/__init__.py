"""One dated rebuild of the integrated, de-identified data, from every supply that is linked."""
