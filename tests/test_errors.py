"""What the system refuses is told in words, with an exit code that says whether to try again."""

import errno
import os

import pytest

from linkwell.errors import from_system


@pytest.mark.parametrize(
    ("number", "said", "code"),
    [
        (errno.ENOSPC, "disk is full", 3),
        (errno.EDQUOT, "disk is full", 3),
        (errno.EACCES, "may not be read or written", 3),
        (errno.EROFS, "may not be read or written", 3),
        (errno.EIO, "Input/output error", 3),
        (errno.ENOENT, "no such file", 2),
        (errno.EISDIR, "folder, where a file", 2),
    ],
)
def test_what_the_system_refused_is_said_in_words(number: int, said: str, code: int) -> None:
    found = from_system(OSError(number, os.strerror(number), "/home/somebody/private/people.csv"))
    assert said in found.what
    assert (found.exit_code, found.where, bool(found.fix)) == (code, "people.csv", True)


def test_a_temporary_name_is_not_what_a_person_looks_for() -> None:
    refused = OSError(errno.EACCES, "no", "/home/somebody/.report.pdf.part")
    assert from_system(refused).where == "report.pdf"


def test_a_refusal_without_a_name_or_a_number_is_said_too() -> None:
    assert from_system(OSError()).exit_code == 3
