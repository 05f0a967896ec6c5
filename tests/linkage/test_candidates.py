"""Who is brought up for a record: enough is enough, whatever order and kind of file the list comes in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from linkwell.linkage import LinkSettings, link

SPINE = [
    {"spine_id": 1, "first_name": "Tobias", "last_name": "Wexcomb", "dob": "1990-07-12", "nhi": "ZAC5361"},
    {"spine_id": 2, "first_name": "Tobias", "last_name": "Wexcombe", "dob": "1990-02-03", "nhi": None},
]


def brought_up(record: dict[str, Any], settings: LinkSettings, labels: pa.Table | None = None) -> set[int]:
    listed = pa.Table.from_pylist([{"rec_id": "a", "nhi": None, **record}])
    chosen = LinkSettings(temp_folder=settings.temp_folder, labels=labels)
    result = link(listed, pa.Table.from_pylist(SPINE), settings=chosen)
    return set(result.evidence.persons.to_pylist())


def test_a_record_with_enough_of_a_candidate_looks_no_further(settings: LinkSettings) -> None:
    record = {"first_name": "Tobias", "last_name": "Wexcombe", "dob": "1990-07-12"}
    assert brought_up(record, settings) == {1}


def test_another_number_or_a_persons_no_makes_it_look_further(settings: LinkSettings) -> None:
    record = {"first_name": "Tobias", "last_name": "Wexcombe", "dob": "1990-07-12"}
    assert brought_up({**record, "nhi": "ZZZ0016"}, settings) == {1, 2}
    no = pa.table({"record": ["a"], "person": ["1"], "label": ["different"]})
    assert brought_up(record, settings, no) == {2}


def test_a_list_in_the_order_of_its_keys_or_not_as_table_or_file_gives_the_same_links(
    settings: LinkSettings, tmp_path: Path
) -> None:
    people = [
        {"rec_id": f"k{n:02d}", "first_name": "Tobias", "last_name": "Wexcombe", "dob": f"1990-{n:02d}-03"}
        for n in range(1, 13)
    ]
    ordered, spine = pa.Table.from_pylist(people), pa.Table.from_pylist(SPINE)
    mixed = ordered.take(list(reversed(range(len(people)))))
    pq.write_table(ordered, tmp_path / "ordered.parquet")
    pq.write_table(mixed, tmp_path / "mixed.parquet")
    pyarrow.csv.write_csv(ordered, tmp_path / "ordered.csv")
    files = [tmp_path / name for name in ("ordered.parquet", "mixed.parquet", "ordered.csv")]
    links = [link(source, spine, settings=settings).links for source in (ordered, mixed, *files)]
    assert links[0]["record"].to_pylist() == [row["rec_id"] for row in people]
    assert any(decision == "link" for decision in links[0]["decision"].to_pylist())
    assert all(found.equals(links[0]) for found in links[1:])
