"""Files nested deeper than any reader goes are refused in words, wherever somebody else's file is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkwell.checking.drift import load_profile
from linkwell.checking.notices import load_notices
from linkwell.errors import WrongUse
from linkwell.primer import load_answers
from linkwell.specification.file import load
from linkwell.vault.custodian_keys import load_bundle

JSON = b'{"tables": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
TOML = b"title = " + b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    ("read", "data"),
    [(load_bundle, JSON), (load_profile, JSON), (load, TOML), (load_notices, TOML), (load_answers, TOML)],
    ids=lambda each: getattr(each, "__name__", "file"),
)
def test_a_deeply_nested_file_is_refused_plainly(
    read: Callable[[Path], object], data: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "deep"
    path.write_bytes(data)
    with pytest.raises(WrongUse):
        read(path)
