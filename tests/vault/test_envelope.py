"""Sealing and opening streams: everything comes back, and nothing that was touched does."""

import io
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwell.vault import envelope
from linkwell.vault.envelope import RECORD_BYTES, TAG_BYTES, Unopenable, open_stream, read_header, seal_stream
from linkwell.vault.keys import PrivateKey, fingerprint, new_key

ZONE, RECOVERY, STRANGER = new_key(), new_key(), new_key()
CONTEXT = "00/identity"


def sealed(plaintext: bytes, *, context: str = CONTEXT, chunk: int = 1 << 16) -> bytes:
    sink = io.BytesIO()
    chunks = (plaintext[at : at + chunk] for at in range(0, len(plaintext), chunk))
    facts = seal_stream(chunks, sink, recipients=[ZONE.public_key(), RECOVERY.public_key()], context=context)
    assert facts.sealed_bytes == len(sink.getvalue())
    assert facts.plaintext_bytes == len(plaintext)
    return sink.getvalue()


def opened(data: bytes, *, key: PrivateKey = ZONE, context: str = CONTEXT) -> bytes:
    return b"".join(open_stream(io.BytesIO(data), length=len(data), key=key, context=context))


@cache
def small() -> bytes:
    return sealed(b"record_key,client_ref\n" * 20)


@cache
def two_records() -> bytes:
    return sealed(bytes(range(256)) * (RECORD_BYTES // 256) + b"the second record")


def header_size(data: bytes) -> int:
    return len(read_header(io.BytesIO(data)).raw)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 600))
def test_what_is_sealed_opens_for_every_recipient_and_for_nobody_else(plaintext: bytes, chunk: int) -> None:
    data = sealed(plaintext, chunk=chunk)
    assert opened(data) == plaintext
    assert opened(data, key=RECOVERY) == plaintext
    with pytest.raises(Unopenable, match="not sealed to this key"):
        opened(data, key=STRANGER)


@pytest.mark.parametrize("size", [0, 1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1, 2 * RECORD_BYTES])
def test_sizes_around_a_record_come_back_whole(size: int) -> None:
    plaintext = b"x" * size
    data = sealed(plaintext)
    records = max(1, -(-size // RECORD_BYTES))
    assert len(data) == header_size(data) + size + records * TAG_BYTES
    assert opened(data) == plaintext


def test_every_single_bit_flip_of_a_small_stream_is_refused() -> None:
    data = small()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        at = bit // 8
        # the other recipient's part is associated data too: a flip there must stop us as well
        with pytest.raises(Unopenable):
            opened(bytes(flipped))
        assert at < len(data)


def test_every_truncation_and_any_addition_is_refused() -> None:
    data = small()
    for end in range(len(data)):
        with pytest.raises(Unopenable):
            opened(data[:end])
    with pytest.raises(Unopenable):
        opened(data + b"\0")


def test_records_cannot_be_dropped_swapped_or_repeated() -> None:
    data = two_records()
    start, size = header_size(data), RECORD_BYTES + TAG_BYTES
    header, first, last = data[:start], data[start : start + size], data[start + size :]
    for forged in (header + first, header + last, header + last + first, header + first + first + last):
        with pytest.raises(Unopenable):
            opened(forged)


def test_a_header_does_not_open_another_streams_records() -> None:
    one, other = small(), sealed(b"record_key,client_ref\n" * 20)
    with pytest.raises(Unopenable):
        opened(one[: header_size(one)] + other[header_size(other) :])


def test_a_stream_sealed_as_one_thing_does_not_open_as_another() -> None:
    with pytest.raises(Unopenable, match="another place"):
        opened(small(), context="00/content")


def test_recipients_cannot_be_swapped() -> None:
    data = small()
    (_, first), (_, second) = read_header(io.BytesIO(data)).recipients
    swapped = (
        data.replace(first, b"\0" * len(first)).replace(second, first).replace(b"\0" * len(first), second)
    )
    for key in (ZONE, RECOVERY):
        with pytest.raises(Unopenable):
            opened(swapped, key=key)


def test_a_recipient_given_another_file_key_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender cannot show the zone one plaintext and the recovery key another."""
    real = envelope.SEAL
    given_keys: list[bytes] = []

    class TwoFaced:
        def encrypt(self, file_key: bytes, key: object, info: bytes) -> bytes:
            given_keys.append(file_key)
            return real.encrypt(file_key if len(given_keys) == 1 else b"\1" * 32, key, info)  # type: ignore[arg-type]

    monkeypatch.setattr(envelope, "SEAL", TwoFaced())
    data = sealed(b"hello")
    monkeypatch.setattr(envelope, "SEAL", real)
    assert opened(data) == b"hello"
    with pytest.raises(Unopenable):
        opened(data, key=RECOVERY)


def test_nothing_is_yielded_after_a_record_that_does_not_verify() -> None:
    data = bytearray(two_records())
    data[-1] ^= 1
    got = []
    records = open_stream(io.BytesIO(data), length=len(data), key=ZONE, context=CONTEXT)
    got.append(next(records))
    with pytest.raises(Unopenable):
        next(records)
    assert next(records, None) is None
    assert [len(record) for record in got] == [RECORD_BYTES]  # which is why callers keep a temporary name


def test_a_stream_needs_a_recipient_and_not_too_many() -> None:
    for keys in ([], [ZONE.public_key()] * 17):
        with pytest.raises(ValueError, match="recipients"):
            seal_stream([b""], io.BytesIO(), recipients=keys, context=CONTEXT)


def test_the_header_names_its_recipients_by_fingerprint() -> None:
    names = [name for name, _ in read_header(io.BytesIO(small())).recipients]
    assert names == [fingerprint(key.public_key()) for key in (ZONE, RECOVERY)]
