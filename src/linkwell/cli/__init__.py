"""The commands: thin, in the order of the road, each saying what it did and what comes next."""
