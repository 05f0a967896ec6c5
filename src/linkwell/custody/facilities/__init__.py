"""Registered facilities: rooms whose network alone is shown rows of people; nothing is taken away."""
