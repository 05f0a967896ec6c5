"""What a heading says its column holds, in English and te reo Māori; the words are in `headings.toml`."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from linkwell.specification.plain_words import apart, meant, singular
from linkwell.standards.names import fold

EXACT, STRIPPED, CONTAINED = 3, 2, 1
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HINT = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]")
_PIECE = re.compile(r"\d+(?:st|nd|rd|th)|[^\W\d]+|\d+")
_WITH = re.compile(r"\bw/\s*", re.I)  # "Still w/ us"
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_WHEN = {"start_date", "end_date", "service_date"}
_LAST_WORD_FREE_TEXT = {"notes", "note", "comment", "comments", "remarks", "details", "description", "reason"}
_FRONT = re.compile(r"[^\W\d_][^\W_]*(?:[_.:]+\s*|\s+[-–]\s+)(?=\w)")
_WHOSE = re.compile(r"['’]s\b")  # "Young person's name"
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


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """The packaged vocabulary."""
    text = resources.files("linkwell.specification").joinpath("headings.toml").read_text("utf-8")
    return tomllib.loads(text)


def fold_heading(heading: str) -> str:
    """One form for comparing: "FirstName", "first_name" and "First name:" agree, macrons aside."""
    text = (
        _DOTTED.sub(r"\1", _WHOSE.sub("", _WITH.sub("with ", heading)))
        .replace("'", "")
        .replace("’", "")
        .replace("#", " no ")
        .replace("&", " and ")
    )
    return fold(_CAMEL.sub(" ", text).replace("_", " "))


def variants(heading: str) -> list[str]:
    """The folded heading, without what stands in brackets, each half of a two-language heading, and all of
    these with short forms written out.
    """
    bare = _WITH.sub("with ", _HINT.sub(" ", heading))
    halves = list(map(fold_heading, re.split(r"\s*[/|\n]\s*|\s+[-–]\s+", bare)))
    found = (*_whole_forms(heading), *halves, *map(_written_out, halves))
    return [each for each in dict.fromkeys(found) if each]


def _whole_forms(heading: str) -> list[str]:
    bare = _HINT.sub(" ", heading)
    folded = [fold_heading(heading), fold(heading), fold_heading(bare)]  # "DoB" is one word, not two
    return list(dict.fromkeys([*folded, *map(_written_out, folded)]))


def _written_out(text: str) -> str:
    short = words()["short_forms"]
    return " ".join(str(short.get(word, word)) for word in text.split())


def order_hint(heading: str) -> str:
    """The date order a heading announces ("DOB (dd/mm/yyyy)"), or ""."""
    shape = re.sub(r"[^dmy]", "", heading.lower().rpartition("(")[2] if "(" in heading else heading.lower())
    for written, order in (("ddmmyy", "dmy"), ("mmddyy", "mdy"), ("dmy", "dmy"), ("mdy", "mdy")):
        if shape.startswith(written) and "(" in heading:
            return order
    return ""


def table_prefixes(headings: Sequence[str]) -> frozenset[str]:
    """What stands in front of nearly every heading ("Client - "), or in short of several ("SU_", "e.").

    It says nothing of its own. What says that the columns are about somebody else is not among it.
    """
    found = Counter(front[0] for heading in headings if (front := _FRONT.match(heading)))
    most = {front for front, times in found.items() if times >= 5 and times * 10 >= 7 * len(headings)}
    short = {front for front, times in found.items() if times >= 3 and len(front) <= 6 and front[-1] in "_."}
    return frozenset(front for front in most | short if not _about_staff_or_others(fold(front)))


def guesses(heading: str) -> list[Guess]:
    """Every role the heading may have, surest first; empty when nothing fits."""
    heading = _CUSTOM.sub("", _QUESTION_NUMBER.sub("", heading))
    if _of_somebody_else(heading):
        return [Guess("other_person", "not_supplied", EXACT)]
    found: list[Guess] = _agencys_number(heading)
    whole = _whole_forms(heading)
    for variant in variants(heading):
        # all of "Name (first)" says more than a part of it
        later = 100 * (whole.index(variant) if variant in whole else len(whole))
        found += [replace(each, rank=each.rank + later) for each in _whole(variant, EXACT)]
        bare = _without_subject(variant)
        if bare and bare != variant and not _somebody_else(variant):
            found += _whole(bare, STRIPPED)
    found = found or _by_plain_words(heading)
    if plain_yes_no := _YES_NO.search(heading):
        found += _by_words(" ".join(_tokens(_HINT.sub(" ", heading[: plain_yes_no.start()]))))
    if not found:
        text = _written_out(fold_heading(_HINT.sub(" ", heading)))
        plain = " ".join(_tokens(_HINT.sub(" ", heading)))
        found = (_by_words(text) or _by_words(plain)) + (_by_parts(text) or _by_parts(plain))
        found = found or [guess for hint in _hinted(heading) for guess in _by_parts(fold_heading(hint))]
    return sorted(dict.fromkeys(found), key=lambda guess: (-guess.strength, guess.rank))


def turned(codes: str, heading: str) -> tuple[str, str] | tuple[()]:
    """The codes of yes and of no where a heading asks the opposite of the list ("No show?"); () elsewhere."""
    asked = words()["turned"].get(codes)
    text = " ".join(_tokens(heading))
    if asked is None or not any(f" {each} " in f" {text} " for each in asked):
        return ()
    straight = any(f" {each} " in f" {text} " for each in words()["turned"][f"not_{codes}"])
    yes, no = words()["turned"][f"{codes}_codes"]
    return () if straight else (yes, no)


@cache
def _synonyms() -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Folded synonym to the (role, section, rank) it may mean."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for section in ("anywhere", "participants", "interactions", "not_supplied"):
        for role, names in words()[section].items():
            for rank, name in enumerate(names):
                found.setdefault(name, []).append((role, section, rank))
    return {name: tuple(roles) for name, roles in found.items()}


@cache
def _known() -> frozenset[str]:
    """Every word of the vocabulary, to take "caseopendate" apart by."""
    telling = (word for each in words()["telling"].values() for word in each)
    names = (*_synonyms(), *words()["neutral"]["any"], *telling)
    return frozenset(word for name in names for word in name.split())


@cache
def _by_order() -> dict[tuple[str, ...], str]:
    """A synonym by its words in the order of the alphabet, one of each."""
    named = {_unordered(name.split()): name for name in reversed(_synonyms())}
    return {words_of: name for words_of, name in named.items() if len(words_of) > 1}


def _synonym(text: str) -> str:
    """The synonym of the same words, in whatever order; "" when there is none."""
    if text in _synonyms():
        return text
    bare = _unordered(text.split())
    return bare[0] if len(bare) == 1 and bare[0] in _synonyms() else _by_order().get(bare, "")


def _unordered(tokens: Sequence[str]) -> tuple[str, ...]:
    one_form = {singular("number" if each == "no" else each) for each in tokens}
    return tuple(sorted(one_form - set(words()["words"]["filler"])))


def _by_plain_words(heading: str) -> list[Guess]:
    """What its words say when they are taken apart ("caseopendate"), written out ("EXT_DT"), put in another
    order ("Name of the client, first") or stand behind the name of a table ("tbl_client.f_name").
    """
    if _about_staff_or_others(" ".join(_tokens(heading))):
        return []
    parts = re.split(r"[.:]+\s*(?=\w)", heading.rstrip(".: "))
    if len(parts) > 1 and fold(parts[-1]) in words()["words"]["behind"]:  # "Program.Name" names the programme
        parts = parts[:-1]
    last = parts[-1]
    for text in dict.fromkeys([_HINT.sub(" ", last), _HINT.sub(" ", heading), *_hinted(heading)]):
        whole = fold(text)  # "c.DoB": the case of letters does not always part words
        if whole in _synonyms():
            return _whole(whole, STRIPPED)
        tokens = _tokens(text)
        if heading.rstrip().endswith("?"):
            tokens = [token for token in tokens if token not in words()["words"]["asked"]]
        while tokens:
            whole = " ".join(tokens)
            for found in (whole, _without_subject(whole), _without_of_whom(whole)):
                if roles := _whole(_synonym(found), STRIPPED):
                    return roles
            behind = 2 * (tokens[-2:] in (["y", "n"], ["yes", "no"])) or (
                tokens[-1].isdigit() or tokens[-1] in words()["words"]["behind"]
            )
            if len(tokens) < 2 or not behind:
                break
            del tokens[-int(behind) :]
    return []


def _agencys_number(heading: str) -> list[Guess]:
    """ "Client ID (MSD)" is an agency's number, whatever stands before the brackets."""
    found = [guess for hint in _hinted(heading) for guess in _whole(fold(hint), EXACT)]
    return [replace(guess, rank=-1) for guess in found if guess.role in ("nhi", "ird", "msd", "nsn")]


