"""The states of a refresh."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class RefreshState(StrEnum):
    """Where a refresh stands."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    RETIRED = "retired"


_R = RefreshState

REFRESH = Machine(
    "refresh",
    RefreshState,
    {
        _R.BUILDING: "The de-identified data is being built from every linked supply.",
        _R.READY: "It is complete and will never change.",
        _R.FAILED: "It could not be built; nothing of it is used.",
        _R.RETIRED: "It held something that was taken out, so it was destroyed. Its fingerprint remains.",
    },
    (
        Move("load", None, _R.BUILDING, "data integrator", "A data integrator starts a refresh."),
        Move("load", _R.FAILED, _R.BUILDING, "data integrator", "It is tried again."),
        Move(
            "loaded",
            _R.BUILDING,
            _R.READY,
            "Linkwell",
            "The file is written, closed and named by its digest.",
        ),
        *(
            Move("retire", state, _R.RETIRED, "Linkwell", "Something it held was taken out.")
            for state in (_R.READY, _R.FAILED)
        ),
        Move("load failed", _R.BUILDING, _R.FAILED, "Linkwell", "It could not be built; the reason is kept."),
    ),
)
