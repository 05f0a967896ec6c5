"""Logs: JSON lines on standard error, without query strings, bodies or names of people in data."""

from __future__ import annotations

from typing import Any

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "linkwell.custody.log_lines.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Its own messages repeat addresses and sign-in names; failures are in its table.
        "axes": {"handlers": ["nowhere"], "propagate": False},
        # Its error report carries the request: ours (portal.errors) names the kind of error only.
        "django.request": {"handlers": ["nowhere"], "propagate": False},
        # Its messages carry tracebacks with the values in them; ours (jobs.running) name kind and place only.
        "django_tasks": {"handlers": ["nowhere"], "propagate": False},
        "django_tasks_db": {"handlers": ["nowhere"], "propagate": False},
        "linkwell": {"level": "INFO"},
    },
}
