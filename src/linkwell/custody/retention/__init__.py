"""The end of what was supplied: when the agreement says that what is kept is destroyed, and doing it."""