def _of_somebody_else(heading: str) -> bool:
    """Whether what stands in brackets says that it is about somebody else ("Ethnicity (mother)")."""
    others, none = set(words()["words"]["somebody_else"]), set(words()["words"]["filler"])
    said = [set(fold_heading(hint).split()) - none for hint in _hinted(heading)]
    return any(each and each <= others for each in said)


def over_somebody_else(group: str) -> bool:
    """Whether the title over several headings says they are about somebody else ("Caregiver details")."""
    others = {*words()["words"]["somebody_else"], *words()["words"]["their"]}
    parts = [fold_heading(part) for part in re.split(r"[/|]", group)]
    said = {word for part in parts for word in part.split()} - set(words()["words"]["filler"]) - {"and"}
    return any(map(_somebody_else, parts)) and said <= others


def _hinted(heading: str) -> list[str]:
    """What stands in brackets, where it may say what the heading does not ("Ko wai koe? (First name)")."""
    return [" ".join(filter(None, found)) for found in _HINT.findall(heading)]


def _tokens(text: str) -> list[str]:
    found = [part for word in fold_heading(text).split() for part in _PIECE.findall(word)]
    parts = [part for word in found for part in apart(word, _known())]
    return _written_out(" ".join(meant(part, _known(), _of_others()) for part in parts)).split()


