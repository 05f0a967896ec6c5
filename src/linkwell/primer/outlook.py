"""From the answers to "Will you see anything?": the forecast for this provider, before anything is shared."""

from __future__ import annotations

from linkwell.forecast import Completeness, Outlook, Provider, outlook
from linkwell.primer.answers import Answers
from linkwell.primer.questions import Questions
from linkwell.primer.readiness import with_implied

# "For everyone": gaps are unknown at this stage, and the check counts them later.
_DETAILS = {
    "agency_id": Completeness(identifier=1.0),
    "biographic": Completeness(),
    "neither": Completeness(date_of_birth=0.0),
}
_PERMISSION = {"yes": True, "no": False}


def alone(answers: Answers) -> bool | None:
    """Whether results about this provider alone are wanted and allowed, as far as it has said."""
    return _PERMISSION.get(answers.choices.get("one_provider", ""))


def expected(answers: Answers, questions: Questions | None = None) -> Outlook | None:
    """What the provider can expect to see; None until it said how many people and how they are known."""
    choices = with_implied(answers.choices, questions)
    people, known = answers.numbers.get("participants"), choices.get("identifiers")
    if people is None or known is None:
        return None
    return outlook(
        Provider(
            participants=people,
            details=_DETAILS[known],
            start_dates=choices.get("dates") in ("both", "start_only"),
            one_provider=alone(answers),
        )
    )
