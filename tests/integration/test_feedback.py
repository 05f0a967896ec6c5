"""What a provider could mend is counted in its zone and told in tens with the fix, never about a few."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from linkwell.custody.refreshes.feedback import rounded, told, words
from linkwell.integration import build_refresh, import_population
from linkwell.integration.feedback import names_and_numbers, service_details
from linkwell.integration.telling import in_words, roughly, share


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Path, Path]:
    """A list of 100: 31 born on 1 January, 12 without a birth date, 4 initials; 14 not found, and one person
    found twice.
    """
    lines = ["record_key,client_ref,first_name,last_name,date_of_birth,nhi"]
    for n in range(100):
        born = "1970-01-01" if n < 31 else "" if n < 43 else f"1980-0{1 + n % 9}-1{n % 9}"
        lines.append(f"k{n},c{n},{'A' if n >= 96 else 'Ana'},Rewi,{born},{'' if n < 50 else 'ZZZ0016'}")
    (tmp_path / "identity.csv").write_text("\n".join(lines) + "\n", "utf-8")
    links = tmp_path / "links.parquet"
    with duckdb.connect(":memory:") as con:
        con.execute(f"""COPY (SELECT 'k' || range AS record, CASE WHEN range < 14 THEN NULL
            WHEN range = 99 THEN 98 ELSE range END AS person,
            CASE WHEN range < 14 THEN 'none' ELSE 'link' END AS decision FROM range(100))
            TO '{links}' (FORMAT parquet)""")
    return tmp_path / "identity.csv", links


def test_names_and_numbers_are_counted_and_told_in_tens(sent) -> None:
    counted = names_and_numbers(*sent)
    assert counted == {
        "default_birth_date": 31, "no_birth_date": 12, "initial_only": 4, "two_records": 1,
        "not_found_no_number": 14,
    }  # fmt: skip
    said = rounded(counted)
    assert said == {"default_birth_date": 30, "no_birth_date": 10, "not_found_no_number": 10}
    sentences = told(said)
    assert sentences[0]["what"].startswith("About 30 people have 1 January")
    assert sentences[0]["fix"]
    assert len(sentences) == 3


def test_birthdays_that_chance_brings_are_no_default(tmp_path: Path, sent) -> None:
    identity, links = sent
    text = identity.read_text("utf-8").replace("1970-01-01", "1970-02-03").replace("k99,c99,A", "k99,c99,Ana")
    rows = text.splitlines()
    rows[-1] = rows[-1].replace(rows[-1].split(",")[4], "1990-01-01")
    identity.write_text("\n".join(rows) + "\n", "utf-8")
    assert names_and_numbers(identity, links)["default_birth_date"] in (0, 1)
    assert "default_birth_date" not in rounded(names_and_numbers(identity, links))


def test_service_details_are_counted_by_client(site) -> None:
    file = site.supply.content / "enrolment.csv"
    lines = file.read_text("utf-8").splitlines()
    lines[1:16] = [line.replace(line.split(",")[4], "", 1) for line in lines[1:16]]
    lines[20] = lines[20].replace(",,current", ",2001-01-01,current")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    import_population(site.world, site.home)
    build_refresh(site.home, supplies=[site.supply], label="202406")
    assert service_details(site.home, "202406") == {
        "ORG1": {"no_start_date": 15, "ends_before_start": 1, "no_ethnicity": 0, "visit_before_start": 0}
    }


@pytest.mark.parametrize(
    ("count", "about"), [(0, 0), (9, 0), (10, 10), (14, 10), (15, 20), (104, 100), (1249, 1200), (1250, 1300)]
)
def test_numbers_of_people_are_told_in_tens_and_two_figures(count: int, about: int) -> None:
    assert roughly(count) == about
    assert in_words(count) == (f"about {about:,}" if about else "fewer than 10")


def test_a_share_is_never_all_none_or_of_a_few() -> None:
    assert (share(100, 100), share(0, 100), share(50, 99), share(1, 3)) == (99, 1, None, None)


def test_every_sentence_says_what_why_and_the_fix() -> None:
    for name, said in words().items():
        assert set(said) == {"what", "why", "fix", "at"}, name
        assert said["at"] in ("source", "file")
        assert "{about}" in said["what"]
