"""Tables of people as a script is given them: under numbers drawn anew each time, all of them or a part.

A part keeps the people of a household together, as far as the project knows of households: what a household
shares is nobody's own, and a script must not be able to learn it from who is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkwell.lab.refusals import Refusal
from linkwell.lab.sources import Shape, is_id

PEOPLE, HOMES, DRAWN = '"# people"', '"# homes"', '"# drawn"'
"""No table of a researcher is called so."""
HOUSEHOLD = "snz_household_uid"

Columns = list[tuple[str, str]]


def draw(
    connection: duckdb.DuckDBPyConnection, shapes: Mapping[str, Shape], tables: Sequence[str],
    *, secret: int, of: int, part: int,
) -> NDArray[np.int64]:  # fmt: skip
    """Draw part `part` of `of` of the people in `tables`, and give each a number.

    Returns:
        project ids, shape (n,): who is number 1, 2, ...
    """
    _gather(connection, shapes, tables)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {DRAWN} AS SELECT row_number() OVER (ORDER BY hash(snz_uid, $secret), "
        f"snz_uid) AS number, snz_uid FROM {PEOPLE} LEFT JOIN (SELECT snz_uid, min(hash(home, $secret)) AS "
        f"home FROM {HOMES} GROUP BY 1) USING (snz_uid) "
        "WHERE hash(coalesce(home, hash(snz_uid, $secret + 1)), $secret + 2) % $of = $part",
        {"secret": secret, "of": of, "part": part},
    )
    found = connection.execute(f"SELECT snz_uid FROM {DRAWN} ORDER BY number").fetchnumpy()["snz_uid"]
    return np.asarray(found, dtype=np.int64)


def _gather(
    connection: duckdb.DuckDBPyConnection, shapes: Mapping[str, Shape], tables: Sequence[str]
) -> None:
    """Everybody in these tables, and the households of all tables that know any."""
    all_of = " UNION ".join(f'SELECT snz_uid FROM "{table}" WHERE snz_uid > 0' for table in tables)
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {PEOPLE} AS {all_of}")
    knowing = [name for name, shape in shapes.items() if shape.people and HOUSEHOLD in shape.columns]
    homes = " UNION ".join(
        f'SELECT snz_uid, {HOUSEHOLD} AS home FROM "{name}" WHERE snz_uid > 0 AND {HOUSEHOLD} > 0'
        for name in knowing
    )
    nobody = "SELECT 0::BIGINT AS snz_uid, 0::BIGINT AS home WHERE false"
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {HOMES} AS {homes or nobody}")


def stream(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns) -> bytes:
    """A table's rows of the people drawn, under their numbers, as an Arrow stream; ids left out.

    Rows are in order of person and of everything else, so that a person's rows say nothing by their place.
    """
    import pyarrow.ipc

    told = [_told(name, kind) for name, kind in columns if not is_id(name)]
    rows: Any = connection.execute(
        f'SELECT {", ".join(["d.number AS snz_uid", *told])} FROM "{table}" t JOIN {DRAWN} d USING (snz_uid) '
        "ORDER BY ALL"
    ).to_arrow_table()
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def _told(name: str, kind: str) -> str:
    plain = f't."{name}"'
    return f'{plain}::DOUBLE AS "{name}"' if kind.startswith(("HUGEINT", "UHUGEINT", "DECIMAL")) else plain


def refuse_no_people(shapes: Mapping[str, Shape], tables: Sequence[str]) -> None:
    """Raise Refusal unless each of these is a table of people."""
    for table in tables:
        if table not in shapes:
            raise Refusal("name")
        if not shapes[table].people:
            raise Refusal("person")
