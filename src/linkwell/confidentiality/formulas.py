"""Reading a regression as people write it."""

from __future__ import annotations

import re
from typing import get_args

from linkwell.confidentiality.regression import Kind
from linkwell.errors import WrongUse

FORMULA = re.compile(r"\s*(\w+)\s*:\s*([^~]+?)\s*~\s*(.+)")


def read_formula(model: str) -> tuple[Kind, str, tuple[str, ...]]:
    """Kind, outcome and terms of "kind: outcome ~ term + term".

    Raises:
        WrongUse: it is not written so.
    """
    found = FORMULA.fullmatch(model)
    kinds = {kind: kind for kind in get_args(Kind)}
    terms = tuple(term.strip() for term in found[3].split("+")) if found else ()
    if found is None or found[1].lower() not in kinds or not all(terms):
        raise WrongUse(
            "This model cannot be read.", where=model,
            fix="Write it as: ols: wages ~ age + sex (or logit:, poisson:; a:b is an interaction).",
        )  # fmt: skip
    return kinds[found[1].lower()], found[2], terms
