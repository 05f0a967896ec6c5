"""What a provider said while getting ready, put into its specification: nobody types a thing twice."""

from __future__ import annotations

from dataclasses import replace

from linkwell.primer.answers import Answers
from linkwell.primer.readiness import with_implied
from linkwell.specification.model import Specification


def worded(spec: Specification, answers: Answers) -> Specification:
    """The specification with the organisation, route and write-ups of the answers, word for word.

    What the specification says already stays.
    """
    choices = with_implied(answers.choices)
    return replace(
        spec,
        organisation=spec.organisation or answers.organisation,
        route=choices.get("route", spec.route),
        notes=tuple({**answers.notes, **dict(spec.notes)}.items()),
    )
