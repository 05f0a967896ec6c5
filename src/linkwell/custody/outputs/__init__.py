"""Outputs: worked out in a project, checked by somebody else, and released or not."""
