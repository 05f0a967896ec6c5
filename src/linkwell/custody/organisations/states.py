"""The states of somebody's sign-in, and of a key an organisation signs with."""

from enum import StrEnum

from linkwell.custody.machine import Machine, Move


class PersonState(StrEnum):
    """Whether somebody can sign in."""

    HERE = "here"
    ENDED = "ended"


class KeyState(StrEnum):
    """Whether a signature by the key counts; ended keys have the time of it."""

    TRUSTED = "trusted"
    ENDED = "ended"


_K, _P, _MANAGER = KeyState, PersonState, "custodian manager"

PERSON = Machine(
    "person",
    PersonState,
    {
        _P.HERE: "They sign in and do what their roles allow.",
        _P.ENDED: "They hold no role and cannot sign in. What they did stays in the record under their name.",
    },
    (
        Move("give a role", None, _P.HERE, _MANAGER, "They are entered with a first password."),
        Move("give a role", _P.HERE, _P.HERE, _MANAGER, "One role more; the password stays."),
        Move("give a role", _P.ENDED, _P.HERE, _MANAGER,
             "They are back: a first password again, a new second factor, and only the roles given now."),
        Move("take a role away", _P.HERE, _P.HERE, "custodian manager or provider lead",
             "They are signed out everywhere the same moment; with the last role the sign-in ends."),
        Move("end", _P.HERE, _P.ENDED, _MANAGER, "Every role, factor, session and token of theirs ends."),
        Move("unlock", _P.HERE, _P.HERE, _MANAGER, "A lock after too many failures is opened sooner."),
        Move("give a password", _P.HERE, _P.HERE, _MANAGER,
             "A forgotten password is replaced by a first one; the second factor stays with its owner."),
        Move("end sessions", _P.HERE, _P.HERE, "the person", "They sign out somewhere else."),
    ),
)  # fmt: skip

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
