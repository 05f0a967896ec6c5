"""Which page is for whom: every view is declared here, so one test can walk every address by every role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import Capability, Relation, roles_held
from linkwell.custody.signin.factors import required
from linkwell.portal.again import lately

View = Callable[..., HttpResponseBase]

ANYONE = "anyone"
SIGNED_IN = "signed in"
SENDER = "a sender with a token"

SECOND = "second factor"
"""In a session: which second factor it was begun with."""


@dataclass(frozen=True)
class Page:
    """One address of the portal.

    Attributes:
        route, name: as Django's `path` takes them.
        who: ANYONE, SIGNED_IN, SENDER, or capabilities of which the person must hold one (somewhere).
        methods: which HTTP methods it answers.
        enrolling: whether it also opens for somebody who has not set up what sign-in needs yet.
    """

    route: str
    name: str
    who: str | tuple[Capability, ...]
    methods: tuple[str, ...]
    view: View
    enrolling: bool = False


PAGES: list[Page] = []


def page(
    route: str,
    *,
    name: str,
    who: str | Capability | Iterable[Capability],
    methods: tuple[str, ...] = ("GET", "POST"),
    asked_lately: bool = False,
    enrolling: bool = False,
) -> Callable[[View], View]:
    """Declare a view with its address and whom it is for.

    Args:
        asked_lately: the password or passkey has to have been given again a few minutes ago at most.
        enrolling: it opens also before somebody has set up the second factor that is required.

    A person without the role gets the same refusal whether or not the thing exists, because the role is asked
    before anything is looked up. Which thing of the right kind a person may see is the view's own question.
    """
    if isinstance(who, Capability):
        who = (who,)
    for_whom = who if isinstance(who, str) else tuple(who)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "HEAD" and "GET" in methods:
                pass
            elif request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if for_whom in (ANYONE, SENDER):
                return view(request, *args, **kwargs)
            if not isinstance(request.user, Person):
                return _to_sign_in(request)
            if not enrolling and (lacks := what_lacks(request)):
                return redirect(lacks)
            if not isinstance(for_whom, str) and not any(holds(request.user, need) for need in for_whom):
                return render(request, "portal/403.html", status=403)
            if asked_lately and not lately(request):
                return redirect(reverse("again") + "?" + urlencode({"next": request.path}))
            return view(request, *args, **kwargs)

        PAGES.append(Page(route, name, for_whom, methods, guarded, enrolling))
        return guarded

    return declare


def holds(person: Person, capability: Capability) -> bool:
    """Whether the person holds one of the roles somewhere it could count; the view asks about the thing
    itself.
    """
    return person.is_active and among(capability, *held(person))


def among(capability: Capability, anywhere: frozenset[str], at_custodian: frozenset[str]) -> bool:
    """Whether one of these roles has the capability, by whether they are held at the custodian."""
    roles = at_custodian if capability.relation is Relation.CUSTODIAN else anywhere
    return not roles.isdisjoint(capability.roles)


def roles_of(person: Person) -> frozenset[str]:
    """The person's roles, asked of the database once per request."""
    return held(person)[0]


def at_custodian(person: Person) -> bool:
    """Whether the person works at the custodian, in any role."""
    return bool(held(person)[1])


def held(person: Person) -> tuple[frozenset[str], frozenset[str]]:
    """Roles held anywhere, and those held at the custodian. Every page asks for every line of its menu."""
    found: tuple[frozenset[str], frozenset[str]] | None = getattr(person, "_held_this_request", None)
    if found is None:
        roles = [(each.role, each.organisation.is_custodian) for each in roles_held(person)]
        found = frozenset(role for role, _ in roles), frozenset(role for role, there in roles if there)
        person._held_this_request = found
    return found


def what_lacks(request: HttpRequest) -> str:
    """The page on which somebody has to set up what sign-in needs before anything else; "" if nothing lacks.

    Asks the session only: who signed in with a second factor has one (see signin.enter).
    """
    person = request.user
    if not required() or not isinstance(person, Person):
        return ""
    if not person.password_own:
        return "password"
    return "" if request.session.get(SECOND) else "second-factor"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    where = reverse("signin")
    if request.method == "GET":
        where += "?" + urlencode({"next": request.path})
    return redirect(where)


def patterns() -> list[URLPattern]:
    """Every declared page as a URL pattern."""
    return [path(each.route, each.view, name=each.name) for each in PAGES]


def signed_in(request: HttpRequest) -> Person:
    """The person behind a request to a page that is not for anyone."""
    assert isinstance(request.user, Person)
    return request.user
