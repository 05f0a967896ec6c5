"""Three kinds of number that cannot be mixed: internal, for one zone's own people, and released.

`Internal` cannot be written down, `ZoneReport` only into its own zone, and `Released` is made only by this
room.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any, Generic, NoReturn, TypeVar

from linkwell.errors import RefusedByRule
from linkwell.vault.zones import Zone, ZoneName, write_whole

T = TypeVar("T")

# Held by this room's modules only. Python cannot hide it from someone who sets out to forge a release; it
# does stop every accident, and `tests/` keeps other rooms from naming it.
_SEAL = object()


class Internal(Generic[T]):
    """A value nobody outside may see: it has no text, no serialiser and does not pickle.

    `inside()` gives the value back to code that goes on computing with it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def inside(self) -> T:
        """The value itself, for further computing only."""
        return self._value

    def map(self, change: Any) -> Internal[Any]:
        """`change(value)`, still internal."""
        return Internal(change(self._value))

    def __repr__(self) -> str:
        return "Internal(hidden)"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("an internal value cannot be written, formatted or copied out; ask the release desk")

    __str__ = __format__ = __reduce__ = __reduce_ex__ = __getstate__ = _refuse
    __iter__ = __array__ = __float__ = __int__ = __index__ = __bool__ = __eq__ = __lt__ = _refuse
    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, repr=False)
class ZoneReport:
    """Numbers for one zone's own roles (gates, love plots, linkage quality, a checker's raw counts).

    Attributes:
        zone: the only zone it may be written into.
        title: what it is, safe to log.
        content: the finished file.
    """

    zone: ZoneName
    title: str
    content: bytes

    def __repr__(self) -> str:
        return f"ZoneReport({self.zone.value!r}, {self.title!r}, hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a zone report is written through its zone's handle only")

    def write(self, zone: Zone, name: str) -> None:
        """Write the report as `name` inside `zone`.

        Raises:
            RefusedByRule: another zone than the report's own.
        """
        if zone.name is not self.zone:
            raise RefusedByRule(
                f"A report of the {self.zone.value} zone cannot be written into the {zone.name.value} zone.",
                why="It holds numbers only that zone's own roles may see.",
                fix="Write it where it belongs, or ask the release desk for released numbers.",
            )
        folder = zone.folder(*name.split("/")[:-1])
        write_whole(folder / name.split("/")[-1], self.content)


@dataclass(frozen=True, kw_only=True)
class Released:
    """Base of everything that may leave. Only this room can make one; it does not pickle."""

    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is made by the release desk only")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a released object is not pickled; write it, or recall it from the release ledger")
