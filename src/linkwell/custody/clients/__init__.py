"""A vendor that sends for many providers: their OK one by one, and its rounds of sending."""