@cache
def _of_others() -> frozenset[str]:
    """Words about staff, contacts and other people: a word cut short is never taken for one of them."""
    lists = words()["not_supplied"]
    names = (*lists["staff"], *lists["contact"], *lists["address"], *words()["words"]["somebody_else"])
    return frozenset(word for name in names for word in name.split())


def _whole(text: str, strength: int) -> list[Guess]:
    return [Guess(role, section, strength, rank) for role, section, rank in _synonyms().get(text, ())]


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


def _somebody_else(text: str) -> bool:
    return any(f" {other} " in f" {text} " for other in words()["words"]["somebody_else"])


def _by_words(text: str) -> list[Guess]:
    """Roles that some word tells while every other word says nothing of its own."""
    tokens, neutral = set(text.split()), set(words()["neutral"]["any"])
    if not tokens or _somebody_else(text):
        return []
    found: list[Guess] = []
    for role, telling in words()["telling"].items():
        if tokens & set(words()["not_telling"].get(role, ())):
            continue
        if tokens & set(telling) and tokens <= {*telling, *neutral}:
            section = next(name for name in ("participants", "interactions") if role in words()[name])
            found.append(Guess(role, section, CONTAINED, len(found)))
    return found


def _about_staff_or_others(text: str) -> bool:
    staff = words()["not_supplied"]["staff"]
    return _somebody_else(text) or any(f" {each} " in f" {text} " for each in staff)


def about_staff_or_others(heading: str) -> bool:
    """Whether a heading names a worker or somebody other than the participant."""
    return _about_staff_or_others(" ".join(_tokens(heading)))


def about_an_event(heading: str) -> bool:
    """Whether a number is that of a visit or a form ("EVENT_ID") and not a person's."""
    return bool(set(_tokens(heading)) & set(words()["words"]["event"]))


def _another_matter(text: str) -> bool:
    return any(f" {other} " in f" {text} " for other in words()["words"]["other_matter"])


def _by_parts(text: str) -> list[Guess]:
    """The longest synonym inside a heading; the last words weigh most, since they name the thing."""
    tokens = text.split()
    if not tokens:
        return []
    if tokens[-1] in _LAST_WORD_FREE_TEXT:
        return [Guess("free_text", "not_supplied", CONTAINED)]
    if _somebody_else(text):
        return [Guess("other_person", "not_supplied", EXACT)]
    for length in range(len(tokens) - 1, 0, -1):
        for start in range(len(tokens) - length, -1, -1):
            part = " ".join(tokens[start : start + length])
            if (length > 1 or part in _TELLING) and (found := _whole(part, CONTAINED)):
                if found[0].section == "anywhere" and _about_staff_or_others(text):
                    return [Guess("staff", "not_supplied", CONTAINED)]
                return [guess for guess in found if guess.role not in _WHEN or not _another_matter(text)]
    # whatever kinds there are of it, in a list of visits it is their kind
    kind = tokens[-1] in _KIND or tokens[0] in _KIND
    return [Guess("service_type", "interactions", CONTAINED, 99)] if kind else []
