"""Logs say which page, how it ended and how long it took; never what somebody typed or is called."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from linkwell.pages.forms import PagesForm
from linkwell.portal.access import ANYONE, PAGES, SENDER
from linkwell.portal.urls import urlpatterns  # declares the pages

MARKS = ("Anahera-Marked", "ZZZ0016", "1990-01-31-Marked", "marked@example.nz")
PEOPLE = ("manager", "integrator", "output_checker", "provider", "auditor")


def fields() -> set[str]:
    """Every field of every form of the portal."""
    found, left = set(), list(PagesForm.__subclasses__())
    while left:
        form = left.pop()
        found |= set(form.base_fields)
        left += form.__subclasses__()
    return found | {"next", "csrfmiddlewaretoken"}


def address(route: str) -> str:
    """An address of this route in which everything that can be filled in is marked."""
    return "/" + re.sub(r"<(int:)?[^>]*>", lambda part: "12345" if part.group(1) else "ZZZ0016", route)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the portal's own handler writes, which is on standard error otherwise."""
    handler = next(each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler)
    said = io.StringIO()
    before = handler.setStream(said)
    yield said
    handler.setStream(before)


@pytest.mark.one_database
def test_marked_values_through_every_form_reach_no_log(registry, settings, lines, capfd) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert urlpatterns
    posted = {name: MARKS[number % len(MARKS)] for number, name in enumerate(sorted(fields()))}
    asked = 0
    for person in ("", *PEOPLE):
        client = Client(raise_request_exception=False)
        if person:
            client.force_login(registry.person(person), backend="django.contrib.auth.backends.ModelBackend")
        for page in PAGES:
            if page.who in (ANYONE, SENDER) and person:
                continue
            if page.name == "signout":
                continue
            where = address(page.route)
            if "POST" in page.methods:
                client.post(where + "?name=Anahera-Marked", posted)
            if "GET" in page.methods:
                client.get(where, posted)
            asked += 1
    assert asked > 50
    said = lines.getvalue() + "".join(capfd.readouterr())
    assert {"page", "method", "status", "ms", "request"} <= set(json.loads(said.splitlines()[0]))
    for mark in MARKS:
        assert mark not in said, [line for line in said.splitlines() if mark in line][:3]


def test_a_page_that_breaks_names_the_kind_of_error_and_the_place_only(
    registry, settings, lines, monkeypatch
) -> None:
    from linkwell.custody.supplies.models import Supply

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("Anahera-Marked")

    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(Supply.objects, "select_related", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(registry.person("integrator"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/custodian/supplies/").status_code == 500
    assert "ValueError" in lines.getvalue()
    assert "Anahera-Marked" not in lines.getvalue()


def test_of_a_traceback_no_word_reaches_a_line(lines) -> None:
    try:
        raise ValueError("Anahera-Marked")
    except ValueError:
        logging.getLogger("somebody.elses").exception("it broke")
    said = json.loads(lines.getvalue())
    assert set(said) == {"event", "level", "timestamp"}
    assert (said["event"], said["level"]) == ("it broke", "error")
