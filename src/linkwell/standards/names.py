"""Fold names for comparing only: the folded form is never kept, shown or sent as anybody's name."""

from __future__ import annotations

import re
import unicodedata

# HISO 10046 keeps titles apart from names; many sign-up sheets do not.
_HONORIFIC_LIST = "mr mrs ms miss mx dr prof professor rev reverend sir dame matua whaea"
_HONORIFICS = frozenset(_HONORIFIC_LIST.split())
_APOSTROPHES = re.compile("['`\u00b4\u02bb\u02bc\u02b9\u2018\u2019\u201b\u2032\uff07]")
_NOT_WORD = re.compile(r"[\W_]+")
# Letters that no decomposition turns into plain ones.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})


def without_marks(text: str) -> str:
    """Drop macrons and every other mark above or below a letter; keeps case and spacing."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Bring a name to one form for comparing: no macrons, case, punctuation, apostrophes or title in front.

    Apostrophes vanish (O'Brien becomes "obrien"), hyphens and other punctuation become one space ("Smith-
    Jones" becomes "smith jones"). A title is dropped only when something is left after it. Folding twice
    changes nothing.
    """
    plain = _APOSTROPHES.sub("", text)
    plain = without_marks(without_marks(plain).casefold().translate(_PLAIN))
    words = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).split()
    while len(words) > 1 and words[0] in _HONORIFICS:
        del words[0]
    return " ".join(words)


def fold_tight(text: str) -> str:
    """`fold` without any space, so that "Te Aroha", "Te-Aroha" and "TeAroha" agree."""
    return fold(text).replace(" ", "")


def lost_letters(text: str) -> bool:
    """Whether a name shows letters lost on the way: "M?ori", a replacement mark, mixed-up bytes."""
    return bool(
        re.search(r"\w\?\w|\?\w{2}|\ufffd|[ÃÄÅ][\u0080-\u00bf\u0152-\u0192\u2018-\u2022\u20ac\u2122]", text)
    )
