"""New Zealand's identifiers, code lists, names and dates, in plain Python without any outside part."""
