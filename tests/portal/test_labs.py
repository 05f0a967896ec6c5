"""A project's lab from the custodian's button to a released count: real columns, a locked worker."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import applying, laboratory
from tests.everything import BACKEND

from linkwell.cli.custodian import custodian
from linkwell.confidentiality.desk import ReleaseDesk
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import run
from linkwell.custody.labs import locks
from linkwell.custody.labs.databases import keep_databases
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.working import MOST_FAILED
from linkwell.custody.outputs.heads import expected_head
from linkwell.custody.researchers.models import Evidence
from linkwell.errors import LinkwellError

LAB = "/projects/maa2026-07/lab/"


@pytest.fixture
def people(registry, settings, tmp_path: Path, monkeypatch):
    """Somebody of every kind, a data update that was really built, and a project on it."""
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr(locks, "MOMENTS", 0.0)
    lead, researcher = applying.team(registry)
    laboratory.refresh(registry.home, tmp_path)
    laboratory.project(lead, researcher)
    yield {"manager": registry.person("manager"), "lead": lead, "researcher": researcher}
    locks.let_go()


def browser(person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def do_jobs() -> None:
    while job := Job.objects.filter(state="waiting").order_by("pk").first():
        assert run(job.pk).state == "done", Job.objects.get(pk=job.pk).error


def tried(client: Client, text: str) -> LabWork:
    answer = client.post(f"{LAB}statement", {"text": text})
    assert answer.status_code == 302, answer.content.decode()
    do_jobs()
    return LabWork.objects.first()


def upload(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def counted(client: Client, **given: str) -> LabWork:
    answer = client.post(f"{LAB}count", {"purpose": "Who comes back", **given})
    assert answer.status_code == 302, answer.content.decode()
    do_jobs()
    return LabWork.objects.first()


def said(*command: str) -> dict[str, object]:
    """What a command of the researcher says for machines."""
    by = [f"--home={os.environ['LINKWELL_HOME']}", "--as=researcher.a-university", "--json"]
    done = CliRunner().invoke(custodian, ["project", *command, *by])
    assert done.exception is None, (done.exception, done.output)
    return dict(json.loads(done.stdout.splitlines()[0]))


TOLD = (
    "CREATE TABLE told AS SELECT snz_uid, snz_sex_gender_code AS sex, 2026 - snz_birth_year_nbr AS years, "
    "(2026 - snz_birth_year_nbr) % 10 AS last FROM person"
)


def test_from_the_custodians_button_to_a_released_count(
    registry, people, password, monkeypatch, tmp_path: Path
) -> None:
    manager, researcher = browser(people["manager"]), browser(people["researcher"])
    assert researcher.get(LAB).status_code == 409  # nothing was built yet
    for client, says in ((manager, "Build the database of its lab"), (researcher, "Open the lab")):
        page = client.get("/projects/maa2026-07/").content.decode()
        assert says in page
        assert ("Open the lab" in page) == (client is researcher)
    assert manager.post("/projects/maa2026-07/database").status_code == 302
    do_jobs()
    row = ProjectDatabase.objects.get()
    folder = registry.home.path / "projects" / row.name

    # exactly what was granted, under ids of its own
    with duckdb.connect(str(folder / "project.duckdb"), read_only=True) as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        ids = {uid for (uid,) in con.execute("SELECT snz_uid FROM person").fetchall()}
        sizes = dict(con.execute("SELECT snz_sex_gender_code, count(*) FROM person GROUP BY 1").fetchall())
    assert columns == [("person", name) for name in
                       ("snz_birth_year_nbr", "snz_sex_gender_code", "snz_uid")]  # fmt: skip
    with duckdb.connect(str(registry.home.path / "research/refreshes/2026-11/refresh.duckdb"),
                        read_only=True) as con:  # fmt: skip
        assert not ids & {uid for (uid,) in con.execute("SELECT snz_uid FROM person").fetchall()}

    # a statement is tried on the twin and kept; what the page shows is the twin's
    page = researcher.get(LAB).content.decode()
    assert "snz_birth_year_nbr" in page
    assert "nzdep" not in page
    made = tried(researcher, laboratory.GROWN)
    assert (made.state, made.answer["name"]) == ("answered", "grown")
    looked = tried(researcher, "SELECT * FROM grown")
    assert len(looked.answer["rows"]) == 50
    for odd in ("²", "٣", "9" * 40, "-1"):  # an address somebody typed
        assert researcher.get(LAB, {"again": odd}).status_code == 200
    assert not {int(row[0]) for row in looked.answer["rows"]} & ids

    # a count leaves by the release desk, and by it alone
    told = counted(researcher, table="grown", by1="sex", labels1="1, 2")
    assert told.state == "answered", told.answer
    (table,) = told.answer["tables"]
    for label, value in zip(("1", "2"), table["values"], strict=True):
        assert value % 3 == 0
        assert abs(value - sizes[label]) <= 2
    shown = researcher.get(f"{LAB}{told.number}/").content.decode()
    assert f"{table['values'][0]:,}" in shown
    assert told.answer["release_id"] in shown
    with ReleaseDesk.open(registry.home) as desk:
        assert desk.recall(told.answer["release_id"]) is not None
        assert desk.head() == expected_head()
    assert "ledger_entry" not in told.answer  # it would count what was released to others
    event = AuditEvent.objects.get(verb="lab.count answered")
    assert event.details["release"] == told.answer["release_id"]

    # by command it is the same: the same count is the same release
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    script = tmp_path / "more.sql"
    script.write_text("CREATE TABLE old AS SELECT snz_uid FROM person WHERE snz_birth_year_nbr < 1990;\n"
                      "SELECT * FROM old LIMIT 3;")  # fmt: skip
    assert [each["kind"] for each in said("try", "maa2026-07", str(script))["statements"]] == ["make", "look"]
    assert set(said("lab", "maa2026-07")["tables"]) == {"grown", "old"}
    again = said("count", "maa2026-07", "grown", "--by=sex:1,2", "--for=Who comes back")
    assert again["release_id"] == told.answer["release_id"]

    # a code list and a script come in as files; an amount is told as a mean, on the page and by command
    codes = upload("sexes.csv", "code,label\n1,tāne\n2,wahine\n")
    assert researcher.post(f"{LAB}statement", {"file": codes}).status_code == 302
    more = "CREATE TABLE aged AS SELECT snz_uid, s.label AS sex, 2026 - snz_birth_year_nbr AS years " \
        "FROM person JOIN sexes s ON s.code = snz_sex_gender_code;\nSELECT sex FROM aged;"  # fmt: skip
    assert researcher.post(f"{LAB}statement", {"file": upload("aged.sql", more)})["location"] == LAB
    do_jobs()
    assert [each.state for each in LabWork.objects.all()[:3]] == ["answered"] * 3
    aged = counted(researcher, table="aged", by1="sex", labels1="tāne, wahine", amount="years", unit="events")
    (with_means,) = aged.answer["tables"]
    shown = researcher.get(f"{LAB}{aged.number}/").content.decode()
    for value, mean in zip(with_means["values"], with_means["means"], strict=True):
        assert f"{value:,}" in shown
        assert f">{mean}</td>" in shown
        assert 20 < mean < 80
    same = said("count", "maa2026-07", "aged", "--by=sex:tāne,wahine", "--mean=years", "--for=To know")
    assert same["tables"] == aged.answer["tables"]

    # its total and how it is spread, on the page and by command
    spread = {"table": "aged", "amount": "years", "unit": "events", "more": "total quarters"}
    assert "Choose the amount" in researcher.post(
        f"{LAB}count", {"purpose": "To know", **spread, "amount": ""}).content.decode()  # fmt: skip
    both = counted(researcher, **spread)
    with_total, quartiles = both.answer["tables"]
    assert with_total["totals"][0] == pytest.approx(
        with_total["means"][0] * with_total["values"][0], rel=0.01
    )
    assert quartiles["quantiles"][0] == sorted(quartiles["quantiles"][0])
    shown = researcher.get(f"{LAB}{both.number}/").content.decode()
    assert "Total events" in shown
    assert "25 % have at most" in shown
    same = said("count", "maa2026-07", "aged", "--mean=years", "--total", "--for=To know",
                *(f"--quantile={each}" for each in (25, 50, 75)))  # fmt: skip
    assert same["tables"] == both.answer["tables"]

    # a regression is fitted by the desk, and says what the very rows say, to three figures
    tried(researcher, TOLD)
    asked = {"table": "told", "kind": "ols", "outcome": "last", "terms": "years + sex", "purpose": "To know"}
    for wrong, says in ({"terms": "years +"}, "Write columns with"), ({"table": "few"}, "of the workspace"):
        assert says in researcher.post(f"{LAB}model", asked | wrong).content.decode()
    assert researcher.post(f"{LAB}model", asked | {"labels": "sex: 1, 2"}).status_code == 302
    do_jobs()
    fitted = LabWork.objects.first()
    assert fitted.state == "answered", fitted.answer
    (model,) = fitted.answer["models"]
    with duckdb.connect(str(folder / "project.duckdb"), read_only=True) as con:
        rows = con.execute("SELECT 2026 - snz_birth_year_nbr, snz_sex_gender_code = '2' FROM person "
                           "WHERE snz_sex_gender_code IN ('1', '2')").fetchall()  # fmt: skip
    years, second = np.array(rows, dtype=float).T
    design = np.column_stack([np.ones(len(years)), years, second])
    truth = np.linalg.lstsq(design, years % 10, rcond=None)[0]
    assert model["terms"] == ["intercept", "years", "sex: 2"]
    assert model["coefficients"] == pytest.approx(truth, rel=0.006)
    shown = researcher.get(f"{LAB}{fitted.number}/").content.decode()
    assert f">{model['coefficients'][1]}</td>" in shown
    once_more = said("model", "maa2026-07", "told", "ols: last ~ years + sex", "--labels=sex:1,2", "--for=x")
    assert once_more["models"][0]["coefficients"] == model["coefficients"]
    for formula in ("logit: last ~ years", "ols: snz_uid ~ years", "ols: last ~ last", "ols: last ~ shoe"):
        refused = CliRunner().invoke(custodian, ["project", "model", "maa2026-07", "told", formula, "--for=x",
            f"--home={os.environ['LINKWELL_HOME']}", "--as=researcher.a-university"])  # fmt: skip
        assert isinstance(refused.exception, LinkwellError), formula

    # too few: the desk's words and its reference, nothing else
    tried(researcher, "CREATE TABLE few AS SELECT snz_uid FROM person WHERE snz_birth_year_nbr > 2400")
    few = counted(researcher, table="few")
    assert few.state == "refused"
    assert "reference" in few.answer["where"]
    assert Job.objects.filter(state="failed").count() == 0

    # what fails on the real rows alone (nobody of the twin is so old) says the same, and not often
    tried(researcher, "CREATE TABLE odd AS SELECT snz_uid, CAST(CASE WHEN snz_birth_year_nbr < 1940 THEN 'x' "
                      "END AS INTEGER) AS n FROM person")  # fmt: skip
    for _ in range(MOST_FAILED):
        failed = counted(researcher, table="odd")
        assert (failed.state, failed.failed) == ("refused", True)
        assert {**failed.answer, "where": ""} == {**few.answer, "where": ""}
    answer = researcher.post(f"{LAB}count", {"table": "grown", "purpose": "Again"})
    assert "Nothing more is counted" in answer.content.decode()
    LabWork.objects.update(failed=False)

    # a mistake is told by class and place, and nothing is kept
    wrong = tried(researcher, "CREATE TABLE x AS SELECT snz_uid, shoe FROM person")
    assert wrong.state == "refused"
    assert "character" in wrong.answer["where"]
    assert "x" not in researcher.get(LAB).content.decode().split("Your tables")[1][:900].split()

    # colleagues see it, and from the moment access ends nobody who lost it sees anything
    assert str(table["values"][0]) in browser(people["lead"]).get(f"{LAB}{told.number}/").content.decode()
    waiting = researcher.post(f"{LAB}count", {"table": "grown", "purpose": "Again"})
    assert waiting.status_code == 302
    Evidence.objects.filter(person=people["researcher"], kind="training").delete()
    do_jobs()
    assert LabWork.objects.first().state == "refused"
    assert "training" in json.dumps(LabWork.objects.first().answer).lower()
    for method, where in (("get", LAB), ("get", f"{LAB}{told.number}/"), ("post", f"{LAB}statement")):
        answer = getattr(researcher, method)(where)
        assert answer.status_code == 409
        assert str(table["values"][0]) not in re.sub(r'value="[^"]+"', "", answer.content.decode())
    assert not list((folder / "work").iterdir())


def test_a_form_says_what_is_wrong_and_keeps_what_was_written(people) -> None:
    project = people["lead"].projects_led.get()
    laboratory.locks_hold()
    laboratory.table(laboratory.database(project), "grown")
    client = browser(people["researcher"])
    empty = client.post(f"{LAB}statement", {"text": ""})
    assert "Write a statement" in empty.content.decode()
    twice = client.post(f"{LAB}count", {"table": "grown", "by1": "sex", "by2": "sex", "purpose": "x"})
    assert "This column is named already" in twice.content.decode()
    labels = client.post(f"{LAB}count", {"table": "grown", "labels1": "1", "purpose": "Kept words"})
    assert "Name the column these labels are of" in labels.content.decode()
    assert "Kept words" in labels.content.decode()
    other = client.post(f"{LAB}count", {"table": "person", "purpose": "x"})
    assert "Choose a table of the workspace" in other.content.decode()
    assert not Job.objects.exists()


BATCH = """# reads: grown
# makes: scored
import numpy as np
p = data.sql("SELECT snz_uid, sex FROM grown").fetchnumpy()
make("scored", snz_uid=p["snz_uid"], score=np.where(p["sex"] == "1", "one", "other"))
"""
FAILS = """# reads: person
# makes: odd
p = data.sql("SELECT snz_uid, snz_birth_year_nbr AS born FROM person").fetchnumpy()
if (p["born"] < 1940).any():
    raise ValueError("somebody is very old")
