"""Write values as bytes, so that the same content has the same fingerprint on every machine.

RFC 8785 (JSON Canonicalization Scheme) without fractions: UTF-8, no spaces, keys sorted by UTF-16 code unit,
integers within ±(2^53 - 1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LARGEST_INTEGER = 2**53 - 1


def canonical_json(obj: Any) -> bytes:
    """Write `obj` as UTF-8 JSON with sorted keys and no spaces.

    Args:
        obj: mappings with text keys, lists or tuples, text, integers, booleans and None.

    Raises:
        TypeError: a float, a key that is not text or any other type. Floats are refused because their text
            differs between languages; write amounts as integers or text.
        ValueError: text that is not valid Unicode (a lone surrogate), or an integer other readers would
            round.
    """
    return json.dumps(_stable(obj), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest(obj: Any) -> str:
    """Hex SHA-384 of the canonical bytes of `obj`."""
    return hashlib.sha384(canonical_json(obj)).hexdigest()


def parse_canonical(data: bytes) -> Any:
    """Read canonical bytes back.

    Bytes that are JSON but not canonical are refused, so that two readers can never see two different
    values in the same signed bytes (doubled keys, 1.0 for 1).

    Raises:
        ValueError: not JSON, or not in canonical form.
    """
    try:
        value = json.loads(data)
        again = canonical_json(value)
    except (TypeError, RecursionError):
        raise ValueError("not canonical JSON") from None
    if again != data:
        raise ValueError("not canonical JSON")
    return value


def _stable(obj: Any) -> Any:
    if obj is None or isinstance(obj, str | bool):
        return obj
    if isinstance(obj, int):
        if abs(obj) > LARGEST_INTEGER:
            raise ValueError("canonical JSON holds no integer beyond 2^53 - 1")
        return int(obj)
    if isinstance(obj, Mapping):
        for key in obj:
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON needs text keys, not {type(key).__name__}")
        return {key: _stable(obj[key]) for key in sorted(obj, key=_utf16)}
    if isinstance(obj, list | tuple):
        if set(map(type, obj)) == {int}:  # row numbers, and many of them: the ends speak for all
            _stable(min(obj))
            _stable(max(obj))
            return obj
        return [_stable(value) for value in obj]
    raise TypeError(f"canonical JSON cannot hold a {type(obj).__name__}")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
