"""Open one half of a sealed file without Linkwell: open_package.py FILE identity|content KEY.pem OUT_FOLDER

Needs only Python and `cryptography` 50 or later. Written from package-format.md. It checks the manifest's
signature by the key the manifest names; whether that key is the sender's own, compare by its fingerprint.
"""

import base64
import hashlib
import json
import pathlib
import re
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD, TAG, LABEL = 1 << 20, 16, b"linkwell seal 1\0"
DER, INFO = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def field(file, layout):
    (size,) = struct.unpack(layout, file.read(struct.calcsize(layout)))
    return file.read(size)


def unseal(file, length, key, context):
    """Yield the plaintext of one compartment, record by record."""
    magic, size = file.read(8), struct.unpack(">H", file.read(2))[0]
    assert magic == b"LWSEAL\0\1", "not a sealed stream"
    header = magic + struct.pack(">H", size) + file.read(size - 10)
    at = 12 + struct.unpack(">H", header[10:12])[0]
    assert header[12:at] == context, "belongs elsewhere"
    prefix, commitment, count = header[at : at + 7], header[at + 7 : at + 55], header[at + 55]
    at, wrapped = at + 56, {}
    for _ in range(count):
        end = at + 50 + struct.unpack(">H", header[at + 48 : at + 50])[0]
        wrapped[header[at : at + 48]] = header[at + 50 : end]
        at = end
    mine = hashlib.sha384(key.public_key().public_bytes(DER, INFO)).digest()
    suite = Suite(KEM.P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM)
    file_key = suite.decrypt(wrapped[mine], key, LABEL + context + b"\0" + mine)
    derived = HKDF(hashes.SHA384(), 80, prefix, LABEL + context).derive(file_key)
    assert derived[32:] == commitment, "another file key than the others were given"
    cipher, left, number = AESGCM(derived[:32]), length - size, 0
    while left:
        body = file.read(min(left, RECORD + TAG))
        left -= len(body)
        yield cipher.decrypt(prefix + struct.pack(">IB", number, left == 0), body, header)
        number += 1


def main(path, half_name, key_path, out):
    with pathlib.Path(path).open("rb") as file:
        assert file.read(19) == b"LINKWELL-PACKAGE 1\n", "not a sealed file"
        page, signature = field(file, ">I"), field(file, ">H")
        manifest = json.loads(page)
        sender = serialization.load_der_public_key(base64.b64decode(manifest["sender_key"]))
        sender.verify(signature, page, ec.ECDSA(hashes.SHA384()))
        halves = {each["name"]: each for each in manifest["compartments"]}
        assert not any(file.read(halves["identity"]["offset"] - file.tell())), "something in the padding"
        half = halves[half_name]
        key = serialization.load_pem_private_key(pathlib.Path(key_path).read_bytes(), None)
        file.seek(half["offset"])
        context = f"{manifest['package']}/{half_name}".encode()
        plaintext = b"".join(
            unseal(file, half["sealed_bytes"], key, context)
        )  # small files; stream large ones
    tables, at = {}, 0
    for table in half["tables"]:
        data, at = plaintext[at : at + table["bytes"]], at + table["bytes"]
        assert hashlib.sha384(data).hexdigest() == table["sha384"], "not what the manifest says"
        assert re.fullmatch("[a-z][a-z0-9_]{0,62}", table["name"]), "a name that is none"
        tables[table["name"]] = data
    assert at == len(plaintext), "more inside than it says"
    for name, data in tables.items():  # only now that everything has verified
        pathlib.Path(out, name + ".csv").write_bytes(data)
        print(f"{name}.csv: {len(data)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
