"""A passkey device made of software: it makes and uses P-256 passkeys as a browser would hand them on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

_FLAGS = AuthenticatorData.FLAG


@dataclass
class Device:
    """One device with one key. `verifies` is whether it unlocks itself for its person."""

    origin: str = "http://localhost"
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _flags(self) -> _FLAGS:
        return _FLAGS.UP | (_FLAGS.UV if self.verifies else _FLAGS(0))

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to make a passkey."""
        asked = options["publicKey"]
        said = CollectedClientData.create("webauthn.create", asked["challenge"], self.origin)
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(
            sha256(asked["rp"]["id"].encode()), self._flags() | _FLAGS.AT, self.count, credential
        )
        made = AttestationObject.create("none", data, {})
        return self._answer(said, attestationObject=websafe_encode(made))

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to sign."""
        asked = options["publicKey"]
        self.count += 1
        said = CollectedClientData.create("webauthn.get", asked["challenge"], self.origin)
        data = AuthenticatorData.create(sha256(asked["rpId"].encode()), self._flags(), self.count)
        signature = self.key.sign(data + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(said, authenticatorData=websafe_encode(data), signature=websafe_encode(signature))

    def _answer(self, said: CollectedClientData, **rest: str) -> dict[str, Any]:
        name = websafe_encode(self.id)
        response = {"clientDataJSON": websafe_encode(said), **rest}
        return {"id": name, "rawId": name, "type": "public-key", "response": response,
                "clientExtensionResults": {}}  # fmt: skip
