"""Signing in tells nobody who is here: a name of somebody, of somebody gone and of nobody answer alike."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from linkwell.custody.leaving.actions import end_person
from linkwell.custody.leaving.why import Why
from linkwell.custody.signin.proof import sign_in
from linkwell.errors import RefusedByRule

NAMES = ("provider", "researcher", "nobody-of-it")


def answers(name: str) -> list[tuple[int, str, str]]:
    """What four wrong passwords in a row get: the last ones are locked out."""
    client, found = Client(headers={"host": "localhost"}), []
    for _ in range(4):
        answer = client.post("/signin/", {"username": name, "password": "wrong", "next": "/supplies/"})
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
        found.append((answer.status_code, str(sorted(answer.headers)), text.replace(name, "NAME")))
    return found


def test_a_name_answers_the_same_whether_anybody_has_it(registry, monkeypatch) -> None:
    end_person(by=registry.person("manager"), person=registry.person("researcher"), why=Why.LEFT)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    found, work = [], []
    for name in NAMES:
        hashed.clear()
        found.append(answers(name))
        work.append(len(hashed))
    assert found[0] == found[1] == found[2]
    assert [status for status, _, _ in found[0]] == [200, 200, 429, 429]
    assert work[0] == work[1] == work[2] > 0  # one password is hashed for each: the time tells nothing


def test_the_command_line_answers_the_same(registry) -> None:
    end_person(by=registry.person("manager"), person=registry.person("researcher"), why=Why.LEFT)
    said = []
    for name in NAMES:
        with pytest.raises(RefusedByRule) as refused:
            sign_in(username=name, password="wrong")
        said.append(str(refused.value))
    assert said[0] == said[1] == said[2]
