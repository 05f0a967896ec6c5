"""Assembling an agreement from model clauses, and locking it with its specification by one digest."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from linkwell.custody.agreements.models import AgreementVersion, Route
from linkwell.custody.assessments.conditions import words_of
from linkwell.ledger.canonical import canonical_json
from linkwell.standards.clock import in_words

Section = dict[str, str]


@cache
def _clauses() -> tuple[dict[str, str], ...]:
    text = (files("linkwell.custody.agreements") / "clauses.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["clause"])


def assemble(facts: Mapping[str, Any], *, holds: Iterable[str]) -> list[Section]:
    """The clauses that hold, filled in: a list of document, title and text, in order."""
    chosen = {"always", *holds}
    return [
        {"document": clause["document"], "title": clause["title"], "text": clause["text"].format(**facts)}
        for clause in _clauses()
        if clause["when"] in chosen
    ]


def write_document(version: AgreementVersion, *, custodian: str, version_number: int) -> list[Section]:
    """The text of a version, from its own terms."""
    agreement = version.agreement
    conditions = [*words_of(version.conditions), *filter(None, [version.own_condition])]
    facts = {
        "provider": agreement.organisation.name,
        "custodian": custodian,
        "via": version.via.name if version.via else "",
        "purpose": agreement.purpose.strip(),
        "version": version_number,
        "specification": version.specification_id,
        "cut_offs": ", ".join(in_words(date.fromisoformat(day)) for day in version.cut_offs),
        "resupply_days": version.resupply_days,
        "retention_years": version.retention_years,
        "starts": in_words(version.starts),
        "ends": in_words(version.ends),
        "conditions": " ".join(conditions),
        "commissioner": version.commissioner.name if version.commissioner else "",
        "passes_on_days": version.passes_on_days,
    }
    return assemble(facts, holds=_holds(version, conditions))


def _holds(version: AgreementVersion, conditions: list[str]) -> list[str]:
    alone = version.permits_single_provider_output
    holds = [Route(version.route).value, "alone" if alone else "not alone"]
    holds += ["calendar"] * bool(version.cut_offs) + ["conditions"] * bool(conditions)
    if version.commissioner is not None:
        holds.append("passed on" if version.passes_on_days is None else "passed on as agreed")
    return holds


def digest_of(version: AgreementVersion) -> str:
    """The one digest that locks text, terms and specification together."""
    terms = {
        "agreement": version.agreement.reference,
        "version": version.number,
        "document": version.document,
        "specification": version.specification_id,
        "conditions": version.conditions,
        "starts": version.starts.isoformat(),
        "ends": version.ends.isoformat(),
        "route": str(version.route),
        "via": version.via.code if version.via else "",
    }
    if version.commissioner is not None:
        terms |= {"commissioner": version.commissioner.code, "passes_on_days": version.passes_on_days}
    return hashlib.sha384(canonical_json(terms)).hexdigest()


def differences(before: AgreementVersion, after: AgreementVersion) -> list[tuple[str, str, str]]:
    """(title, before, after) of every clause that differs between two versions."""
    old = {(s["document"], s["title"]): s["text"] for s in before.document}
    new = {(s["document"], s["title"]): s["text"] for s in after.document}
    keys = list(dict.fromkeys([*old, *new]))
    return [(key[1], old.get(key, ""), new.get(key, "")) for key in keys if old.get(key) != new.get(key)]
