"""The table of addresses: which page, by which methods, for whom, and what becomes of another's thing."""

from __future__ import annotations

from collections.abc import Iterator

from linkwell.custody.permissions import Capability, Relation
from linkwell.portal.access import ANYONE, PAGES, SENDER, SIGNED_IN, Page
from linkwell.portal.urls import urlpatterns

_WORDS = {
    ANYONE: "anyone",
    SIGNED_IN: "anyone signed in, about themselves",
    SENDER: "a sender with a token, for its own agreement or clients",
}


def table() -> Iterator[str]:
    """The lines of the table, as Markdown."""
    assert urlpatterns, "loading the addresses declares the pages"
    yield "## Addresses"
    yield ""
    yield (
        "A role that is not listed is refused before anything is looked up. Where the address names a thing, "
        "somebody with the role elsewhere gets the very answer a thing that never was would get."
    )
    yield ""
    yield "| address | methods | roles (where the role is held) |"
    yield "|---|---|---|"
    for page in sorted(PAGES, key=lambda page: page.route):
        yield f"| `/{page.route}` | {', '.join(page.methods)} | {_who(page)} |"
    yield ""


def _who(page: Page) -> str:
    if isinstance(page.who, str):
        return _WORDS[page.who]
    return "; ".join(_cell(need, names_a_thing="<" in page.route) for need in page.who)


def _cell(need: Capability, *, names_a_thing: bool) -> str:
    where = need.relation.value
    if need.relation is Relation.OWN and not names_a_thing:
        where = "about their own organisation"
    return f"{', '.join(sorted(role.words for role in need.roles))} ({where})"
