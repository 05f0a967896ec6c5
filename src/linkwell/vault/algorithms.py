"""The only cryptography Linkwell uses for data, in one place, each with the rule that approves it.

New Zealand Information Security Manual 3.9, section 17.2: AES-256, SHA-384, ECDSA and ECDH on P-384.
Nothing else is offered (17.2.17), so there is nothing to negotiate down to.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

CURVE = ec.SECP384R1()
HASH = hashes.SHA384()
SIGNATURE = ec.ECDSA(HASH)
SEAL = Suite(KEM.P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM)
"""RFC 9180, base mode: DHKEM(P-384, HKDF-SHA384), HKDF-SHA384, AES-256-GCM."""

DIGEST_BYTES = 48

APPROVED: dict[str, str] = {
    "AES-256 (GCM, and one-block PRF)": "NZISM 17.2: AES, 256 bits",
    "SHA-384 (digests, HMAC, HKDF)": "NZISM 17.2: SHA-2, 384 bits",
    "ECDSA P-384": "NZISM 17.2.22: P-384",
    "ECDH P-384": "NZISM 17.2.23: P-384",
}
