"""Evidence cards: what an assessor needs to see, from documentation, specification, mandates and risk."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from linkwell.custody.proposals.documentation import questions
from linkwell.custody.proposals.models import Mandate
from linkwell.custody.proposals.seeing import notes_of
from linkwell.specification.diff import Weight, compare
from linkwell.specification.model import FieldClass, Specification


@dataclass(frozen=True)
class Card:
    """One card: a title, sentences, and whether a person should look twice."""

    code: str
    title: str
    says: tuple[str, ...]
    look: bool = False


@dataclass(frozen=True)
class Facts:
    """What the cards are drawn from."""

    specification: Specification
    documentation: dict[str, str]
    mandates: tuple[Mandate, ...] = ()
    approved_before: Specification | None = None

    def names(self, *classes: FieldClass) -> list[str]:
        """Labels of the fields of these classes, each once."""
        found = (f.label for _, f in self.specification.fields() if f.cls in classes)
        return list(dict.fromkeys(found))


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads((files("linkwell.custody.assessments") / "risks.toml").read_text("utf-8"))


def _has(facts: Facts, *names: str) -> bool:
    return any(field.name in names for _, field in facts.specification.fields())


_WHEN: dict[str, Callable[[Facts], bool]] = {
    "several identifiers": lambda facts: len(facts.names(FieldClass.LINKING_ID)) > 1,
    "ethnicity": lambda facts: _has(facts, "ethnicity"),
    "household": lambda facts: _has(facts, "household_key"),
    "service detail": lambda facts: _has(facts, "service_date"),
    "notice unsure": lambda facts: _unsure(facts.documentation.get("notice", "")),
    "children": lambda facts: "child" in facts.documentation.get("people", "").lower(),
    "no mandate": lambda facts: not facts.mandates,
}


def _unsure(answer: str) -> bool:
    words = answer.lower()
    return not words.strip() or any(sign in words for sign in ("not ", "nobody", "unsure", "don’t", "don't"))


def cards(facts: Facts) -> tuple[Card, ...]:
    """Every card, in the order an assessor reads them; after a change, those it affects are open again."""
    drawn = _drawn(facts)
    if facts.approved_before is None:
        return drawn
    before = {each.code: each for each in _drawn(replace(facts, specification=facts.approved_before))}
    return (*(_reopened(each, before[each.code]) for each in drawn), *_mandate_older(facts), *_changes(facts))


def _drawn(facts: Facts) -> tuple[Card, ...]:
    return (
        _purpose(facts), _shared(facts), _documented(facts), _mandates(facts), _risk(facts), _impact(facts),
    )  # fmt: skip


def _reopened(now: Card, before: Card) -> Card:
    """A card that says something else than under the specification that was approved is open again."""
    if now.says == before.says:
        return now
    return replace(now, says=(*now.says, "This has changed since it was approved."), look=True)


def _mandate_older(facts: Facts) -> tuple[Card, ...]:
    """Where more may be shared, or something else: nobody has decided about it since."""
    assert facts.approved_before is not None
    found = compare(facts.approved_before, facts.specification)
    if not facts.mandates or all(change.weight is Weight.WORDS for change in found):
        return ()
    last = max(mandate.decided_on for mandate in facts.mandates)
    says = (f"The last mandate is of {last:%Y-%m-%d}. Ask whether it covers what has changed.",)
    return (Card("mandate-before", "Who stands behind the change", says, look=True),)


def as_plain(found: Iterable[Card]) -> list[dict[str, Any]]:
    """Cards as the registry keeps them."""
    return [asdict(card) | {"says": list(card.says)} for card in found]


def _purpose(facts: Facts) -> Card:
    spec = facts.specification
    says = (spec.purpose, *(f"Question: {question}" for question in spec.questions))
    return Card("purpose", "Why it is shared", says, look=not spec.questions)


def _shared(facts: Facts) -> Card:
    spec = facts.specification
    finds = facts.names(FieldClass.LINKING_ID, FieldClass.LINKING_BIOGRAPHIC)
    says = (
        "To find people once: " + (", ".join(finds) or "nothing") + ".",
        "About the service: " + (", ".join(facts.names(FieldClass.CONTENT)) or "nothing") + ".",
        f"{len(spec.not_supplied)} other columns stay with the provider.",
        f"Sent {spec.frequency or 'at times still to be agreed'}, kept {spec.retention or 'as agreed'}.",
    )
    return Card("shared", "What is shared", says, look=not finds)


def _documented(facts: Facts) -> Card:
    answers = facts.documentation
    says = [f"{q.text} {answers.get(q.id, '').strip() or 'Not answered.'}" for q in questions()]
    said = set(answers.values())
    says += [f"{title}: “{text}”" for title, text in notes_of(facts.specification) if text not in said]
    return Card("documented", "What the provider wrote down", tuple(says))


def _mandates(facts: Facts) -> Card:
    says = tuple(
        f"{mandate.get_kind_display()}: {mandate.body}, {mandate.decided_on:%Y-%m-%d}. {mandate.said}".strip()
        for mandate in facts.mandates
    )
    return Card("mandates", "Who stands behind it", says or ("Nothing is recorded yet.",), look=not says)


def risks(facts: Facts) -> list[dict[str, Any]]:
    """The rules of risks.toml that hold for these facts."""
    return [rule for rule in _rules()["risk"] if _WHEN[rule["when"]](facts)]


def _risk(facts: Facts) -> Card:
    found = risks(facts)
    points = sum(rule["weight"] for rule in found)
    level = [level["words"] for level in _rules()["level"] if points >= level["from"]][-1]
    says = tuple(f"{rule['words']} Kept small: {rule['kept_small_by']}" for rule in found)
    return Card("risk", "What could go wrong", (level, *says), look=points >= 3)


def _impact(facts: Facts) -> Card:
    """The supplementary privacy impact assessment: only what is particular to this proposal (IPP 1 to 13)."""
    answers, spec = facts.documentation, facts.specification
    numbers = ", ".join(facts.names(FieldClass.LINKING_ID)) or "none"

    def said(question: str) -> str:
        return answers.get(question, "").strip() or "Not answered."

    says = (
        f"Necessary (principle 1): {len(list(spec.fields()))} fields, each with a purpose of its own.",
        "From whom and how (principles 2 and 4): nothing is collected for this; it is what the service "
        f"already records. {said('people')}",
        f"People know (principles 3 and 3A): {said('notice')}",
        "Kept safe (principle 5): sealed where it is recorded, opened by the custodian alone; names and "
        "numbers are parted from the rest, and who opens or looks is written down.",
        "Seeing and correcting (principles 6 and 7): people ask the service, which holds their record; what "
        "it corrects or takes out goes with its next delivery.",
        f"Right and complete (principle 8): {said('quality')}",
        f"Kept no longer than needed (principle 9): {spec.retention or 'as the agreement says'}.",
        "Used and told for statistics and research only (principles 10 and 11): about groups, never to "
        f"decide anything about a person. {spec.purpose}",
        "Outside New Zealand (principle 12): rows are sent to nobody; released results alone leave the "
        "custodian's machines.",
        f"Objecting: {said('objections')}",
        f"Official numbers (principle 13): {numbers}; used to find people, given to nobody.",
    )
    return Card("privacy", "Privacy, principle by principle", says)


def _changes(facts: Facts) -> tuple[Card, ...]:
    if facts.approved_before is None:
        return ()
    found = compare(facts.approved_before, facts.specification)
    breaking = any(change.weight.value == "breaks" for change in found)
    says = tuple(f"{change.place}: {change.what}" for change in found) or ("Nothing changed.",)
    return (Card("changes", "What changed since it was approved", says, look=breaking),)
