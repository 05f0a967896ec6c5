"""A session ends when idle, and after twelve hours whatever somebody does."""

from __future__ import annotations

import time

import pytest
from django.test import Client

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(registry, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    def enter(name: str) -> Client:
        client = Client()
        client.force_login(registry.person(name), backend=BACKEND)
        assert client.get("/me/").status_code == 200
        return client

    return enter


def put_back(client: Client, **seconds: int) -> None:
    session = client.session
    for name, ago in seconds.items():
        session[name] = int(time.time()) - ago
    session.save()


@pytest.mark.parametrize(("name", "minutes"), [("provider", 30), ("linker", 10), ("researcher", 10)])
def test_whoever_was_idle_signs_in_again(signed_in, name: str, minutes: int) -> None:
    client = signed_in(name)
    put_back(client, seen=minutes * 60 - 60)
    assert client.get("/me/").status_code == 200
    put_back(client, seen=minutes * 60 + 60)
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("name", ["provider", "linker"])
def test_after_twelve_hours_even_the_busy_sign_in_again(signed_in, name: str) -> None:
    client = signed_in(name)
    put_back(client, began=12 * 3600 - 60, seen=5)
    assert client.get("/me/").status_code == 200
    put_back(client, began=12 * 3600 + 60, seen=5)
    assert client.get("/me/").status_code == 302


def test_a_session_of_before_this_rule_begins_when_it_is_first_seen(signed_in) -> None:
    client = signed_in("provider")
    session = client.session
    del session["began"]
    session.save()
    assert client.get("/me/").status_code == 200
    assert abs(client.session["began"] - time.time()) < 60
