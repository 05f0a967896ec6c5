"""Minimise, split, hand over, seal and send: only what is agreed leaves, and each half to its own reader."""
