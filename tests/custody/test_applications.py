"""Applications: saved drafts, a check that never decides, tikanga by name, review by others, changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import applying as steps
from tests import deciding

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.seeing import own_notices
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.projects import applying, content, guarding, reviewing
from linkwell.custody.projects.access import access
from linkwell.custody.projects.conditions import conditions_of, has_control
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.projects.precheck import A_PERSON, ALLOWS, BLOCKS, precheck
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.models import MandateKind
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.standards.clock import today


def verdicts(application: Application) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for each in precheck(application):
        found.setdefault((each.where, each.clause), []).append(each.verdict)
    return found


def test_a_draft_is_kept_as_far_as_it_goes_and_says_what_is_missing(registry) -> None:
    steps.refreshed(registry)
    lead, _ = steps.team(registry)
    made = applying.begin_project(by=lead, organisation=steps.university(registry), title="Who comes back")
    applying.write(by=lead, application=made, answers={"purpose": "To learn."})
    again = Application.objects.get(pk=made.pk)
    assert again.answers["purpose"] == "To learn."
    with pytest.raises(WrongUse, match="not finished") as refused:
        applying.put_in(by=lead, application=again)
    assert "No variable is chosen." in refused.value.why
    assert "What is it called" not in refused.value.why


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ends": (today() - timedelta(days=1)).isoformat()}, "The last day is before the first."),
        ({"ends": (today() + timedelta(days=1500)).isoformat()}, "longer than three years"),
        ({"ethics_needed": "yes"}, "Which committee approved it"),
        ({"stays": "yes", "stays_on": "2020-01", "stays_until": today().isoformat()}, "no data update"),
    ],
)
def test_what_cannot_be_is_said_before_anybody_reads_it(registry, given, says) -> None:
    made = steps.begun(registry, **given)
    with pytest.raises(WrongUse) as refused:
        applying.put_in(by=made.project.lead, application=made)
    assert says in refused.value.why


def test_only_variables_of_the_catalogue_are_chosen_each_with_why(registry) -> None:
    made = steps.begun(registry)
    with pytest.raises(WrongUse, match="The catalogue has no"):
        applying.choose_variables(by=made.project.lead, application=made, variables={"enrolment.nhi": "x"})
    made = applying.choose_variables(
        by=made.project.lead, application=made, variables={"enrolment.end_date": " "}
    )
    with pytest.raises(WrongUse) as refused:
        applying.put_in(by=made.project.lead, application=made)
    assert "does not say why enrolment.end_date is needed" in refused.value.why


def test_others_than_the_team_write_nothing_and_only_the_lead_puts_it_in(registry) -> None:
    made = steps.begun(registry)
    _, researcher = steps.team(registry)
    with pytest.raises(NotAllowed):
        applying.write(by=registry.person("researcher"), application=made, answers={"skills": "x"})
    with pytest.raises(NotAllowed):
        applying.put_in(by=researcher, application=made)


def test_the_check_names_the_clause_that_blocks_and_never_decides(registry) -> None:
    Agreement.objects.filter(pk=registry.agreement.pk).update(permits_single_provider_output=False)
    made = steps.put_in(registry, one_provider="yes")
    found = verdicts(made)
    where = "Riverbend Aroha, DSA-2026-001"
    assert found[where, "What may come out"] == [BLOCKS]
    assert found[where, "From when until when"] == [ALLOWS]
    assert found[where, "What for"] == [A_PERSON]
    assert found["Ethics approval", "Not needed, the team says"] == [A_PERSON]
    assert found["The team", "Confidentiality training"] == [BLOCKS, BLOCKS]
    assert Application.objects.get(pk=made.pk).state == "waiting"  # it blocks nothing itself


def test_an_agreement_that_ends_first_and_one_that_is_over_are_said(registry) -> None:
    Agreement.objects.filter(pk=registry.agreement.pk).update(ends=today() + timedelta(days=30))
    made = steps.put_in(registry)
    where = "Riverbend Aroha, DSA-2026-001"
    assert verdicts(made)[where, "From when until when"] == [ALLOWS, A_PERSON]
    Agreement.objects.filter(pk=registry.agreement.pk).update(state="ended")
    assert BLOCKS in verdicts(made)[where, "From when until when"]


def test_whose_data_is_asked_for_is_told_asks_and_is_answered(registry) -> None:
    made = steps.put_in(registry)
    whose, provider = registry.agreement.organisation, registry.person("provider")
    assert own_notices(provider).filter(kind="project_asks").count() == 1
    assert not own_notices(registry.person("other")).filter(kind="project_asks").exists()
    question = guarding.ask_about(by=provider, project=made.project, organisation=whose, text="Why us?")
    with pytest.raises(NotAllowed):
        guarding.ask_about(
            by=registry.person("other"), project=made.project,
            organisation=registry.other_agreement.organisation, text="And us?",
        )  # fmt: skip
    guarding.answer_question(by=made.project.lead, question=question, answer="To see who comes back.")
    assert own_notices(provider).filter(kind="project_answered").count() == 1


def review(registry, row: Application) -> Application:
    return reviewing.take_application(by=registry.person("assessor"), application=row)


def test_nothing_goes_ahead_before_kaitiaki_found_every_pair_met(registry) -> None:
    row, assessor = review(registry, steps.put_in(registry)), registry.person("assessor")
    for pair in content.pairs():
        with pytest.raises(RefusedByRule, match="not assessed yet"):
            reviewing.approve_application(by=assessor, application=row)
        finding = "not met" if pair == 5 else "met"
        guarding.assess_pair(
            by=registry.person("kaitiaki"), application=row, pair=pair, finding=finding, said="Too open."
        )
    with pytest.raises(RefusedByRule, match="not met: Tapu and Noa"):
        reviewing.approve_application(by=assessor, application=row)
    assert Project.objects.get(pk=row.project_id).state == "being applied for"


def test_conditions_of_kaitiaki_and_reviewer_follow_the_project(registry) -> None:
    project = steps.approved(
        registry,
        condition="Come and talk before each release.",
        codes=["kaitiaki-see-first", "not-about-one-provider"],
    )
    found = {each.code: each for each in conditions_of(project)}
    assert found["tikanga-1"].words == "Come and talk before each release."
    assert found["tikanga-1"].set_by == "kaitiaki"
    assert has_control(project, "single provider")
    tikanga = project.applications.get().tikanga.get(pair=1)
    assert tikanga.kaitiaki == registry.person("kaitiaki")  # by name


def test_every_pair_has_its_two_names_and_no_invented_te_reo() -> None:
    names = [name for pair in content.pairs().values() for name in pair.names]
    assert names == ["Pūkenga", "Whakapapa", "Pono", "Tika", "Wānanga", "Kaitiaki", "Wairua", "Mauri",
                     "Tapu", "Noa"]  # fmt: skip
    assert "Mana" not in names
    assert [pair.mi for pair in content.pairs().values()] == [""] * 5


def test_no_author_reviews_nor_anybody_of_their_organisation(registry) -> None:
    lead, researcher = steps.team(registry)
    row = steps.put_in(registry)
    custodian = Organisation.objects.get(is_custodian=True)
    both = deciding.somebody(registry, "both", custodian, Role.ASSESSOR, Role.RESEARCHER)
    applying.invite(by=lead, project=row.project, person=both)
    with pytest.raises(NotAllowed, match="team"):
        reviewing.take_application(by=both, application=row)
    applying.answer_invitation(by=both, project=row.project, accept=False)
    with pytest.raises(NotAllowed, match="team"):
        reviewing.take_application(by=both, application=row)
    deciding.somebody(registry, researcher.username, custodian, Role.ASSESSOR, Role.KAITIAKI)
    with pytest.raises(NotAllowed):
        reviewing.take_application(by=researcher, application=row)
    with pytest.raises(NotAllowed):
        guarding.assess_pair(by=researcher, application=row, pair=1, finding="met")


def test_another_reviewer_does_not_decide_what_one_has_taken(registry) -> None:
    row = steps.assessed(registry, review(registry, steps.put_in(registry)))
    custodian = Organisation.objects.get(is_custodian=True)
    other = deciding.somebody(registry, "second", custodian, Role.ASSESSOR)
    with pytest.raises(NotAllowed, match="Another reviewer"):
        reviewing.approve_application(by=other, application=row)


def test_an_amendment_shows_only_what_changed_and_what_was_approved_goes_on(registry) -> None:
    project = steps.approved(registry)
    _, researcher = steps.team(registry)
    change = applying.begin_change(by=project.lead, project=project, kind="amendment")
    with pytest.raises(WrongUse) as refused:
        applying.put_in(by=project.lead, application=change)
    assert "Nothing was changed." in refused.value.why
    applying.write(by=project.lead, application=change, answers={"publish": "A report."})
    variables = {"enrolment.start_date": "To know when.", "enrolment.end_date": "To know how long."}
    change = applying.choose_variables(by=project.lead, application=change, variables=variables)
    found = content.changed(change.before, change.answers, change.variables, change.before["team"])
    assert [(each.before, each.after) for each in found] == [
        ("About publish.", "A report."), ("", "To know how long."),
    ]  # fmt: skip
    row = review(registry, applying.put_in(by=project.lead, application=change))
    reviewing.refuse_application(by=registry.person("assessor"), application=row, reasons="Not needed.")
    project.refresh_from_db()
    assert project.variables == {"enrolment.start_date": "To know when."}
    assert access(project, researcher).open


def test_a_renewal_opens_what_ran_out_and_somebody_taken_out_stays_out(registry) -> None:
    project = steps.approved(registry)
    lead, researcher = steps.team(registry)
    Project.objects.filter(pk=project.pk).update(state="run out", ends=today() - timedelta(days=1))
    project.refresh_from_db()
    applying.take_out(by=lead, project=project, person=researcher)
    assert not access(project, lead).open
    change = applying.begin_change(by=lead, project=project, kind="renewal")
    later = (today() + timedelta(days=300)).isoformat()
    applying.write(by=lead, application=change, answers={"ends": later})
    row = steps.assessed(registry, applying.put_in(by=lead, application=change))
    reviewing.approve_application(by=registry.person("assessor"), application=review(registry, row))
    project.refresh_from_db()
    assert access(project, lead).open
    assert [each.code for each in access(project, researcher).closed] == ["member"]


def test_a_project_stays_on_one_data_update_until_its_day(registry) -> None:
    day = today() + timedelta(days=20)
    project = steps.approved(registry, stays="yes", stays_on="2026-11", stays_until=day.isoformat())
    assert project.refresh_on(day).label == "2026-11"
    assert project.refresh_on(day + timedelta(days=1)) is None


def test_a_body_that_wants_to_be_asked_first_is_and_its_no_closes_the_lab(registry) -> None:
    from linkwell.custody.supplies.models import Supply
    from linkwell.custody.uses import actions as uses

    agreement = deciding.in_force(registry)
    deciding.somebody(registry, "hana", agreement.organisation, Role.KAITIAKI)
    proposals.record_mandate(
        by=registry.person("hana"), proposal=agreement.proposal, kind=MandateKind.KAITIAKI,
        body="Kaitiaki of the rohe", decided_on=date(2026, 3, 2), asks_about_later_uses=True,
    )  # fmt: skip
    steps.refreshed(registry)
    Supply.objects.update(agreement=agreement)
    row = steps.assessed(registry, review(registry, steps.put_in(registry)))
    assert BLOCKS in verdicts(row)[f"Riverbend Aroha, {agreement.reference}", "Conditions"]
    with pytest.raises(RefusedByRule, match="later use"):
        reviewing.approve_application(by=registry.person("assessor"), application=row)
    code = row.project.code
    use = uses.ask_use(by=registry.person("manager"), agreement=agreement, title="A study",
                       purpose="To learn.", project=code)  # fmt: skip
    use = uses.answer_use(by=registry.person("hana"), use=use, verb="agree")
    reviewing.approve_application(by=registry.person("assessor"), application=row)
    steps.vetted(*steps.team(registry))
    project = Project.objects.get(code=code)
    assert access(project, project.lead).open
    uses.answer_use(by=registry.person("hana"), use=use, verb="not agree")
    assert [each.code for each in access(project, project.lead).closed] == ["later use"]
