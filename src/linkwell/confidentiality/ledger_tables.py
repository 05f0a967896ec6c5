"""The tables of the release ledger's file: rows can be added, never changed or removed."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE release (
    seq INTEGER PRIMARY KEY REFERENCES event (seq), release_id TEXT NOT NULL UNIQUE, family TEXT NOT NULL,
    request TEXT NOT NULL UNIQUE, content BLOB NOT NULL
);
CREATE TABLE block (
    seq INTEGER NOT NULL REFERENCES release (seq), place INTEGER NOT NULL, family TEXT NOT NULL, name TEXT
    NOT NULL, measure TEXT NOT NULL, counts BLOB NOT NULL, keys BLOB NOT NULL, sketches BLOB NOT NULL,
    small_persons BLOB NOT NULL, persons BLOB NOT NULL, shown BLOB NOT NULL, fates BLOB NOT NULL,
    means BLOB NOT NULL, sums BLOB NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (seq, place)
);
CREATE INDEX block_family ON block (family, seq, place);
CREATE TABLE people (seq INTEGER PRIMARY KEY, persons BLOB NOT NULL);
CREATE TABLE effect (
    seq INTEGER NOT NULL REFERENCES release (seq), family TEXT NOT NULL, name TEXT NOT NULL, outcome TEXT NOT
    NULL, treated INTEGER NOT NULL, comparison INTEGER NOT NULL, sums BLOB NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (seq, name)
);
CREATE TABLE refusal (reference TEXT PRIMARY KEY, made TEXT NOT NULL, project TEXT NOT NULL, reason TEXT NOT
NULL);
"""
BLOCK_COLUMNS = (
    "seq, name, measure, counts, keys, sketches, small_persons, persons, shown, fates, means, sums, digest"
)
EFFECT_COLUMNS = "seq, name, outcome, treated, comparison, sums, content"
TABLES = ("about", "event", "release", "block", "people", "effect", "refusal")
ENTRY_TABLES = ("event", "release", "people", "block", "effect")
"""What belongs to an entry, in the order its rows are put back."""

_KEYS = {
    "about": ("name",), "event": ("seq",), "release": ("seq", "release_id", "request"),
    "block": ("seq place",), "people": ("seq",), "effect": ("seq name",), "refusal": ("reference",),
}  # fmt: skip
"""What two rows of a table cannot share."""


def statements() -> list[str]:
    """SQL that lays the tables and forbids changes."""
    laid = [statement for statement in SCHEMA.split(";") if statement.strip()]
    laid += [_no_replacing(table) for table in TABLES]
    return laid + [
        f"CREATE TRIGGER {table}_{action} BEFORE {action} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the release ledger is append-only'); END"
        for table in TABLES
        for action in ("UPDATE", "DELETE")
    ]


def _no_replacing(table: str) -> str:
    """INSERT OR REPLACE takes a row's place without asking what guards deletion."""
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {alike})" for alike in map(_alike, _KEYS[table])
    )
    return (
        f"CREATE TRIGGER {table}_REPLACE BEFORE INSERT ON {table} WHEN {taken} "
        "BEGIN SELECT RAISE(ABORT, 'the release ledger is append-only'); END"
    )


def _alike(names: str) -> str:
    return " AND ".join(f"{name} = NEW.{name}" for name in names.split())
