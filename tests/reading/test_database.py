"""Databases are read, never written, and no message gives away the address, the password or a value."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from linkwell.errors import LinkwellError, TryAgain, WrongUse
from linkwell.reading.database import read_database
from linkwell.reading.database_address import Database, is_database

PEOPLE = [("C1", "Ana", "1980-04-15", 3.0, None), ("C2", "Tāmati", "1991-03-14", 2.5, b"\x00\x01")]

POSTGRESQL = os.environ.get("LINKWELL_DATABASE", "")  # set by scripts/with-postgres


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    path = tmp_path / "clients.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            'CREATE TABLE people ("Client ID" TEXT, Name TEXT, born DATE, visits REAL, photo BLOB)'
        )
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", reversed(PEOPLE))
        connection.execute('CREATE VIEW named AS SELECT "Client ID", Name FROM people')
        connection.execute("CREATE TABLE bare (x TEXT)")
    connection.close()
    return path


def of(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def query(folder: Path, sql: str, name: str = "ours.sql") -> str:
    (folder / name).write_text(sql, "utf-8")
    return str(folder / name)


def test_every_table_and_view_is_read_in_one_order_and_normal_form(clients: Path) -> None:
    tables = {table.origin.file: table for table in read_database(of(clients))}
    assert set(tables) == {"people", "named"}
    people = tables["people"]
    assert people.columns == ("Client ID", "Name", "born", "visits", "photo")
    assert people.rows == [("C1", "Ana", "1980-04-15", "3", ""), ("C2", "Tāmati", "1991-03-14", "2.5", "")]
    assert people.row_numbers == [1, 2]
    assert [notice.code for notice in people.notices] == ["binary_cells"]


def test_a_predefined_query_is_one_table_under_its_files_name(clients: Path, tmp_path: Path) -> None:
    asked = query(
        tmp_path, "-- ours\nSELECT Name, '9:30' AS at FROM people ORDER BY Name DESC;\n", "visits.sql"
    )
    (table,) = read_database(of(clients), [asked])
    assert table.origin.file == "visits"
    assert table.rows == [("Tāmati", "9:30"), ("Ana", "9:30")]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM people",
        "SELECT 1; DELETE FROM people",
        "UPDATE people SET Name = ''",
        "PRAGMA query_only = OFF",
        "WITH gone AS (SELECT 1) DELETE FROM people",
        "",
    ],
)
def test_nothing_that_could_write_is_run(clients: Path, tmp_path: Path, sql: str) -> None:
    before = clients.read_bytes()
    with pytest.raises(WrongUse):
        read_database(of(clients), [query(tmp_path, sql)])
    assert clients.read_bytes() == before


def test_a_message_names_neither_password_nor_value_nor_path(tmp_path: Path, clients: Path) -> None:
    secret = Database("postgresql://reader:hunter2@127.0.0.1:1/clients")
    with pytest.raises(TryAgain) as refusal:
        read_database(secret, ["people"])
    said = f"{refusal.value} {refusal.value.as_dict()} {secret!r} {secret}"
    assert "hunter2" not in said
    assert "reader" not in said
    with pytest.raises(WrongUse) as refusal_2:
        read_database(of(clients), [query(tmp_path, "SELECT missing FROM people WHERE Name = 'Ana Secret'")])
    assert "Secret" not in str(refusal_2.value)
    assert str(tmp_path) not in str(refusal_2.value)


@pytest.mark.parametrize(
    ("url", "queries", "what"),
    [
        ("mssql://server/clients", [], "not read directly"),
        ("sqlite:///none.db", [], "no such file"),
        ("sqlite:///{folder}/clients.db", ["children"], "no table or view"),
        ("sqlite:///{folder}/clients.db", ["bare"], "no rows of data"),
        ("sqlite:///{folder}/clients.db", ["none.sql"], "cannot be read"),
        ("sqlite:///{folder}/notes.txt", [], "refused"),
        ("a b://clients", [], "not the address"),
    ],
)
def test_a_wrong_address_or_query_is_said_plainly(
    url: str, queries: list[str], what: str, clients: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all, only notes\n" * 50)
    with pytest.raises(LinkwellError, match=what):
        read_database(Database(url.format(folder=clients.parent)), queries)


def test_an_address_is_told_from_a_file() -> None:
    assert is_database("postgresql+psycopg://reader@server/clients")
    assert not is_database("clients.xlsx")
    assert not is_database("C:\\exports\\clients.xlsx")


@pytest.fixture
def postgres() -> Iterator[sqlalchemy.URL]:
    url = sqlalchemy.make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text("CREATE TABLE clients_here (id TEXT, born DATE, dollars NUMERIC(9, 2))")
        )
        connection.execute(
            sqlalchemy.text("INSERT INTO clients_here VALUES ('C2', '1991-03-14', 2.50), ('C1', NULL, 3.00)")
        )
    yield url
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP TABLE clients_here"))
    engine.dispose()


if POSTGRESQL:

    def test_postgresql_is_read_and_holds_us_to_reading(postgres: sqlalchemy.URL, tmp_path: Path) -> None:
        database = Database(postgres.render_as_string(hide_password=False))
        (table,) = read_database(database, ["clients_here"])
        assert table.rows == [("C1", "", "3"), ("C2", "1991-03-14", "2.50")]
        for sql in (
            "WITH gone AS (DELETE FROM clients_here RETURNING id) SELECT id FROM gone",
            "SELECT set_config('transaction_read_only', 'off', true), id FROM clients_here",
            "SELECT id INTO taken FROM clients_here",
            "SELECT nextval('none')",
        ):
            with pytest.raises(LinkwellError):
                read_database(database, [query(tmp_path, sql)])
        (again,) = read_database(database, ["clients_here"])
        assert again.rows == table.rows
