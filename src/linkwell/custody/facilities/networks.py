"""Networks as people write them, and which facility an address is in."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.states import FacilityState
from linkwell.errors import WrongUse
from linkwell.standards.clock import today

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@cache
def number(name: str) -> int:
    """One number of numbers.toml."""
    text = (files("linkwell.custody.facilities") / "numbers.toml").read_text("utf-8")
    return int(tomllib.loads(text)[name])


def networks_in(text: str, *, loopback: bool = False) -> list[str]:
    """The networks somebody wrote down, with commas, spaces or lines between them.

    Args:
        loopback: whether this computer itself counts as a place: in a demonstration only. Behind a proxy that
            nobody named, everybody would seem to come from there.

    Raises:
        WrongUse: one cannot be read, is too wide, overlaps another, or is no place.
    """
    found: list[Network] = []
    for word in re.split(r"[,\s]+", text.strip()):
        network = _read(word)
        widest = number("widest_ipv4" if network.version == 4 else "widest_ipv6")
        if network.prefixlen < widest:
            raise WrongUse(
                "This network is wider than a room.",
                where=word,
                why=f"Rows would be shown to everybody in it. At most /{widest}.",
                fix="Name only the addresses of the machines in the facility.",
            )
        if network.is_multicast or network.is_unspecified or (network.is_loopback and not loopback):
            raise WrongUse("Nobody comes from such an address over a network.", where=word)
        if any(overlap(network, other) for other in found):
            raise WrongUse("A network is named twice.", where=word)
        found.append(network)
    if len(found) > number("most_networks"):
        raise WrongUse(f"A facility has up to {number('most_networks')} networks.")
    return [str(each) for each in found]


def _read(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        raise WrongUse(
            "This is no network.",
            where=word[:45],
            fix="Write it like 192.0.2.16/28, with the first address of the network, or one address alone.",
        ) from None


def overlap(one: Network, other: Network) -> bool:
    """Whether two networks share an address."""
    return one.version == other.version and one.overlaps(other)


def address_in(text: str) -> Address | None:
    """An address as a machine writes it, without what stands for IPv4 within IPv6; None if it is none."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def within(address: Address, networks: Iterable[str]) -> bool:
    """Whether an address is in one of these networks."""
    return any(address in _network(each) for each in networks)


@lru_cache(maxsize=1024)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)


def facility_at(address: Address | None) -> Facility | None:
    """The facility whose network this is, if rows are shown there today; None for everywhere else."""
    if address is None:
        return None
    day = today()
    there = Facility.objects.filter(state=FacilityState.REGISTERED, starts__lte=day, ends__gte=day)
    for found, networks in there.values_list("pk", "networks"):  # every form that is sent asks this
        if within(address, networks):
            return Facility.objects.select_related("organisation").get(pk=found)
    return None
