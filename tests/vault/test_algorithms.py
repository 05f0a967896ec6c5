"""Only algorithms on the NZISM's list protect data: every primitive any room names is looked up here, vault,
manifest, receipts, ledger and pseudonyms included.
"""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from linkwell.vault import algorithms

SOURCE = Path(__file__).parents[2] / "src" / "linkwell"

# What may be named, and where a name on no list is allowed and why.
APPROVED = {
    "SHA384", "sha384", "SECP384R1", "ECDSA", "AESGCM", "P384", "HKDF_SHA384", "AES_256_GCM", "HKDF", "ECDH",
    "AES256",
}  # fmt: skip
EXCEPTIONS = {
    ("custody/supplies/arrivals.py", "sha1"): "tus: damage on the line, never evidence of anything",
    ("custody/supplies/arrivals.py", "sha256"): "tus: damage on the line, never evidence of anything",
    ("custody/signin/totp.py", "sha1"): "sign-in: what authenticator apps compute (RFC 6238)",
    **{
        (
            f"confidentiality/output_check/{name}.py",
            "sha256",
        ): "what ACRO, another tool, wrote of its own files"
        for name in ("acro_results", "check", "opening")
    },
    ("linkage/clerical.py", "sha256"): "draws a sample of pairs to look at; protects nothing",
}
NAMED_BY_A_VARIABLE = {"custody/supplies/arrivals.py"}  # only of arrivals.CHECKSUMS, the exceptions above
ONE_BLOCK_PRF = {"integration/ids.py", "confidentiality/rounding.py"}  # AES-256 on distinct single blocks
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
KNOWN = ALGORITHMS | hashlib.algorithms_available
_WORTH_PARSING = re.compile(r"\b(?:" + "|".join(map(re.escape, KNOWN | {"hashlib.new", "modes"})) + r")\b")


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


@cache
def modules() -> dict[str, ast.Module]:
    """Every module whose text has one of the names at all, parsed."""
    found = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in SOURCE.rglob("*.py")}
    return {place: ast.parse(text) for place, text in found.items() if _WORTH_PARSING.search(text)}


def test_every_room_names_only_approved_algorithms() -> None:
    rooms = {place.partition("/")[0] for place in modules()}
    assert rooms >= {"vault", "ledger", "supply", "intake", "integration", "confidentiality", "custody"}
    wrong = {
        (place, name)
        for place, tree in modules().items()
        for name in (named(tree) & KNOWN) - APPROVED
        if (place, name) not in EXCEPTIONS
    }
    assert wrong == set()


def test_every_exception_is_still_needed() -> None:
    used = {(place, name) for place, _ in EXCEPTIONS for name in named(modules()[place])}
    assert set(EXCEPTIONS) <= used


def test_no_algorithm_is_chosen_by_a_variable_and_no_mode_but_gcm_is_used() -> None:
    chosen, modes = set(), set()
    for place, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) == ("hashlib", "new"):
                    chosen.add(place)
                if node.value.id == "modes":
                    modes.add((place, node.attr))
    assert chosen == NAMED_BY_A_VARIABLE
    in_pieces = {("confidentiality/copies.py", "GCM")}  # what AESGCM does, without a second copy in memory
    assert modes == {(place, "ECB") for place in ONE_BLOCK_PRF} | in_pieces
    assert set(arrivals_checksums()) == {"sha1", "sha256", "sha384", "sha384-whole"}


def arrivals_checksums() -> list[str]:
    """Read from the source: custody loads Django, which this room does without."""
    tree = ast.parse((SOURCE / "custody/supplies/arrivals.py").read_text("utf-8"))
    found = next(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "CHECKSUMS"
    )
    assert isinstance(found, ast.Dict)
    return [key.value if isinstance(key, ast.Constant) else "sha384-whole" for key in found.keys]


@pytest.mark.parametrize("room", ["vault", "ledger", "supply", "intake"])
def test_no_module_reaches_for_randomness_that_is_not_the_systems(room: str) -> None:
    for path in (SOURCE / room).glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        assert not imported & {"random", "numpy"}


def test_the_suite_is_p384_sha384_and_aes_256() -> None:
    assert isinstance(algorithms.CURVE, ec.SECP384R1)
    assert algorithms.HASH.name == "sha384"
    assert hashlib.sha384().digest_size == algorithms.DIGEST_BYTES
    assert all("NZISM" in rule for rule in algorithms.APPROVED.values())
