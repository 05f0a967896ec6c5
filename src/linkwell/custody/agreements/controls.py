"""What an agreement's terms and conditions stop, each with a check that tries exactly what it must stop.

A control is one rule over an `Attempt`. The gates in supplies and outputs ask every control of an agreement
about what is really attempted; the agreement's page asks each about a forbidden attempt and shows its answer.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, Undertaking
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.assessments.conditions import conditions
from linkwell.custody.organisations.models import Person
from linkwell.errors import RefusedByRule
from linkwell.specification.file import parse
from linkwell.standards.clock import in_words

EARLIEST_DAYS = 30
"""A delivery can be sent from this many days before its cut-off day (clauses.toml says so)."""
WENT_WELL = ("practised", "accepted", "linking", "linked", "loaded")
"""States of a practice send that was opened and found to be what was agreed."""
OFFICIAL_NUMBERS = frozenset({"nhi", "ird", "msd"})


@dataclass(frozen=True)
class Attempt:
    """Something about to be done under an agreement, at one of the moments
    "offer", "sign", "send", "open", "use" (a new use is approved), "work" or "release".
    """

    moment: str
    day: datetime.date
    specification: str
    state: str = AgreementState.IN_FORCE
    fields: frozenset[str] = frozenset()
    test: bool = False
    practised: bool = True
    mandates: int = 1
    alone: bool = False
    promised: bool = True
    use_agreed: bool = True


Rule = Callable[[Agreement, Attempt], str]
EVERYWHERE = ("send", "open", "work", "release")


@dataclass(frozen=True)
class Control:
    """One rule, the moments it watches, what it says it does, and an attempt it must stop."""

    code: str
    moments: tuple[str, ...]
    words: str
    rule: Rule
    forbidden: Callable[[Agreement, Attempt], Attempt]
    stops: str


@dataclass(frozen=True)
class Checked:
    """One control as the agreement's page shows it."""

    words: str
    tried: str
    stopped: bool
    says: str


def _term(agreement: Agreement, attempt: Attempt) -> str:
    if attempt.state != AgreementState.IN_FORCE:
        return f"The agreement is {attempt.state}."
    inside = agreement.starts <= attempt.day <= agreement.ends
    return "" if inside else f"It holds from {in_words(agreement.starts)} to {in_words(agreement.ends)}."


def _locked(agreement: Agreement, attempt: Attempt) -> str:
    same = attempt.specification == agreement.specification_id
    return "" if same else "The specification is not the one that was agreed."


def _alone(agreement: Agreement, attempt: Attempt) -> str:
    forbidden = "no-output-about-you-alone" in agreement.conditions
    permitted = agreement.permits_single_provider_output and not forbidden
    return (
        "The agreement does not permit output about this provider alone."
        if attempt.alone and not permitted
        else ""
    )


def _mandate(agreement: Agreement, attempt: Attempt) -> str:
    return "" if attempt.mandates else "No board, hapū, iwi or kaitiaki mandate is recorded."


def _calendar(agreement: Agreement, attempt: Attempt) -> str:
    if attempt.test or not agreement.cut_offs:
        return ""
    for text in agreement.cut_offs:
        day = datetime.date.fromisoformat(text)
        first = day - datetime.timedelta(days=EARLIEST_DAYS)
        if first <= attempt.day <= day + datetime.timedelta(days=agreement.resupply_days):
            return ""
    return "No delivery is due on this day."


def _practice(agreement: Agreement, attempt: Attempt) -> str:
    return "" if attempt.test or attempt.practised else "No practice send has been accepted yet."


def _numbers(agreement: Agreement, attempt: Attempt) -> str:
    return "The specification has an official number." if attempt.fields & OFFICIAL_NUMBERS else ""


def _visits(agreement: Agreement, attempt: Attempt) -> str:
    return "The specification has single visits." if "service_date" in attempt.fields else ""


def _promised(agreement: Agreement, attempt: Attempt) -> str:
    return "" if attempt.promised else "This person has not signed the confidentiality undertaking."


def _asked(agreement: Agreement, attempt: Attempt) -> str:
    return "" if attempt.use_agreed else "The body behind the mandate has not agreed to this later use."


