"""Every copy with anything of anybody's is on the list: nothing about a person lies anywhere else."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.desk.conftest import Visitor

from linkwell.desk.copies import copies
from linkwell.desk.desk import Desk

# of one invented person: number, NHI, phone, birth date as typed and as sent, name, and words of a note
OF_CHEN = (b"EX-003", b"ZAC5361", b"021 000 0003", b"08/07/2001", b"2001-07-08", b"Chen", b"Works late")


def walked(visitor: Visitor, desk: Desk) -> None:
    """Every page that writes anything, once."""
    visitor.press("/describe/words/person/gender/", word0="M", code0="3")
    visitor.press("/describe/undo/")
    visitor.press("/describe/not-held/", id="person.ird", reason="Not asked.", review="1/7/2027", save="1")
    visitor.press("/describe/sensitive/", sensitive="Steady Steps")
    workbook = b"".join(visitor.get("/describe/save/xlsx/").streaming_content)
    visitor.press("/describe/back/", file=SimpleUploadedFile("back.xlsx", workbook))
    visitor.press("/ready/papers/")
    visitor.press("/ready/statement/", text="We are a trust.")
    visitor.press(
        "/people/told/statement/", version="1", shown_from="1/1/2020", names_stats_nz="yes", channel="form"
    )
    visitor.press("/people/told/")
    visitor.press(
        "/people/no/", client_key="EX-003", first_name="Chen", last_name="Model", born="8 July 2001"
    )
    visitor.press("/people/no/undo/")
    visitor.press("/people/no/off/", client_key="EX-003")
    visitor.post("/people/no/", {"client_key": "EX-003"}, headers={"X-Linkwell-Autosave": "1"})
    visitor.press("/people/no/off/", client_key="EX-003")
    visitor.press("/check/")
    visitor.press("/look/person/", number="EX-003")
    visitor.press("/look/")
    visitor.press("/hand/over/")
    visitor.press("/hand/over/arrived/", service="x", reference="y", day="1/7/2026")
    visitor.text("/totals/")
    visitor.text("/check/outlook/")


def readable(path: Path) -> Iterator[bytes]:
    """What can be read in a file, and in what is packed into it."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())


def test_whatever_can_be_read_of_anybody_is_on_the_list_and_can_be_deleted(
    checked: Visitor, desk: Desk
) -> None:
    walked(checked, desk)
    listed = [copy.path for copy in copies(desk.workspace) if copy.personal]
    holding = {
        path
        for path in desk.workspace.path.rglob("*")
        if path.is_file() and any(value in data for data in readable(path) for value in OF_CHEN)
    }
    assert holding, "the walk wrote something"
    assert [path for path in holding if not any(path.is_relative_to(each) for each in listed)] == []
    checked.press("/copies/delete/", which="personal", sure="yes")
    assert [path for path in holding if path.exists()] == []
