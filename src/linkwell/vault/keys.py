"""P-384 keys: made, kept in files only their owner can read, named by fingerprints to read aloud."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from linkwell.errors import WrongUse
from linkwell.vault.algorithms import CURVE, SIGNATURE
from linkwell.vault.zones import write_whole

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey

SENDER_KEY = "sender.key.pem"
SENDER_PUBLIC_KEY = "sender.pub.pem"


def new_key() -> PrivateKey:
    """A fresh P-384 private key."""
    return ec.generate_private_key(CURVE)


def fingerprint(key: PublicKey) -> str:
    """Hex SHA-384 of the DER form; `openssl pkey -pubin -outform DER | sha384sum` gives the same."""
    return hashlib.sha384(public_der(key)).hexdigest()


def spoken(full_fingerprint: str) -> str:
    """The first 128 bits of a fingerprint in eight groups of four, to compare over the phone."""
    return " ".join(full_fingerprint[at : at + 4] for at in range(0, 32, 4))


def public_der(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo in DER, with an uncompressed point."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key: PublicKey) -> str:
    """SubjectPublicKeyInfo in PEM."""
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode("ascii")


def public_text(key: PublicKey) -> str:
    """The DER form in base64 on one line, as manifests and receipts carry it."""
    return base64.b64encode(public_der(key)).decode("ascii")


def read_public_key(key: bytes | str) -> PublicKey:
    """Read a P-384 public key in PEM, DER, or base64 of DER.

    Raises:
        WrongUse: not a public key, or on another curve.
    """
    data = key.encode("utf-8") if isinstance(key, str) else key
    try:
        if data.lstrip().startswith(b"-----"):
            found = serialization.load_pem_public_key(data)
        else:
            der = data if data[:1] == b"\x30" else base64.b64decode(data, validate=True)
            found = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise _not_a_key("public") from None
    if not isinstance(found, ec.EllipticCurvePublicKey) or found.curve.name != CURVE.name:
        raise _not_a_key("public")
    return found


def write_private_key(path: Path, key: PrivateKey) -> None:
    """Write a private key whole, as unencrypted PKCS #8 PEM with mode 0600."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(path, pem)


def read_private_key(path: Path) -> PrivateKey:
    """Read a private key that only its owner can read.

    Raises:
        WrongUse: no such file, others can read it, not a private key, or on another curve.
    """
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except FileNotFoundError:
        raise WrongUse(
            "A private key is missing.", where=path.name, fix="Put the key file back, or make new keys."
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise WrongUse(
            "A private key can be read by other people on this computer.",
            where=path.name,
            why="Whoever can read it can open or sign in its owner's name.",
            fix=f"chmod 600 {path.name}; if others may have read it, make new keys.",
        )
    try:
        found = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _not_a_key("private") from None
    if not isinstance(found, ec.EllipticCurvePrivateKey) or found.curve.name != CURVE.name:
        raise _not_a_key("private")
    return found


def kept_key(path: Path) -> PrivateKey:
    """The private key kept at `path`, made on first use."""
    if not path.exists():
        write_private_key(path, new_key())
    return read_private_key(path)


def sender_key(workspace: Path) -> PrivateKey:
    """The provider's own signing key, made in its workspace on first use; never leaves that computer.

    Its public half is written beside it (`sender.pub.pem`) for the custodian to enrol.
    """
    key = kept_key(workspace / SENDER_KEY)
    public = workspace / SENDER_PUBLIC_KEY
    if not public.exists():
        write_whole(public, public_pem(key.public_key()).encode("ascii"), mode=0o644)
    return key


def sign(key: PrivateKey, data: bytes) -> bytes:
    """ECDSA P-384 over SHA-384 of `data`, DER encoded (what `openssl dgst -sha384 -verify` takes)."""
    return key.sign(data, SIGNATURE)


def signature_holds(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether `signature` is the holder of `key`'s signature of `data`."""
    try:
        key.verify(signature, data, SIGNATURE)
    except InvalidSignature:
        return False
    return True


def _not_a_key(kind: str) -> WrongUse:
    return WrongUse(f"This is not a {kind} key Linkwell can use: it must be on the curve P-384.")