STANDING = (
    Control("term", EVERYWHERE, "Nothing is sent, opened, worked on or released outside its dates.",
            _term,
            lambda a, t: replace(t, day=a.ends + datetime.timedelta(days=1)),
            "a delivery the day after the last day"),
    Control("locked", ("offer", "open"), "Only what is in the agreed specification is opened.", _locked,
            lambda a, t: replace(t, specification="0" * 96), "a file made to another specification"),
)  # fmt: skip
ALONE = Control(
    "single provider", ("release",), "Nothing is released about this provider alone.", _alone,
    lambda a, t: replace(t, alone=True), "a report about this provider alone",
)  # fmt: skip
MANDATE = Control(
    "mandate", ("sign", "send"), "Nothing is signed or sent before a mandate is recorded.", _mandate,
    lambda a, t: replace(t, mandates=0), "a delivery without a mandate",
)  # fmt: skip
LATER_USE = Control(
    "later use", ("use", "work", "release"),
    "Nothing new is approved before the body that wants to be asked about later uses agreed.", _asked,
    lambda a, t: replace(t, use_agreed=False), "a new use nobody has agreed to",
)  # fmt: skip
CALENDAR = Control(
    "calendar", ("open",), "A delivery is opened only in its window of the calendar.", _calendar,
    lambda a, t: replace(t, day=datetime.date.fromisoformat(min(a.cut_offs)) - datetime.timedelta(days=90)),
    "a delivery three months before the first is due",
)  # fmt: skip
BY_CONDITION = {
    "practice first": Control(
        "practice first", ("open",), "", _practice, lambda a, t: replace(t, practised=False, test=False),
        "a real delivery before a practice send"),
    "no official number": Control(
        "no official number", ("offer", "open"), "", _numbers,
        lambda a, t: replace(t, fields=t.fields | {"nhi"}), "a specification with an NHI number"),
    "no single visits": Control(
        "no single visits", ("offer", "open"), "", _visits,
        lambda a, t: replace(t, fields=t.fields | {"service_date"}), "a specification with single visits"),
    "single provider": ALONE,
    "later use": LATER_USE,
    "named people": Control(
        "named people", ("work",), "", _promised, lambda a, t: replace(t, promised=False),
        "work by somebody who has not promised"),
}  # fmt: skip


def controls_of(agreement: Agreement) -> list[Control]:
    """Every control that holds for an agreement."""
    found = list(STANDING)
    if (
        not agreement.permits_single_provider_output
        and "no-output-about-you-alone" not in agreement.conditions
    ):
        found.append(ALONE)
    if not agreement.on_paper:
        found.append(MANDATE)
    if agreement.cut_offs:
        found.append(CALENDAR)
    if asks_about_later_uses(agreement) and "later-uses-asked" not in agreement.conditions:
        found.append(LATER_USE)
    for code in agreement.conditions:
        condition = conditions()[code]
        if condition.control in BY_CONDITION:
            found.append(replace(BY_CONDITION[condition.control], words=condition.words))
    return found


def asks_about_later_uses(agreement: Agreement) -> bool:
    """Whether a later use has to be asked about: a mandate says so, or a condition of the assessment."""
    if "later-uses-asked" in agreement.conditions:
        return True
    mandates = agreement.proposal.mandates.all() if agreement.proposal else ()
    return any(mandate.asks_about_later_uses for mandate in mandates)


def by_people(agreement: Agreement) -> list[tuple[str, str]]:
    """(words, who keeps it) of the conditions no software can keep."""
    found = [conditions()[code] for code in agreement.conditions]
    kept = [(each.words, each.kept_by) for each in found if not each.control]
    own = [(agreement.own_condition, "whoever decides, reminded here")] if agreement.own_condition else []
    return kept + own


def as_now(agreement: Agreement, moment: str, *, test: bool = False, by: Person | None = None) -> Attempt:
    """What is really the case now."""
    from linkwell.custody.supplies.models import Supply

    practices = Supply.objects.filter(
        Q(manifest__specification=agreement.specification_id) | Q(manifest__specification__isnull=True),
        agreement=agreement, manifest__test=True, state__in=WENT_WELL,
    )  # fmt: skip
    promised = by is None or promises(agreement).filter(person=by).exists()
    return Attempt(
        moment,
        timezone.localdate(),
        agreement.specification_id,
        state=agreement.state,
        fields=_fields(agreement.specification.toml),
        test=test,
        practised=practices.exists(),
        mandates=agreement.proposal.mandates.count() if agreement.proposal else 0,
        promised=promised,
    )


@lru_cache(maxsize=256)
def _fields(toml: str) -> frozenset[str]:
    spec = parse(toml, name="specification")
    return frozenset(field.name for _, field in spec.fields())


def promises(agreement: Agreement) -> QuerySet[Undertaking]:
    """The promises by name that hold: made on a text with the specification that is agreed now."""
    texts = agreement.versions.filter(specification=agreement.specification_id).values_list(
        "digest", flat=True
    )
    return agreement.undertakings.filter(digest__in=[*texts, agreement.specification_id])


def refuse_what_is_not_agreed(agreement: Agreement, attempt: Attempt) -> None:
    """Raise RefusedByRule with the first control that stops this attempt."""
    for control in controls_of(agreement):
        reason = control.rule(agreement, attempt) if attempt.moment in control.moments else ""
        if reason:
            raise RefusedByRule(
                reason,
                where=agreement.reference,
                why=control.words or "The agreement says so.",
                fix="Look at the agreement's page, or ask the other side for a new version.",
            )


def checks(agreement: Agreement) -> list[Checked]:
    """Try, for every control, what it must stop."""
    found, now = [], replace(as_now(agreement, ""), state=AgreementState.IN_FORCE)
    for control in controls_of(agreement):
        calm = replace(now, moment=control.moments[0])
        said = control.rule(agreement, control.forbidden(agreement, calm))
        found.append(Checked(control.words, control.stops, bool(said), said))
    return found
