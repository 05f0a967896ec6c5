"""What every page knows: the custodian's name, whether this is a demonstration, and the menu for this
person.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin.factors import required
from linkwell.custody.signin.machine_help import lately_at_the_machine
from linkwell.portal.access import at_custodian, what_lacks
from linkwell.portal.menu import drawn, menu_of


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    home = current_home()
    user = getattr(request, "user", None)
    menu = menu_of(user) if isinstance(user, Person) and not what_lacks(request) else None
    staff = menu is not None and isinstance(user, Person) and at_custodian(user)
    return {
        "custodian_name": home.name,
        "demo": home.demo,
        "asks_second": required(),
        "menu": menu,
        "navigation": drawn(user, request.path) if menu and isinstance(user, Person) else "",
        "at_the_machine": lately_at_the_machine() if staff else [],
    }
