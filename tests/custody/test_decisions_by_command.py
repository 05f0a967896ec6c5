"""The decisions between people by command line: the same actions as the portal's, from proposal to end."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from click.testing import CliRunner
from tests import deciding

from linkwell.cli.custodian import custodian
from linkwell.custody.agreements.actions import issue_upload_token, token_holder
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import watch_dates
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.proposals.documentation import questions
from linkwell.errors import LinkwellError
from linkwell.specification.file import render
from linkwell.standards.clock import today


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
    last = (today() + timedelta(days=365)).isoformat()
    text = run("integrator", "agree", str(made["proposal"]), "--ends", last)
    signed = ["sign", str(text["agreement"]), "--fingerprint", str(text["digest"])]
    assert run("provider", *signed)["waits_on"] == "the signature of the custodian"
    assert run("manager", *signed)["state"] == "in force"
    later = (today() + timedelta(days=999)).isoformat()
    renewal = run("integrator", "agree", str(made["proposal"]), "--renew", "--ends", later)
    assert renewal["kind"] == "renewal"
    assert run("provider", "end-agreement", str(text["agreement"]))["state"] == "ended"


def proposed(registry, run, tmp_path, *, asks_later: bool = False) -> tuple[str, str]:
    """A proposal and its assessment that waits, by command."""
    specification, answers = tmp_path / "spec.toml", tmp_path / "answers.toml"
    specification.write_text(render(registry.sealed.specification), "utf-8")
    answers.write_text("".join(f'{q.id} = "Told on 1 July 2025."\n' for q in questions()), "utf-8")
    made = run("provider", "propose", "aroha", "--title", "Whānau support",
               "--specification", str(specification), "--answers", str(answers))  # fmt: skip
    later = ["--asks-later"] if asks_later else []
    waiting = run("provider", "put-forward", str(made["proposal"]), "--mandate", "A hapū",
                  "--mandate-kind", "hapu_iwi", *later)  # fmt: skip
    return str(made["proposal"]), str(waiting["assessment"])


def agreed(registry, run, tmp_path, *route: str, own: str = "", signers=("provider", "manager")) -> str:
    """The reference of an agreement in force, by command."""
    proposal, assessment = proposed(registry, run, tmp_path)
    run("assessor", "assess", assessment, "--decision", "approve", "--reasons", "Worth it.")
    last = (today() + timedelta(days=365)).isoformat()
    text = run("integrator", "agree", proposal, "--ends", last, *route)
    for name in signers:
        mine = ["--own-agreement", own] if own and name == "provider" else []
        run(name, "sign", str(text["agreement"]), "--fingerprint", str(text["digest"]), *mine)
    return str(text["agreement"])


def test_a_return_with_comments_and_then_not_eligible(registry, run, tmp_path) -> None:
    proposal, assessment = proposed(registry, run, tmp_path)
    back = run("assessor", "assess", assessment, "--decision", "return", "--reasons", "Who was told?")
    assert back["state"] == "returned"
    run("integrator", "comment", proposal, "We can help to write this down.", "--about", "person")
    told = run("provider", "notices")["notices"]
    assert {"commented", "assessment_decided"} <= {each["kind"] for each in told}
    again = run("provider", "put-forward", proposal)
    no = run("assessor", "assess", str(again["assessment"]), "--decision", "refuse", "--reasons", "Not told.")
    assert no["state"] == "not eligible"
    with pytest.raises(LinkwellError):
        run("provider", "put-forward", proposal)


def test_saying_no_taking_back_and_a_variation_that_changes_only_what_is_named(
    registry, run, tmp_path
) -> None:
    reference = agreed(registry, run, tmp_path, "--permit-single-provider", "--retention-years", "3")
    text = run("integrator", "vary", reference, "--retention-years", "5")
    assert (text["kind"], text["differs"]) == ("variation", ["How long it is kept"])
    assert run("provider", "decline", reference, "--reason", "Too long")["state"] == "declined"
    run("integrator", "vary", reference, "--retention-years", "4")
    assert run("integrator", "take-back", reference)["state"] == "taken back"
    later = (today() + timedelta(days=999)).isoformat()
    text = run("integrator", "vary", reference, "--ends", later)
    assert text["kind"] == "renewal"
    for name in ("provider", "manager"):
        run(name, "sign", reference, "--fingerprint", str(text["digest"]))
    assert Agreement.objects.get(reference=reference).permits_single_provider_output


def test_by_a_vendor_the_ok_is_given_and_paused_and_the_vendor_sees_it(registry, run, tmp_path) -> None:
    run("manager", "add-organisation", "tui", "--name", "Tūī Systems", "--kind", "vendor")
    deciding.somebody(registry, "vendor", Organisation.objects.get(code="tui"), Role.VENDOR_SENDER)
    reference = agreed(registry, run, tmp_path, "--route", "vendor", "--via", "tui", own="have")
    assert run("vendor", "clients", "--begin", "July 2026")["waiting"] == 1
    run("provider", "client-ok", reference, "give")
    assert [each["may_send"] for each in run("vendor", "clients")["clients"]] == [True]
    assert run("provider", "client-ok", reference, "pause")["ok"] == "paused"
    assert [each["may_send"] for each in run("vendor", "clients")["clients"]] == [False]


def test_by_an_intermediary_the_question_about_an_own_agreement_is_waited_for(
    registry, run, tmp_path
) -> None:
    run("manager", "add-organisation", "hub", "--name", "A hub", "--kind", "intermediary")
    deciding.somebody(registry, "between", Organisation.objects.get(code="hub"), Role.INTERMEDIARY)
    reference = agreed(
        registry, run, tmp_path, "--route", "intermediary", "--via", "hub", signers=("manager", "between")
    )
    waits = run("provider", "own-agreement", reference, "still needed")["waits_on"]
    assert "agreement of its own" in str(waits)
    run("provider", "own-agreement", reference, "have")
    digest = Agreement.objects.get(reference=reference).versions.get().digest
    assert run("provider", "sign", reference, "--fingerprint", digest)["state"] == "in force"


def test_a_later_use_is_asked_and_answered(registry, run, tmp_path) -> None:
    reference = agreed(registry, run, tmp_path)
    use = str(run("manager", "ask-use", reference, "--title", "A study", "--purpose", "To learn.")["use"])
    assert run("provider", "answer-use", use, "agree", "--said", "Show us first.")["state"] == "agreed"
    assert run("provider", "answer-use", use, "not-agree")["state"] == "not agreed"
    with pytest.raises(LinkwellError):
        run("other", "answer-use", use, "agree")


def test_a_breach_from_opening_to_closing(registry, run) -> None:
    made = run("provider", "breach", "open", "aroha", "--what", "A list went to a wrong address.")
    reference = str(made["breach"])
    assert made["hours_left"] in (71, 72)
    run("manager", "breach", "judge", reference, "serious")
    letters = run("manager", "breach", "letters", reference)["letters"]
    assert all("A list went to a wrong address." in each["text"] for each in letters)
    run("manager", "breach", "judge", reference, "told")
    assert run("manager", "breach", "judge", reference, "close")["hours_left"] is None
    assert [each["state"] for each in run("provider", "breach", "list")["breaches"]] == ["closed"]
    assert run("other", "breach", "list")["breaches"] == []


def test_a_report_is_passed_on_and_no_longer(registry, run) -> None:
    run("manager", "add-organisation", "ministry", "--name", "A ministry", "--kind", "commissioner")
    deciding.released(registry)
    assert run("provider", "pass-on", "R1", "--to", "ministry")["state"] == "passed on"
    assert run("provider", "pass-on", "R1", "--to", "ministry", "--stop")["state"] == "no longer shown"
    with pytest.raises(LinkwellError):
        run("other", "pass-on", "R1", "--to", "ministry")


def test_a_lapse_stops_sending_the_same_day_tells_both_and_a_renewal_starts_it_again(
    registry, run, tmp_path
) -> None:
    reference = agreed(registry, run, tmp_path)
    token = issue_upload_token(
        by=registry.person("manager"), agreement=Agreement.objects.get(reference=reference)
    )
    yesterday = today() - timedelta(days=1)
    Agreement.objects.filter(reference=reference).update(starts=yesterday, ends=yesterday)
    with pytest.raises(LinkwellError):
        token_holder(token)
    watch_dates()
    for name in ("provider", "manager"):
        assert "lapsed" in {each["kind"] for each in run(name, "notices")["notices"]}
    later = (today() + timedelta(days=99)).isoformat()
    text = run("integrator", "vary", reference, "--ends", later)
    for name in ("provider", "manager"):
        run(name, "sign", reference, "--fingerprint", str(text["digest"]))
    assert token_holder(token).agreement is not None


def test_the_story_what_waits_and_destruction(registry, run, tmp_path) -> None:
    reference = agreed(registry, run, tmp_path)
    assert [each["kind"] for each in run("provider", "waiting")["waiting"]] == []
    run("provider", "end-agreement", reference)
    story = run("provider", "story", reference)
    assert [each["kind"] for each in story["chapters"]] == ["proposal", "agreement"]
    assert story["chapters"][1]["steps"][-1]["waits_on"] == "clock"
    assert story["destroyed_on"]
    assert run("provider", "destroy-kept", reference)["destroyed"] == []
    with pytest.raises(LinkwellError):
        run("other", "story", reference)


def test_every_command_of_the_decisions_says_what_it_does_with_an_example() -> None:
    for name in (
        "propose", "comment", "put-forward", "assess", "agree", "own-agreement", "sign", "decline",
        "take-back",
        "vary", "client-ok", "clients", "ask-use", "answer-use", "end-agreement", "destroy-kept", "waiting",
        "story", "notices", "pass-on",
    ):  # fmt: skip
        said = CliRunner().invoke(custodian, [name, "--help"]).output
        assert "Example" in said, name
        assert "--json" in said, name
        assert f"linkwell custodian {name}" in said, name


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
