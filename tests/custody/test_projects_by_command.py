"""A research project from beginning to hold by command line: the portal's actions, and nothing more."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests import applying, deciding

from linkwell.cli.custodian import custodian
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.access import access
from linkwell.custody.projects.models import Project
from linkwell.errors import LinkwellError

LEAD, RESEARCHER = "project_lead.a-university", "researcher.a-university"


@pytest.fixture
def run(registry, monkeypatch, password):
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    monkeypatch.setenv("LINKWELL_HOME", str(registry.home.path))
    applying.refreshed(registry)
    applying.team(registry)
    deciding.somebody(registry, "hana", registry.agreement.organisation, Role.KAITIAKI)

    def run(who: str, *words: str) -> dict[str, object]:
        done = CliRunner().invoke(custodian, [*words, f"--as={who}", "--json"])
        if isinstance(done.exception, LinkwellError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


def test_a_project_goes_the_whole_way_by_command(registry, run, tmp_path) -> None:
    code = run(LEAD, "project", "begin", "a-university", "--title=Who comes back")["project"]
    file = tmp_path / "answers.toml"
    lines = [f"{name} = {json.dumps(text)}" for name, text in applying.answers().items()]
    variables = ["[variables]", '"enrolment.start_date" = "To know when."']
    file.write_text("\n".join(["[answers]", *lines, *variables]), "utf-8")
    run(LEAD, "project", "invite", code, RESEARCHER)
    run(RESEARCHER, "project", "join", code)
    assert run(RESEARCHER, "project", "write", code, str(file))["missing"] == []
    assert run(LEAD, "project", "put-in", code)["state"] == "waiting"
    assert run("provider", "project", "list")["projects"][0]["project"] == code
    number = run("provider", "project", "ask", code, "Why us?")["question"]
    run(LEAD, "project", "answer", code, str(number), "To see who comes back.")
    run("assessor", "project", "decide", code, "take")
    for pair in "12345":
        run("kaitiaki", "project", "tikanga", code, pair, "met")
    run("assessor", "project", "decide", code, "approve", "--condition=kaitiaki-see-first")
    for kind in ("vetting", "training"):
        run("manager", "researcher", "keep", RESEARCHER, kind)
    fingerprint = run(RESEARCHER, "researcher", "sign")["fingerprint"]
    run(RESEARCHER, "researcher", "sign", f"--fingerprint={fingerprint}")
    assert run(RESEARCHER, "project", "show", code)["your_access"] == "open"
    run("hana", "project", "hold", code, "--said=Talk with us first.")
    assert "Kaitiaki of Riverbend Aroha" in str(run(RESEARCHER, "project", "show", code)["your_access"])
    run("hana", "project", "hold", code, "--lift", "--said=They came and talked.")
    run("manager", "researcher", "keep", RESEARCHER, "training", "--end")
    shown = run("manager", "researcher", "list")["researchers"]
    assert sorted(shown[RESEARCHER]) == ["undertaking", "vetting"]
    project = Project.objects.get(code=code)
    person = registry.people[RESEARCHER]
    assert [each.code for each in access(project, person).closed] == ["training"]
    assert run(LEAD, "project", "close", code)["state"] == "closed"


def test_a_file_of_something_else_is_refused_in_words_and_changes_nothing(registry, run, tmp_path) -> None:
    code = run(LEAD, "project", "begin", "a-university", "--title=Who comes back")["project"]
    file = tmp_path / "answers.toml"
    for text, says in (("\x00", "no TOML file"), ("x = 1", "needs the tables"),
                       ('[answers]\ncolour = "red"', "no question colour")):  # fmt: skip
        file.write_text(text, "utf-8")
        with pytest.raises(LinkwellError, match=says):
            run(LEAD, "project", "write", code, str(file))
    assert Project.objects.get(code=code).applications.get().answers == {"title": "Who comes back"}
