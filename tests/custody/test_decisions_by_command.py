"""The decisions between people by command line: the same actions as the portal's, from proposal to end."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from tests import deciding

from linkwell.cli.custodian import custodian
from linkwell.custody.proposals.documentation import questions
from linkwell.errors import LinkwellError
from linkwell.specification.file import render


@pytest.fixture
def run(registry, password, monkeypatch):
    monkeypatch.setenv("LINKWELL_PASSWORD", password)

    def command(person: str, *arguments: str) -> dict[str, object]:
        home = ["--home", os.environ["LINKWELL_HOME"], "--as", person, "--json"]
        done = CliRunner().invoke(custodian, [*arguments, *home], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return command


def test_from_proposal_to_signature_renewal_and_end(registry, run, tmp_path) -> None:
    specification, answers = tmp_path / "spec.toml", tmp_path / "answers.toml"
    specification.write_text(render(registry.sealed.specification), "utf-8")
    answers.write_text("".join(f'{q.id} = "Told on 1 July 2025."\n' for q in questions()), "utf-8")
    made = run("provider", "propose", "aroha", "--title", "Whānau support",
               "--specification", str(specification), "--answers", str(answers))  # fmt: skip
    waiting = run("provider", "put-forward", str(made["proposal"]), "--mandate", "Board of trustees")
    reference = str(waiting["assessment"])
    decided = run("assessor", "assess", reference, "--decision", "approve", "--reasons", "Worth it.",
                  "--condition", "practice-first")  # fmt: skip
    assert decided["state"] == "approved"
    last = (date.today() + timedelta(days=365)).isoformat()
    text = run("integrator", "agree", str(made["proposal"]), "--ends", last)
    signed = ["sign", str(text["agreement"]), "--fingerprint", str(text["digest"])]
    assert run("provider", *signed)["waits_on"] == "the signature of the custodian"
    assert run("manager", *signed)["state"] == "in force"
    later = (date.today() + timedelta(days=999)).isoformat()
    renewal = run("integrator", "agree", str(made["proposal"]), "--renew", "--ends", later)
    assert renewal["kind"] == "renewal"
    assert run("provider", "end-agreement", str(text["agreement"]))["state"] == "ended"


def test_a_refusal_is_the_same_as_in_the_portal(registry, run) -> None:
    with pytest.raises(LinkwellError, match="role does not allow"):
        run("auditor", "end-agreement", registry.agreement.reference)


@pytest.mark.parametrize("words", [
    ("end-agreement", "{}"), ("put-forward", "{}"), ("sign", "{}", "--fingerprint", "00"),
    ("assess", "{}", "--decision", "refuse", "--reasons", "x"), ("propose", "{}", "--title", "x"),
])  # fmt: skip
def test_anothers_thing_and_one_that_never_was_get_the_same_words(registry, run, tmp_path, words) -> None:
    made, spec = deciding.put_forward(registry), tmp_path / "spec.toml"
    spec.write_text(render(registry.sealed.specification))
    theirs = {
        "put-forward": made.proposal.reference, "assess": made.reference, "propose": "aroha",
    }.get(words[0], registry.agreement.reference)  # fmt: skip
    more = ("--specification", str(spec)) if words[0] == "propose" else ()
    said = []
    for name in (theirs, "q" * len(theirs)):
        with pytest.raises(LinkwellError) as refused:
            run("other", *(word.format(name) for word in words), *more)
        said.append((type(refused.value), str(refused.value).replace(name, "it")))
    assert said[0] == said[1]
