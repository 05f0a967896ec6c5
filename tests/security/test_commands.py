"""Every custodian command by people of elsewhere: another thing answers like one that never was."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from django.db import transaction
from tests.everything import build, everybody

from linkwell.cli.custodian import custodian
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.proposals.actions import begin
from linkwell.errors import LinkwellError
from linkwell.standards.clock import today

pytestmark = pytest.mark.slow

OUTSIDERS = ("other", "intermediary.z-intermediary")
"""A lead of the other provider, and somebody of an organisation that has nothing to do with the first."""

NAMES_NOTHING = {
    "clients", "new-keys", "notices", "waiting", "verify-record", "breach list", "tokens", "add-organisation",
    "enrol-provider", "spine", "population", "project list", "output list", "researcher list",
    "researcher sign", "facility list", "pool list",
}  # fmt: skip
"""Commands that name no thing of anybody's, or enter one (for custodian managers only)."""

THEIRS = "«»"
RESEARCH = f"maa{today().year}-01"
GROUPS = ("breach", "project", "researcher", "output", "facility", "pool")
REQUEST = f"{RESEARCH}-r1"


def ways(reference: str, own: str, package: str, specification: str) -> Iterator[tuple[str, ...]]:
    """Each command with «» where the name goes, and the real name first."""
    agreement, proposal, person = "aroha-agreement-2", "aroha-p1", "provider_staff"
    yield from ((reference, verb, THEIRS) for verb in ("accept", "link"))
    yield reference, "link", THEIRS, "--again"
    yield reference, "reject", THEIRS, "--reason=x"
    yield "2026-11", "load", f"--label={THEIRS}"
    yield agreement, "receive", package, f"--agreement={THEIRS}"
    yield agreement, "insights", THEIRS
    yield "2026-11", "insights", own, f"--refresh={THEIRS}"
    yield agreement, "approve-insights", THEIRS, "--analyst=analyst"
    yield "analyst", "approve-insights", own, f"--analyst={THEIRS}"
    pool = ("pool", "begin", "x", "--service=x", f"--agreement={own}")
    yield agreement, *pool, f"--agreement={THEIRS}", "--analyst=analyst"
    yield "analyst", *pool, f"--analyst={THEIRS}"
    yield "visits", "pool", "close", THEIRS
    yield "out-1", "release", THEIRS
    yield "R1", "why", THEIRS
    for verb in ("person", "unlock", "lost-device", "give-password"):
        yield person, verb, THEIRS
    yield person, "lost-device", THEIRS, "--confirm"
    yield person, "end-person", THEIRS, "--why=left"
    yield person, "take-role", THEIRS, "--organisation=aroha", "--role=provider_staff", "--why=left"
    yield person, "add-person", THEIRS, "--name=x", "--role=provider_staff", "--organisation=other"
    yield "aroha", "add-person", "new", "--name=x", "--role=provider_staff", f"--organisation={THEIRS}"
    yield "aroha", "propose", THEIRS, "--title=x", f"--specification={specification}"
    yield proposal, "comment", THEIRS, "x"
    yield proposal, "put-forward", THEIRS
    yield "aroha-p1-a1", "assess", THEIRS, "--decision=refuse", "--reasons=x"
    yield proposal, "agree", THEIRS, "--ends=2099-01-01"
    for option in ("via", "commissioner"):
        yield "a-payer", "agree", "other-p1", "--ends=2099-01-01", f"--{option}={THEIRS}"
        yield "a-payer", "vary", own, f"--{option}={THEIRS}"
    for verb in ("decline", "take-back", "vary", "end-agreement", "destroy-kept", "story"):
        yield agreement, verb, THEIRS
    yield "DSA-2026-001", "take-out", THEIRS, "--because=withdrawal"
    yield "DSA-2026-001-t1", "confirm-take-out", THEIRS
    yield "DSA-2026-001-t1", "removals", THEIRS
    yield agreement, "own-agreement", THEIRS, "have"
    yield agreement, "sign", THEIRS, "--fingerprint=00"
    yield agreement, "client-ok", THEIRS, "give"
    yield agreement, "ask-use", THEIRS, "--title=x", "--purpose=x"
    yield "aroha-u1", "answer-use", THEIRS, "agree"
    yield "aroha-b1", "breach", "judge", THEIRS, "serious"
    yield "aroha-b1", "breach", "letters", THEIRS
    yield "aroha", "breach", "open", THEIRS, "--what=x"
    yield "R1", "pass-on", THEIRS, "--to=a-payer"
    yield "aroha", "quota", THEIRS
    yield "aroha", "sender-key", THEIRS
    for what in ("content", "links"):
        yield reference, "hand-out", THEIRS, what, "--out=never"
    yield reference, "hand-in", THEIRS, "never.parquet"
    yield "2026-11", "catalogue", f"--refresh={THEIRS}"
    yield "a-university", "project", "begin", THEIRS, "--title=x"
    for verb in ("show", "join", "put-in", "close"):
        yield RESEARCH, "project", verb, THEIRS
    for verb in ("database", "lab"):
        yield RESEARCH, "project", verb, THEIRS
    yield RESEARCH, "project", "try", THEIRS, specification
    yield RESEARCH, "project", "count", THEIRS, "grown", "--for=x"
    yield RESEARCH, "project", "model", THEIRS, "grown", "ols: visits ~ sex", "--for=x"
    yield RESEARCH, "project", "batch", THEIRS, specification
    yield RESEARCH, "project", "run", THEIRS
    yield RESEARCH, "project", "write", THEIRS, specification
    yield RESEARCH, "project", "invite", THEIRS, "researcher"
    yield "researcher", "project", "invite", RESEARCH, THEIRS
    yield RESEARCH, "project", "change", THEIRS, "renewal"
    yield RESEARCH, "project", "decide", THEIRS, "take"
    yield RESEARCH, "project", "tikanga", THEIRS, "1", "met"
    yield RESEARCH, "project", "hold", THEIRS, "--said=x"
    yield RESEARCH, "project", "ask", THEIRS, "x"
    yield RESEARCH, "project", "answer", THEIRS, "1", "x"
    yield RESEARCH, "output", "begin", THEIRS, "--title=x"
    for verb in ("show", "submit"):
        yield REQUEST, "output", verb, THEIRS
    yield REQUEST, "output", "add", THEIRS, specification
    yield REQUEST, "output", "take-out", THEIRS, "table.csv"
    yield REQUEST, "output", "read", THEIRS, "--out=never"
    yield REQUEST, "output", "vote", THEIRS, "--yes-to-all"
    yield REQUEST, "output", "decide", THEIRS, "return", "--reasons=x"
    yield "aroha", "output", "decide", REQUEST, "approve", f"--about={THEIRS}"
    yield REQUEST, "output", "release", THEIRS
    yield REQUEST, "output", "reply", THEIRS, "x"
    yield REQUEST, "output", "keep", THEIRS, "report-back", "x"
    yield REQUEST, "output", "bundle", THEIRS, "--out=never.zip"
    yield ("a-university", "facility", "enter", "room-9", "--name=x", f"--organisation={THEIRS}",
           "--network=192.0.2.1", "--until=2099-01-01", "--saw=x")  # fmt: skip
    yield "room-2", "facility", "decide", THEIRS, "confirm"
    yield "room-2", "facility", "end", THEIRS
    yield "researcher", "researcher", "keep", THEIRS, "training"


