"""Only algorithms on the NZISM's list protect data: every primitive these rooms name is looked up here."""

import ast
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from linkwell.vault import algorithms

SOURCE = Path(__file__).parents[2] / "src" / "linkwell"
ROOMS = ("vault", "ledger", "supply", "intake")

# What may be named, and where a name on no list is allowed and why.
APPROVED = {
    "SHA384", "sha384", "SECP384R1", "ECDSA", "AESGCM", "P384", "HKDF_SHA384", "AES_256_GCM", "HKDF", "ECDH",
}  # fmt: skip
# sha256 in tus.py is the transfer protocol's error detection on one chunk, never evidence of anything.
EXCEPTIONS = {("supply/tus.py", "sha256")}
PRIMITIVES = {
    name
    for module in ("hashes", "asymmetric.ec", "ciphers.aead", "ciphers.algorithms", "hpke")
    for name in dir(__import__(f"cryptography.hazmat.primitives.{module}", fromlist=["x"]))
}
SUITE_PARTS = {"X25519", "P256", "P384", "P521", "MLKEM768", "MLKEM1024", "MLKEM768_X25519", "MLKEM1024_P384",
               "HKDF_SHA256", "HKDF_SHA384", "HKDF_SHA512", "SHAKE128", "SHAKE256",
               "AES_128_GCM", "AES_256_GCM", "CHACHA20_POLY1305"}  # fmt: skip
FAMILIES = ("SHA", "MD5", "SM", "BLAKE", "SECP", "Brainpool", "SECT", "ChaCha", "AES")
ALGORITHMS = (
    SUITE_PARTS
    | {name for name in PRIMITIVES if name.startswith(FAMILIES)}
    | {"ECDSA", "ECDH", "TripleDES", "ARC4"}
)
MODULES = sorted(path for room in ROOMS for path in (SOURCE / room).glob("*.py"))


def named(tree: ast.AST) -> set[str]:
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return attributes | names | imported | (texts & hashlib.algorithms_available)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_names_only_approved_algorithms(path: Path) -> None:
    found = named(ast.parse(path.read_text("utf-8"))) & (ALGORITHMS | set(hashlib.algorithms_available))
    place = f"{path.parent.name}/{path.name}"
    assert {name for name in found if (place, name) not in EXCEPTIONS} <= APPROVED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_reaches_for_randomness_that_is_not_the_systems(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not imported & {"random", "numpy"}


def test_the_suite_is_p384_sha384_and_aes_256() -> None:
    assert isinstance(algorithms.CURVE, ec.SECP384R1)
    assert algorithms.HASH.name == "sha384"
    assert hashlib.sha384().digest_size == algorithms.DIGEST_BYTES
    assert all("NZISM" in rule for rule in algorithms.APPROVED.values())