make("odd", snz_uid=p["snz_uid"], born=p["born"])
"""
MIXES = """# reads: person
# makes: mixed
p = data.sql("SELECT snz_uid, snz_birth_year_nbr AS born FROM person").fetchnumpy()
make("mixed", snz_uid=p["snz_uid"], older=p["born"] > p["born"].mean())
"""


def brought(client: Client, name: str, text: str) -> LabWork:
    answer = client.post(f"{LAB}statement", {"file": upload(name, text)})
    assert answer.status_code == 302, answer.content.decode()
    do_jobs()
    return LabWork.objects.first()


def test_a_batch_is_rehearsed_then_run_then_counted_and_again_at_the_next_data_update(
    registry, people, password, monkeypatch, tmp_path: Path
) -> None:
    researcher = browser(people["researcher"])
    assert browser(people["manager"]).post("/projects/maa2026-07/database").status_code == 302
    do_jobs()
    tried(researcher, laboratory.GROWN)
    batch = brought(researcher, "score.py", BATCH)
    assert (batch.state, batch.kind) == ("answered", "batch"), batch.answer
    shown = researcher.get(f"{LAB}{batch.number}/").content.decode()
    assert "Made scored: 2 columns." in shown
    assert "Run the batches on the real rows" in researcher.get(LAB).content.decode()

    # not before it ran on the real rows, where nothing is told of it but that it is over
    early = researcher.post(f"{LAB}count", {"table": "scored", "purpose": "To know"})
    assert "was not run on this data update" in early.content.decode()
    assert researcher.post(f"{LAB}run", {"minutes": "3"}).status_code == 200  # the form says what is wrong
    assert researcher.post(f"{LAB}run", {"minutes": "1"}).status_code == 302
    do_jobs()
    ran = LabWork.objects.first()
    assert (ran.kind, ran.state, ran.failed) == ("run", "answered", False)
    assert not re.search(r"second|MiB|column", json.dumps(ran.answer))
    again = researcher.post(f"{LAB}run", {"minutes": "1"})
    assert "Every batch ran on this data update" in again.content.decode()
    told = counted(researcher, table="scored", by1="score", labels1="one, other")
    plain = counted(researcher, table="grown", by1="sex", labels1="1, 2")
    assert told.state == "answered", told.answer
    assert told.answer["tables"][0]["values"] == plain.answer["tables"][0]["values"]  # the same people

    # what fails on the real rows alone says the same, and is counted
    assert brought(researcher, "fails.py", FAILS).state == "answered"
    assert researcher.post(f"{LAB}run", {"minutes": "1"}).status_code == 302
    do_jobs()
    failed = LabWork.objects.first()
    assert (failed.state, failed.failed) == ("answered", True)
    assert [line.replace("fails.py", "score.py") for line in failed.answer["log"]] == ran.answer["log"]
    none = counted(researcher, table="odd")
    assert (none.state, none.failed) == ("refused", True)
    assert "reference" in none.answer["where"]
    LabWork.objects.update(failed=False)

    # by command; and after a data update it is run again, by one action
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    tried(researcher, "DROP TABLE odd")
    laboratory.refresh(registry.home, tmp_path, "2026-12")
    assert keep_databases() == 1
    do_jobs()
    assert "not run on this data update" in json.dumps(tried(researcher, "SELECT * FROM grown").answer)
    assert [each["kind"] for each in said("run", "maa2026-07")["runs"]] == ["run"]
    later = said("count", "maa2026-07", "scored", "--by=score:one,other", "--for=To know")
    assert len(later["tables"][0]["values"]) == 2
    assert tried(researcher, "SELECT * FROM scored").state == "answered"
    script = tmp_path / "mixes.py"
    script.write_text(MIXES)
    command = ["project", "batch", "maa2026-07", str(script), f"--home={os.environ['LINKWELL_HOME']}"]
    refused = CliRunner().invoke(custodian, [*command, "--as=researcher.a-university"])
    assert "not each person's own" in str(refused.exception)