def test_anothers_thing_answers_every_command_like_one_that_never_was(
    registry, settings, monkeypatch, tmp_path, password
) -> None:
    people = everybody(registry)
    world = build(registry, people)
    begin(by=registry.person("other"), organisation=registry.other_agreement.organisation, title="x")
    specification = tmp_path / "spec.toml"
    specification.write_text("x")
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    monkeypatch.setenv("LINKWELL_NEW_PASSWORD", password)
    wrong, tried = [], set()
    for real, *way in ways(world.reference, "DSA-2026-002", str(registry.sealed.path), str(specification)):
        tried.add(" ".join(way[:2]) if way[0] in GROUPS else way[0])
        for who in OUTSIDERS:
            theirs, nothing = (said(who, way, name) for name in (real, "q" * len(real)))
            if theirs != nothing or theirs[0] == "done":
                wrong.append((who, way, theirs, nothing))
    assert not wrong, "\n".join(str(each)[:600] for each in wrong)
    assert tried | NAMES_NOTHING == set(signing_in())


class Undo(Exception):
    """Undoes what a command did."""


def said(who: str, way: list[str], name: str) -> tuple[str, str, int]:
    """How a command ends for somebody, and what it leaves in the record; the name and all changes undone."""
    home = [f"--home={os.environ['LINKWELL_HOME']}", f"--as={who}"]
    arguments = [each.replace(THEIRS, name) for each in way]
    before = AuditEvent.objects.count()
    try:
        with transaction.atomic():
            done = CliRunner().invoke(custodian, [*arguments, *home])
            events = AuditEvent.objects.count() - before
            raise Undo
    except Undo:
        told = str(done.exception.as_dict()) if isinstance(done.exception, LinkwellError) else done.output
        kind = type(done.exception).__name__ if done.exception else "done"
        return kind, told.replace(name, THEIRS), events


def signing_in(group: click.Group = custodian, before: str = "") -> Iterator[str]:
    """Every command somebody runs in their own name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from signing_in(command, f"{before}{name} ")
        elif any(option.name == "username" for option in command.params) and name != "second-factor":
            yield before + name


def test_a_report_is_passed_on_to_a_commissioner_and_asks_after_nobody_else(
    registry, monkeypatch, password
) -> None:
    build(registry, everybody(registry))
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    way = ["pass-on", "R1", f"--to={THEIRS}"]
    assert said("provider", way, "other") == said("provider", way, "qqqqq")
    assert said("provider", way, "z-payer")[0] == "done"
