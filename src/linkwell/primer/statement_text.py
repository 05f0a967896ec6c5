"""The words of a privacy statement, out of a text file, a web page or a Word document."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from pathlib import Path

from linkwell.errors import TryAgain, WrongUse

MOST_BYTES = 5_000_000


def text_of(path: Path) -> str:
    """The words of a text file, web page or Word document.

    Raises:
        WrongUse: there is no such file, or it is none of these.
        TryAgain: it cannot be opened.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WrongUse("There is no such file.", where=str(path)) from None
    except OSError as error:
        raise TryAgain(f"The file cannot be opened ({error.strerror}).", where=path.name) from None
    return words_of(data, path.name)


def words_of(data: bytes, name: str) -> str:
    """The same of a file already read; `name` is used in errors.

    Raises:
        WrongUse: it is none of these, or too large to be one.
    """
    if len(data) > MOST_BYTES:
        raise WrongUse("The file is too large to be a privacy statement.", where=name)
    if data.startswith(b"PK"):
        return _word_text(data, name)
    if data.startswith(b"%PDF") or b"\0" in data:
        raise WrongUse(
            "This file cannot be read as text.",
            where=name,
            fix="Save it as a Word document or plain text.",
        )
    text = data.decode("utf-8", "replace")
    return _without_marks(text) if "<html" in text[:2000].lower() else text


def _word_text(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            body = part.read(MOST_BYTES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, EOFError):
        raise WrongUse("This is not a Word document that can be read.", where=name) from None
    return _without_marks(body.replace("</w:p>", "\n"))


def _without_marks(text: str) -> str:
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?w:r[ >][^>]*>|</?span[^>]*>", "", text)))
