"""The states of an output."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class OutputState(StrEnum):
    """Where an output stands."""

    ANALYSING = "analysing"
    FAILED = "failed"
    READY = "ready to check"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUSED = "refused"


_O = OutputState

OUTPUT = Machine(
    "output",
    OutputState,
    {
        _O.ANALYSING: "The insights are being worked out on de-identified data.",
        _O.FAILED: "It could not be worked out; the reason is kept.",
        _O.READY: "Worked out, and seen by nobody outside. An output checker decides.",
        _O.RELEASING: "Every number is being made safe: rounded, small ones hidden, set beside earlier ones.",
        _O.RELEASED: "Checked and released. The provider can read it.",
        _O.REFUSED: "Not released, for the reason given.",
    },
    (
        Move("analyse", None, _O.ANALYSING, "analyst", "An analyst named in the project starts it."),
        Move("analyse", _O.FAILED, _O.ANALYSING, "analyst", "It is tried again."),
        Move("analysed", _O.ANALYSING, _O.READY, "Linkwell", "It is worked out."),
        Move("analyse failed", _O.ANALYSING, _O.FAILED, "Linkwell", "It could not be worked out."),
        Move("release", _O.READY, _O.RELEASING, "output checker", "Somebody else approves it."),
        Move("refuse", _O.READY, _O.REFUSED, "output checker", "The checker says no, with a reason."),
        *(Move("taken out", state, _O.REFUSED, "Linkwell", "Something it was worked out from was taken out.")
          for state in (_O.READY, _O.FAILED)),
        Move("released", _O.RELEASING, _O.RELEASED, "Linkwell", "It is published and in the release record."),
        Move("rule refused", _O.RELEASING, _O.REFUSED, "Linkwell", "A rule of the release desk says no."),
        Move("referred", _O.RELEASING, _O.READY, "Linkwell", "The release desk leaves it to a person."),
        Move("release failed", _O.RELEASING, _O.READY, "Linkwell", "Our fault: it can be tried again."),
    ),
)  # fmt: skip
