"""Half-typed forms: kept while somebody types, given back when they return, gone when saved or thrown away.

Only forms that hold nothing about any person are kept this way.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import HttpRequest

from linkwell.desk.desk import Desk
from linkwell.pages.forms import PagesForm
from linkwell.vault.zones import write_whole

AUTOSAVE = "X-Linkwell-Autosave"
LONGEST = 64 * 1024  # characters of one form
_NOT_TYPED = {"csrfmiddlewaretoken", "save", "forget"}
_LOCK = threading.Lock()  # the browser may keep a draft while the form itself arrives
Form = TypeVar("Form", bound=PagesForm)


def kept_while_typing(request: HttpRequest, desk: Desk) -> bool:
    """Whether this was only the browser keeping what is being typed; it is kept then."""
    if request.method != "POST" or AUTOSAVE not in request.headers:
        return False
    typed = {name: value for name, value in request.POST.items() if name not in _NOT_TYPED}
    if sum(len(str(value)) for value in typed.values()) <= LONGEST:
        with _LOCK:
            _save(desk, {**_load(desk), request.path: typed})
    return True


def form_of(form: type[Form], request: HttpRequest, desk: Desk, initial: Mapping[str, Any]) -> Form:
    """The form with what was posted; or with what was typed earlier and not saved; or with `initial`."""
    if request.method == "POST" and "forget" not in request.POST:
        return form(request.POST)
    if request.method == "POST":
        forget(desk, request)
    earlier = _load(desk).get(request.path, {})
    made = form(initial={**initial, **earlier})
    made.typed_earlier = bool(earlier)
    return made


def forget(desk: Desk, request: HttpRequest) -> None:
    """Put away what was typed on this page."""
    with _LOCK:
        kept = _load(desk)
        if kept.pop(request.path, None) is not None:
            _save(desk, kept)


def _load(desk: Desk) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(desk.workspace.drafts.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _save(desk: Desk, kept: Mapping[str, Any]) -> None:
    write_whole(desk.workspace.drafts, json.dumps(kept, ensure_ascii=False).encode())
