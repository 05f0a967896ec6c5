"""What a heading says its column holds, in English and te reo Māori."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from linkwell.specification.heading_marks import (
    another_matter,
    of_somebody_else,
    somebody_else,
    staff_or_others,
)
from linkwell.specification.vocabulary import (
    HINT,
    fold_heading,
    hinted,
    synonym,
    synonyms,
    tokens_of,
    variants,
    whole_forms,
    words,
    written_out,
)
from linkwell.standards.names import fold

EXACT, STRIPPED, CONTAINED = 3, 2, 1
_WHEN = {"start_date", "end_date", "service_date"}
_LAST_WORD_FREE_TEXT = {"notes", "note", "comment", "comments", "remarks", "details", "description", "reason"}
_CUSTOM = re.compile(r"__(?:pc|c|r)\b", re.I)  # Salesforce's mark of an organisation's own column or relation
_QUESTION_NUMBER = re.compile(
    r"^(?:(?:q|question)\s*\d+\s*[.):-]|\d+(?:\.\d+)+[.)]?\s|\d+[.):])\s*(?=[^\W\d])", re.I
)
_YES_NO = re.compile(r"[\s_(\[-]+y(?:es)?\s*/\s*no?[)\]]?\??\s*$", re.I)
_OF_WHOM = re.compile(r"^(.+?) (?:of(?: the)?|o te|o nga|o) (.+)$")
_KIND = {"category", "type", "types", "kind", "momo"}
# One-word synonyms that are sure enough to count inside a longer heading.
_TELLING = {
    "dob", "birthdate", "nhi", "ird", "swn", "winz", "msd", "nsn", "surname", "gender", "sex", "ethnicity",
    "email", "phone", "mobile", "address", "notes", "comments", "attendance", "household", "postcode",
    "suburb", "ethnicities",
    "kaimahi", "forename", "firstname", "lastname", "telephone", "cellphone", "caseworker", "initiative",
    "programme",
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """A role a heading may have.

    Attributes:
        role: a canonical field name, "full_name", or a kind of column that stays at home.
        section: anywhere, participants, interactions, or not_supplied.
        strength: 3 the whole heading, 2 without words such as "client", 1 only a part of it.
        rank: place among the role's synonyms; earlier ones are more usual.
    """

    role: str
    section: str
    strength: int
    rank: int = 0


def guesses(heading: str) -> list[Guess]:
    """Every role the heading may have, surest first; empty when nothing fits."""
    heading = _CUSTOM.sub("", _QUESTION_NUMBER.sub("", heading))
    if of_somebody_else(heading):
        return [Guess("other_person", "not_supplied", EXACT)]
    found: list[Guess] = _agencys_number(heading)
    whole = whole_forms(heading)
    for variant in variants(heading):
        # all of "Name (first)" says more than a part of it
        later = 100 * (whole.index(variant) if variant in whole else len(whole))
        found += [replace(each, rank=each.rank + later) for each in _whole(variant, EXACT)]
        bare = _without_subject(variant)
        if bare and bare != variant and not somebody_else(variant):
            found += _whole(bare, STRIPPED)
    found = found or _own_number(heading) or _by_plain_words(heading)
    if plain_yes_no := _YES_NO.search(heading):
        found += _by_words(" ".join(tokens_of(HINT.sub(" ", heading[: plain_yes_no.start()]))))
    if not found:
        text = written_out(fold_heading(HINT.sub(" ", heading)))
        plain = " ".join(tokens_of(HINT.sub(" ", heading)))
        cased = written_out(fold(HINT.sub(" ", heading)))  # "FtF" is one word
        found = _first(_by_words, text, plain, cased) + _first(_by_parts, text, plain, cased)
        found = found or [guess for hint in hinted(heading) for guess in guesses(hint)]
    return sorted(dict.fromkeys(found), key=lambda guess: (-guess.strength, guess.rank))


def _first(by: Callable[[str], list[Guess]], *texts: str) -> list[Guess]:
    return next((found for text in texts if (found := by(text))), [])


def _by_plain_words(heading: str) -> list[Guess]:
    """What its words say when they are taken apart ("caseopendate"), written out ("EXT_DT"), put in another
    order ("Name of the client, first") or stand behind the name of a table ("tbl_client.f_name").
    """
    if staff_or_others(" ".join(tokens_of(heading))):
        return []
    parts = re.split(r"[.:]+\s*(?=\w)", heading.rstrip(".: "))
    if len(parts) > 1 and fold(parts[-1]) in words()["words"]["behind"]:  # "Program.Name" names the programme
        parts = parts[:-1]
    last = parts[-1]
    for text in dict.fromkeys([HINT.sub(" ", last), HINT.sub(" ", heading), *hinted(heading)]):
        whole = fold(text)  # "c.DoB": the case of letters does not always part words
        if whole in synonyms():
            return _whole(whole, STRIPPED)
        tokens = tokens_of(text)
        if heading.rstrip().endswith("?"):
            tokens = [token for token in tokens if token not in words()["words"]["asked"]]
        while tokens:
            whole = " ".join(tokens)
            for found in (whole, _without_subject(whole), _without_of_whom(whole)):
                if roles := _whole(synonym(found), STRIPPED):
                    return roles
            behind = 2 * (tokens[-2:] in (["y", "n"], ["yes", "no"])) or (
                tokens[-1].isdigit() or tokens[-1] in words()["words"]["behind"]
            )
            if len(tokens) < 2 or not behind:
                break
            del tokens[-int(behind) :]
    return []


def _own_number(heading: str) -> list[Guess]:
    """ "Mentee ID", "Kiritaki no.": a word for a person, then words for a number."""
    tokens = tokens_of(heading)
    number = [token in words()["words"]["number"] for token in tokens]
    at = number.index(True) if any(number) else 0
    own = at > 0 and all(number[at:]) and " ".join(tokens[:at]) in words()["words"]["subject"]
    return [Guess("client_key", "anywhere", EXACT, 50)] if own else []


def _agencys_number(heading: str) -> list[Guess]:
    """ "Client ID (MSD)" is an agency's number, whatever stands before the brackets."""
    found = [guess for hint in hinted(heading) for guess in _whole(fold(hint), EXACT)]
    return [replace(guess, rank=-1) for guess in found if guess.role in ("nhi", "ird", "msd", "nsn")]


