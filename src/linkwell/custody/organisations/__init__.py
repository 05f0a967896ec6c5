"""Organisations, the people in them, their roles, and what two people may not be one."""
