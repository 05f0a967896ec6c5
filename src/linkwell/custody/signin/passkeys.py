"""Passkeys by WebAuthn: making one and using one, each in two halves around the browser.

The device must have unlocked itself for its person (user verification), so a passkey is two factors in one.
Attestation is not asked for: which make of device somebody owns is not our business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from linkwell.custody.home import current_home
from linkwell.custody.organisations.models import Person
from linkwell.custody.signin import factors
from linkwell.custody.signin.models import Passkey
from linkwell.custody.signin.sealing import keyed_hash
from linkwell.errors import LinkwellError, WrongUse

_UV = UserVerificationRequirement.REQUIRED
State = dict[str, Any]
"""What is kept in the session between the halves: the challenge and what was asked for."""


@dataclass(frozen=True)
class Site:
    """Where the browser is: its host, which passkeys are bound to, and the whole origin."""

    host: str
    origin: str

    def server(self) -> Fido2Server:
        """Checks answers for this very origin."""
        party = PublicKeyCredentialRpEntity(name=current_home().name, id=self.host)
        return Fido2Server(party, verify_origin=lambda origin: origin == self.origin)


def begin_making(person: Person, site: Site) -> tuple[dict[str, Any], State]:
    """What the browser is asked to make: (options as JSON, state)."""
    user = PublicKeyCredentialUserEntity(
        id=bytes.fromhex(keyed_hash(str(person.pk), purpose="passkey user"))[:32],  # says nothing of anybody
        name=person.username,
        display_name=person.name,
    )
    options, state = site.server().register_begin(
        user,
        credentials=_descriptors(person),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=_UV,
    )
    return dict(options), dict(state)


def finish_making(person: Person, site: Site, state: State, answer: Mapping[str, Any], name: str) -> Passkey:
    """Check what the browser made, and keep it.

    Raises:
        WrongUse: it does not answer what was asked.
    """
    try:
        made = site.server().register_complete(state, dict(answer))
    except Exception as error:  # noqa: BLE001  the answer is the browser's: whatever is wrong with it, it is no passkey
        raise _refused(error) from None
    credential = made.credential_data
    if credential is None:
        raise _refused(ValueError())
    return factors.add_passkey(
        person,
        name=name,
        credential_id=websafe_encode(credential.credential_id),
        credential=bytes(credential),
        sign_count=made.counter,
    )


def begin_using(site: Site, person: Person | None) -> tuple[dict[str, Any], State]:
    """What the browser is asked to sign: by one of the person's passkeys, or by any it holds for us."""
    descriptors = _descriptors(person) if person else None
    options, state = site.server().authenticate_begin(descriptors, user_verification=_UV)
    return dict(options), dict(state)


def named_in(answer: Mapping[str, Any]) -> Passkey | None:
    """The passkey a browser's answer says it used; nothing is proved yet."""
    said = str(answer.get("id", ""))[:1400]
    return Passkey.objects.select_related("person").filter(credential_id=said).first()


def check_of(site: Site, state: State, answer: Mapping[str, Any]) -> Callable[[Person], bool]:
    """The check `proof.attempt(passkey=…)` makes: the answer is signed by a passkey of this person."""

    def holds(person: Person) -> bool:
        passkey = named_in(answer)
        if passkey is None or passkey.person_id != person.pk:
            return False
        try:
            site.server().authenticate_complete(
                state, [AttestedCredentialData(bytes(passkey.credential))], dict(answer)
            )
            counter = AuthenticationResponse.from_dict(dict(answer)).response.authenticator_data.counter
        except LinkwellError:
            raise
        except Exception:  # noqa: BLE001  whatever is wrong with a browser's answer, it proves nothing
            return False
        return factors.use_passkey(passkey, counter)

    return holds


def _descriptors(person: Person) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(passkey.credential_id)
        )
        for passkey in person.passkeys.all()
    ]


def _refused(error: Exception) -> WrongUse:
    return WrongUse(
        "This passkey could not be kept.",
        why=f"The browser's answer does not fit what was asked ({type(error).__name__}).",
        fix="Load the page again and try once more.",
    )
