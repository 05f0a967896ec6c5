"""Starting Django for one data home, for the server, the worker and the command line alike."""

from __future__ import annotations

import os
from pathlib import Path

from linkwell.errors import WrongUse
from linkwell.vault.zones import Home

_up_to_date: set[str] = set()
"""Homes whose tables this process has already brought up to date."""


def start(home: Path, *, migrate: bool = True) -> Home:
    """Point this process at a data home, load Django, and bring the registry's tables up to date.

    Raises:
        WrongUse: there is no data home there, or this process already works in another.
    """
    opened = Home.open(home)
    resolved = str(home.resolve())
    if os.environ.get("LINKWELL_HOME", resolved) != resolved and _loaded():
        raise WrongUse("This process already works in another data home.", where=str(home))
    os.environ["LINKWELL_HOME"] = resolved
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkwell.portal.settings")
    import django

    django.setup()
    if migrate and resolved not in _up_to_date:
        from linkwell.portal.schema import bring_up_to_date

        bring_up_to_date()
        _up_to_date.add(resolved)
    return opened


def _loaded() -> bool:
    from django.apps import apps

    return apps.ready
