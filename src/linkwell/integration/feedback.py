"""What a provider can mend, counted in each zone by itself; custody rounds it and says the fix."""

from __future__ import annotations

from pathlib import Path

from linkwell.integration import database
from linkwell.integration.refresh import refresh_folder
from linkwell.vault.zones import Home

MORE_THAN_CHANCE = 3
"""So many times what chance brings (one birth in 365 on any day) is a default, not people's birthdays."""


def names_and_numbers(identity: Path, links: Path) -> dict[str, int]:
    """What is wanting in a supply's names and numbers, in people; read and counted in the linkers' zone.

    Args:
        identity: the identity table (CSV). links: its links (record, person, decision).
    """
    with database.in_memory() as connection:
        connection.execute(
            f"CREATE TABLE list AS SELECT * FROM read_csv({database.quoted(identity)}, all_varchar = true, "
            "header = true, delim = ',')"
        )
        present = {name for name, *_ in connection.execute("DESCRIBE list").fetchall()}

        def cell(name: str) -> str:
            return f"coalesce(trim({name}), '')" if name in present else "''"

        numbers = " AND ".join(f"{cell(name)} = ''" for name in ("nhi", "ird", "msd", "nsn"))
        names = [cell(name) for name in ("first_name", "last_name") if name in present]
        short = " OR ".join(f"length({name}) < 2" for name in names) or "false"
        people, defaults, without, initial, unfound = connection.execute(f"""
            SELECT count(*), count(*) FILTER ({cell("date_of_birth")} LIKE '%-01-01'),
                   count(*) FILTER ({cell("date_of_birth")} = ''), count(*) FILTER ({short}),
                   count(*) FILTER (({numbers}) AND coalesce(l.decision, 'none') = 'none')
            FROM list s LEFT JOIN {database.quoted(links)} l ON l.record = s.record_key""").fetchall()[0]
        ((twice,),) = connection.execute(f"""
            SELECT count(*) FROM (SELECT person FROM {database.quoted(links)}
            WHERE decision = 'link' AND person IS NOT NULL GROUP BY person HAVING count(*) > 1)""").fetchall()
    expected = people / 365
    return {
        "default_birth_date": defaults if defaults > MORE_THAN_CHANCE * expected else 0,
        "no_birth_date": without if "date_of_birth" in present else 0,
        "initial_only": initial,
        "two_records": twice,
        "not_found_no_number": unfound,
    }


def service_details(home: Home, label: str) -> dict[str, dict[str, int]]:
    """What is wanting in the service details of a refresh, in clients, by organisation."""
    with database.reading(refresh_folder(home, label) / "refresh.duckdb") as connection:
        rows = connection.execute("""
            WITH client AS (
                SELECT organisation_code, snz_client_uid, min(start_date) AS started,
                       bool_or(start_date IS NOT NULL) AS dated, bool_or(end_date < start_date) AS turned,
                       bool_or(coalesce(ethnicity_code, '') NOT IN ('', '9', '94', '95', '99')) AS ethnicity
                FROM enrolment GROUP BY ALL),
            early AS (
                SELECT DISTINCT e.organisation_code, e.snz_client_uid FROM service_event e
                JOIN client c USING (organisation_code, snz_client_uid) WHERE e.service_date < c.started)
            SELECT c.organisation_code, count(*) FILTER (NOT dated), count(*) FILTER (turned),
                   count(*) FILTER (NOT ethnicity), count(early.snz_client_uid)
            FROM client c LEFT JOIN early USING (organisation_code, snz_client_uid)
            GROUP BY 1 ORDER BY 1""").fetchall()
    names = ("no_start_date", "ends_before_start", "no_ethnicity", "visit_before_start")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
