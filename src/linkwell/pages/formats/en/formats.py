"""Dates and times of pages in English; Django reads these names."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, g:i a"
SHORT_DATE_FORMAT = "j/m/Y"
TIME_FORMAT = "g:i a"
