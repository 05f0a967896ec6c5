"""The states of a key an organisation signs with."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class KeyState(StrEnum):
    """Whether a signature by the key counts; ended keys have the time of it."""

    TRUSTED = "trusted"
    ENDED = "ended"


_K, _MANAGER = KeyState, "custodian manager"

KEY = Machine(
    "signing key",
    KeyState,
    {
        _K.TRUSTED: "Files signed with it are taken as the organisation's.",
        _K.ENDED: "Files signed with it are refused. It does not come back: a new key is enrolled.",
    },
    (
        Move("enrol", None, _K.TRUSTED, _MANAGER, "Its fingerprint was read out over the phone."),
        *(
            Move("end", state, _K.ENDED, _MANAGER, "It is ended; ending it again changes nothing.")
            for state in _K
        ),
    ),
)
