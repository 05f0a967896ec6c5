"""Open one half of a sealed file without Linkwell: open_package.py FILE identity|content KEY.pem OUT_FOLDER
Needs Python 3.11 and `cryptography` 50. What else a receiver checks is in package-format.md."""

import base64
import json
import sys
from hashlib import sha384
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DER, INFO = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
RECORD = (1 << 20) + 16  # a mebibyte of plaintext and its tag
if not __debug__:
    sys.exit("Run it without -O: its checks are assertions.")
path, wanted, key_path, out = sys.argv[1:]
data = memoryview(Path(path).read_bytes())
# The cover page: signed, in its one form, and true of the bytes that follow it.
end = 23 + int.from_bytes(data[19:23])
page, start = bytes(data[23:end]), end + 2 + int.from_bytes(data[end : end + 2])
cover = json.loads(page)
sender = serialization.load_der_public_key(base64.b64decode(cover["sender_key"]))
sender.verify(bytes(data[end + 2 : start]), page, ECDSA(hashes.SHA384()))
assert (bytes(data[:19]), cover["format"]) == (b"LINKWELL-PACKAGE 1\n", "linkwell-package/1")
assert page == json.dumps(cover, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
for half in cover["compartments"]:
    assert not any(data[start : half["offset"]]), "something before a half"
    start = half["offset"] + half["sealed_bytes"]
    assert sha384(data[half["offset"] : start]).hexdigest() == half["sealed_sha384"], "damaged"
assert start == len(data), "something after the last half"
# One half: its header, the file key wrapped for our key, and its records in order up to the one marked last.
half = {each["name"]: each for each in cover["compartments"]}[wanted]
sealed, context = data[half["offset"] :][: half["sealed_bytes"]], f"{cover['package']}/{wanted}".encode()
header, label = bytes(sealed[: int.from_bytes(sealed[8:10])]), b"linkwell seal 1\0" + context
begins = b"LWSEAL\0\1" + header[8:10] + len(context).to_bytes(2) + context
assert header.startswith(begins), "sealed as something else"
prefix, commitment = header[len(begins) :][:7], header[len(begins) :][7:55]
key = serialization.load_pem_private_key(Path(key_path).read_bytes(), None)
mine = sha384(key.public_key().public_bytes(DER, INFO)).digest()
wrapped = header.partition(mine)[2]
suite = hpke.Suite(hpke.KEM.P384, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM)
file_key = suite.decrypt(wrapped[2 : 2 + int.from_bytes(wrapped[:2])], key, label + b"\0" + mine)
derived, plain = HKDF(hashes.SHA384(), 80, prefix, label).derive(file_key), bytearray()
assert derived[32:] == commitment, "another file key than the others were given"
for number, at in enumerate(range(len(header), len(sealed), RECORD)):
    nonce = prefix + number.to_bytes(4) + bytes([at + RECORD >= len(sealed)])
    plain += AESGCM(derived[:32]).decrypt(nonce, sealed[at : at + RECORD], header)
# The tables: each is what the cover page says, and they are everything. Only now is anything written.
tables, at = {}, 0
for table in half["tables"]:
    tables[table["name"]], at = memoryview(plain)[at : at + table["bytes"]], at + table["bytes"]
    assert table["name"].isidentifier(), "a name that could leave the folder"
    assert sha384(tables[table["name"]]).hexdigest() == table["sha384"], "not the table that was sealed"
assert at == len(plain) > 0, "more inside than it says, or nothing"
for name, text in tables.items():
    Path(out, f"{name}.part").write_bytes(text)
    Path(out, f"{name}.part").rename(Path(out, f"{name}.csv"))
