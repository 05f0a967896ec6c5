"""The demonstration: the whole road with invented people, as the very commands a person would type."""
