"""Read a heading's words as they were meant: run together, cut short, mistyped, singular or plural."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache

_SHORT = {"id", "no", "in", "to", "of"}  # short words that stand inside a run of words
_LONGEST = 40  # letters; nobody writes a longer heading in one word


def singular(word: str) -> str:
    """A word without the ending of the plural: "names" and "name" agree."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def apart(word: str, known: frozenset[str]) -> list[str]:
    """The known words that `word` is run together from ("caseopendate"), or itself when it is not.

    The fewest words win, and among those the longest first; none is shorter than three letters but a few.
    """
    if word in known or not 6 <= len(word) <= _LONGEST or not word.isalpha():
        return [word]
    return list(_split(word, known) or (word,))


@lru_cache(maxsize=4096)
def _split(word: str, known: Collection[str]) -> tuple[str, ...]:
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(word) + 1):
        for start in range(end):
            part = word[start:end]
            if start in best and (len(part) > 2 or part in _SHORT) and part in known:
                found = (*best[start], part)
                if end not in best or len(found) < len(best[end]):
                    best[end] = found
    return best.get(len(word), ())


@lru_cache(maxsize=4096)
def meant(word: str, known: frozenset[str], never: frozenset[str]) -> str:
    """The known word that a word is cut short from ("disch") or mistypes ("ethnicty"), or itself.

    Args:
        never: words that are not to be found so; where one of them fits too, the word stays as it is.
    """
    if word in known or len(word) < 4 or not word.isalpha():
        return word
    longer = sorted((each for each in known if each.startswith(word)), key=len)
    if longer:
        sure = all(each.startswith(longer[0]) for each in longer) and not never & set(longer)
        return longer[0] if sure else word
    near = get_close_matches(word, known, n=1, cutoff=0.88) if len(word) >= 6 else []
    return near[0] if near and near[0][0] == word[0] and near[0] not in never else word