def _whole(text: str, strength: int) -> list[Guess]:
    return [Guess(role, section, strength, rank) for role, section, rank in synonyms().get(text, ())]


def _without_subject(text: str) -> str:
    """The heading without every word in front that only says whose it is ("tbl client", "te")."""
    for subject in sorted(words()["words"]["subject"], key=len, reverse=True):
        if text.startswith(subject + " "):
            return _without_subject(text[len(subject) + 1 :])
    return text


def _without_of_whom(text: str) -> str:
    """The heading without "of the client" behind it."""
    found = _OF_WHOM.match(text)
    return found[1] if found and found[2] in words()["words"]["subject"] else text


def _by_words(text: str) -> list[Guess]:
    """Roles that some word tells while every other word says nothing of its own."""
    tokens, neutral = set(text.split()), {*words()["neutral"]["any"], *words()["words"]["subject"]}
    if not tokens or somebody_else(text):
        return []
    found: list[Guess] = []
    for role, telling in words()["telling"].items():
        if tokens & set(words()["not_telling"].get(role, ())):
            continue
        if tokens & set(telling) and tokens <= {*telling, *neutral}:
            section = next(name for name in ("participants", "interactions") if role in words()[name])
            found.append(Guess(role, section, CONTAINED, len(found)))
    return found


def _by_parts(text: str) -> list[Guess]:
    """The longest synonym inside a heading; the last words weigh most, since they name the thing."""
    tokens = text.split()
    if not tokens:
        return []
    if tokens[-1] in _LAST_WORD_FREE_TEXT:
        return [Guess("free_text", "not_supplied", CONTAINED)]
    if somebody_else(text):
        return [Guess("other_person", "not_supplied", EXACT)]
    for length in range(len(tokens) - 1, 0, -1):
        for start in range(len(tokens) - length, -1, -1):
            part = " ".join(tokens[start : start + length])
            if (length > 1 or part in _TELLING) and (found := _whole(part, CONTAINED)):
                if found[0].section == "anywhere" and staff_or_others(text):
                    return [Guess("staff", "not_supplied", CONTAINED)]
                return [guess for guess in found if guess.role not in _WHEN or not another_matter(text)]
    # whatever kinds there are of it, in a list of visits it is their kind
    kind = tokens[-1] in _KIND or tokens[0] in _KIND
    return [Guess("service_type", "interactions", CONTAINED, 99)] if kind else []
