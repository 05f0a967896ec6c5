"""Somebody leaves, or gives a role up: what ends that moment, and what waited for them."""
