"""From which network address a request comes, where a proxy may stand in front."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.networks import Address, address_in, facility_at, within


def address_of(request: HttpRequest) -> str:
    """Where a request came from, to show to a person; "" if that is not known.

    Behind a proxy that LINKWELL_PROXIES does not name, it is what was said last: the proxy's own word, if
    nobody can reach us past it.
    """
    configuration = settings.CONFIGURATION
    if configuration.behind_proxy and not configuration.proxies:
        said = request.headers.get("X-Forwarded-For", str(request.META.get("REMOTE_ADDR", "")))
        return said.rpartition(",")[2].strip()[:45]
    return str(certain_address(request) or "")


def certain_address(request: HttpRequest) -> Address | None:
    """Where a request came from, as far as no stranger can have written it; None if that is not known.

    Of what proxies pass on, only what our own ones (LINKWELL_PROXIES) saw counts: from the right, the first
    address that is none of theirs. Whoever is no proxy of ours and says where it came from is not believed
    at all.
    """
    proxies = settings.CONFIGURATION.proxies
    seen = address_in(str(request.META.get("REMOTE_ADDR", "")))
    said = request.headers.get("X-Forwarded-For", "")
    if seen is None or not within(seen, proxies):
        direct = not (said or request.headers.get("Forwarded") or settings.CONFIGURATION.behind_proxy)
        return seen if direct else None
    for each in reversed(said.split(",")):
        seen = address_in(each)
        if seen is None or not within(seen, proxies):
            return seen
    return None


def facility_here(request: HttpRequest) -> Facility | None:
    """The registered facility this request came from; asked of the registry once a request."""
    if not hasattr(request, "_facility_here"):
        request._facility_here = facility_at(certain_address(request))
    found: Facility | None = request._facility_here
    return found
