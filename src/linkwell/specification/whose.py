"""Whom a list is about: the parents of a parenting course are no third persons in its list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from linkwell.specification.headings import guesses
from linkwell.specification.vocabulary import fold_heading, words

_NAMED = {"first_name", "last_name", "full_name"}
_WHO = {*_NAMED, "date_of_birth", "nhi", "ird", "msd", "nsn"}


def whose_list(headings: Sequence[str]) -> str:
    """The word for the people a list is about, where they are called as others are elsewhere ("Parent").

    Only where their names and birth dates are the only ones there are, as in the list of a parenting course;
    "" elsewhere: beside a child's name or number "Parent" is somebody else.
    """
    children = set(words()["words"]["children"])
    if any(set(fold_heading(each).split()) & children for each in headings):
        return ""
    said = Counter(word for each in headings for word in set(fold_heading(each).split()))
    for word in (each for each in words()["words"]["somebody_else"] if said[each] >= 2):
        about = {each.role for heading in headings if (bare := without_word(heading, word)) != heading
                 for each in guesses(bare)[:1]}  # fmt: skip
        others = {each.role for heading in headings if without_word(heading, word) == heading
                  for each in guesses(heading)[:1]}  # fmt: skip
        if "date_of_birth" in about and about & _NAMED and not others & _WHO:
            return word
    return ""


def without_word(heading: str, word: str) -> str:
    """The heading without a word for a person, whosever ("Parent's name", "Date of birth (parent)")."""
    if not word:
        return heading
    return re.sub(rf"\(?\b{re.escape(word)}(?:['’]?s)?\b\)?", " ", heading, flags=re.I).strip()
