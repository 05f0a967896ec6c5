"""A database at the desk: looked into, read only, its password nowhere but in memory."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.desk.conftest import Visitor
from tests.provider_files import people, visits

from linkwell.desk.desk import Desk
from linkwell.desk.views import database as database_view

POSTGRESQL = os.environ.get("LINKWELL_DATABASE", "")  # set by scripts/with-postgres
PASSWORD = "correct-horse-battery-staple"
HEADINGS = {"Client number": "key", "First name": "first", "Surname": "last", "Date of birth": "dob",
            "Gender": "gender", "NHI": "nhi", "Start date": "start"}  # fmt: skip


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """Ten people and their visits in a SQLite file, and a table nobody needs."""
    folder = tmp_path / "ours"
    folder.mkdir()
    path = folder / "clients.db"
    came = {"Client number": "key", "Service": "type", "Visit date": "date", "Attended": "came"}
    with sqlite3.connect(path) as connection:
        for name, headings, columns in (("people", HEADINGS, people()), ("visits", came, visits())):
            named = ", ".join(f'"{heading}" TEXT' for heading in headings)
            connection.execute(f"CREATE TABLE {name} ({named})")
            rows = zip(*(columns[kind] for kind in headings.values()), strict=True)
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(headings))})", rows)
        connection.execute("CREATE TABLE settings (colour TEXT)")
    connection.close()
    return path


def looked_into(visitor: Visitor, address: str, password: str = "") -> str:
    answer = visitor.press("/files/database/", address=address, password=password)
    return str(answer.content.decode())


def chosen(visitor: Visitor, path: Path) -> None:
    page = looked_into(visitor, str(path))
    assert "settings" in page
    answer = visitor.press("/files/database/tables/", table=["0", "2"])
    assert "Chosen: people, visits." in answer.content.decode()


def change(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


def on_disk(desk: Desk) -> bytes:
    return b"".join(path.read_bytes() for path in desk.workspace.path.rglob("*") if path.is_file())


def test_a_database_walks_the_road_and_is_asked_again_by_each_check(
    visitor: Visitor, desk: Desk, clients: Path
) -> None:
    chosen(visitor, clients)
    assert "2 tables chosen" in visitor.text("/")
    assert "people (in clients.db)" in visitor.text("/describe/")
    visitor.press("/describe/start/")
    assert desk.specification().table("interaction") is not None
    assert "10 people are ready to go" in visitor.press("/check/").content.decode()
    assert desk.check_is_fresh
    visitor.press("/look/")
    change(clients, "DELETE FROM people WHERE \"Client number\" = 'C001'")
    said = visitor.press("/hand/over/").content.decode()
    assert "Your files are ready to hand over" in said  # what was checked and seen is what goes
    assert "9 people are ready to go" in visitor.press("/check/").content.decode()


def test_a_desk_opened_again_asks_the_database_before_it_hands_over(
    visitor: Visitor, desk: Desk, clients: Path
) -> None:
    chosen(visitor, clients)
    visitor.press("/describe/start/")
    visitor.press("/check/")
    desk.forget_people()
    change(clients, "DELETE FROM people WHERE \"Client number\" = 'C001'")
    said = visitor.press("/hand/over/").content.decode()
    assert "Something had changed since the last check" in said
    assert "9 people go" in said


def test_a_database_is_found_beside_the_spreadsheets_and_taken_off_the_list(
    visitor: Visitor, desk: Desk, clients: Path
) -> None:
    (clients.parent / "ours.accdb").write_bytes(b"\x00\x01\x00\x00Standard ACE DB")
    visitor.press("/files/look/", typed="1", folder=str(clients.parent))
    assert "ours.accdb is an Access database" in visitor.text("/files/look/")
    answer = visitor.post("/files/look/", {"database": "0"}, follow=True)
    assert clients.as_posix() in answer.content.decode()
    chosen(visitor, clients)
    visitor.press("/files/", leave="1")
    assert (desk.choices.database, desk.choices.sources()) == ("", ())
    assert clients.exists()


def test_a_query_of_ones_own_is_read_as_a_table(visitor: Visitor, clients: Path) -> None:
    looked_into(visitor, str(clients))
    sql = SimpleUploadedFile("some people.sql", b"SELECT * FROM people WHERE \"Gender\" = 'F'")
    page = visitor.post("/files/database/tables/", {"queries": sql}, follow=True).content.decode()
    assert "Chosen: some people." in page
    visitor.press("/describe/start/")
    assert "5 people are ready to go" in visitor.press("/check/").content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [("clients", "This is not the address of a database."),
     ("mysql://reader@server/clients", "Databases of this kind (mysql) are not read directly."),
     ("postgresql://a@server/clients?password=x", "A password stands at the end of this address."),
     ("postgresql://a@127.0.0.1:1/clients", "The database could not be read"),
     ("sqlite:////nowhere/clients.db", "There is no such file")],
)  # fmt: skip
def test_a_wrong_address_is_said_plainly_and_chooses_nothing(
    visitor: Visitor, desk: Desk, address: str, said: str
) -> None:
    page = looked_into(visitor, address)
    assert said in page
    assert "LINKWELL_" not in page
    assert "pip install" not in page
    assert desk.choices.database == ""


def test_no_table_ticked_and_a_desk_that_has_forgotten_the_database_are_said(
    visitor: Visitor, desk: Desk, clients: Path
) -> None:
    looked_into(visitor, str(clients))
    assert "Tick at least one table" in visitor.press("/files/database/tables/").content.decode()
    desk.database_names = ()  # the desk was closed and opened
    assert visitor.get("/files/database/tables/").headers["Location"] == "/files/database/"


def test_where_no_driver_is_installed_the_page_says_what_to_do(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_view, "can_read_databases", lambda: False)
    page = visitor.text("/files/database/")
    assert "Linkwell on this computer has no part for databases yet" in page
    assert "Choose files instead" in page


def test_practice_with_invented_people_leaves_the_database(
    visitor: Visitor, desk: Desk, clients: Path
) -> None:
    chosen(visitor, clients)
    visitor.press("/practise/")
    assert desk.choices.database == ""


def test_a_password_is_in_no_page_no_file_and_gone_when_the_desk_is_closed(
    visitor: Visitor, desk: Desk
) -> None:
    address = f"postgresql://reader:{PASSWORD}@127.0.0.1:1/clients"
    assert PASSWORD not in looked_into(visitor, address)
    assert PASSWORD not in visitor.text("/files/database/")
    assert PASSWORD not in repr(desk)
    assert PASSWORD.encode() not in on_disk(desk)


if POSTGRESQL:

    def test_a_database_that_asks_for_a_password_is_read_and_the_password_kept_in_memory_only(
        visitor: Visitor, desk: Desk
    ) -> None:
        url = sqlalchemy.make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.begin() as connection:
                named = ", ".join(f'"{heading}" TEXT' for heading in HEADINGS)
                connection.execute(sqlalchemy.text(f"CREATE TABLE desk_people ({named})"))
                for row in zip(*(people()[kind] for kind in HEADINGS.values()), strict=True):
                    values = ", ".join("'" + cell.replace("'", "''") + "'" for cell in row)
                    connection.execute(sqlalchemy.text(f"INSERT INTO desk_people VALUES ({values})"))
                connection.execute(sqlalchemy.text(f"CREATE ROLE desk_reader LOGIN PASSWORD '{PASSWORD}'"))
                connection.execute(sqlalchemy.text("GRANT SELECT ON desk_people TO desk_reader"))
            bare = sqlalchemy.URL.create(
                url.drivername, "desk_reader", None, url.host, url.port, url.database, url.query
            )
            looked_into(visitor, bare.render_as_string(), PASSWORD)
            at = desk.database_names.index("desk_people")
            visitor.press("/files/database/tables/", table=str(at))
            visitor.press("/describe/start/")
            assert "10 people are ready to go" in visitor.press("/check/").content.decode()
            assert desk.password == PASSWORD
            assert PASSWORD.encode() not in on_disk(desk)
            visitor.press("/close/")
            assert desk.password == ""
        finally:
            with engine.begin() as connection:
                connection.execute(sqlalchemy.text("DROP TABLE IF EXISTS desk_people"))
                connection.execute(sqlalchemy.text("DROP ROLE IF EXISTS desk_reader"))
            engine.dispose()
