"""How each row of the matrix is really done: one builder per noun makes a thing and returns its acts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.utils import timezone
from tests import applying, asking, deciding, laboratory

from linkwell.custody.agreements import actions as agreements
from linkwell.custody.agreements import drafting, signing, tokens
from linkwell.custody.agreements.models import Agreement, AgreementVersion, Route, UploadToken
from linkwell.custody.agreements.states import AGREEMENT, TOKEN, VERSION
from linkwell.custody.assessments import actions as assessments
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.states import ASSESSMENT
from linkwell.custody.breaches import actions as breaches
from linkwell.custody.breaches.models import Breach
from linkwell.custody.breaches.states import BREACH
from linkwell.custody.clients import actions as clients
from linkwell.custody.clients.models import ClientOk
from linkwell.custody.clients.states import CLIENT_OK
from linkwell.custody.commissioning import actions as passing
from linkwell.custody.commissioning.models import PassedOn
from linkwell.custody.commissioning.states import PASSING
from linkwell.custody.facilities import actions as facilities
from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.networks import address_in
from linkwell.custody.facilities.states import FACILITY
from linkwell.custody.home import links_path
from linkwell.custody.jobs import stopped
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import batches, databases, looking, working
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.states import DATABASE, WORK
from linkwell.custody.leaving import actions as leaving
from linkwell.custody.leaving.why import Why
from linkwell.custody.linkage import actions as linkage
from linkwell.custody.linkage import judging
from linkwell.custody.machine import Machine, WrongState
from linkwell.custody.organisations import actions as organisations
from linkwell.custody.organisations.models import Membership, Organisation, Person, SenderKey
from linkwell.custody.organisations.roles import Kind, Role
from linkwell.custody.organisations.states import KEY, PERSON
from linkwell.custody.outputs import actions as outputs
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.states import OUTPUT
from linkwell.custody.populations import actions as populations
from linkwell.custody.projects import actions as projects
from linkwell.custody.projects import applying as writing
from linkwell.custody.projects import guarding, pooling, reviewing
from linkwell.custody.projects.models import Application, Hold, Invitation, Project, ProjectQuestion
from linkwell.custody.projects.states import APPLICATION, HOLD, INVITATION, PROJECT, QUESTION
from linkwell.custody.proposals import actions as proposals
from linkwell.custody.proposals.models import MandateKind, Proposal
from linkwell.custody.proposals.states import PROPOSAL
from linkwell.custody.refreshes import actions as refreshes
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.refreshes.states import REFRESH
from linkwell.custody.removals import actions as removals
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.states import REMOVAL
from linkwell.custody.requests import deciding as requests_decided
from linkwell.custody.requests import filling, keeping
from linkwell.custody.requests.models import OutputRequest, RequestVote
from linkwell.custody.requests.states import REQUEST
from linkwell.custody.researchers import actions as researchers
from linkwell.custody.researchers.evidence import undertaking as promised
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.researchers.states import EVIDENCE
from linkwell.custody.retention.actions import ask_for_destruction
from linkwell.custody.signin import lost, passwords
from linkwell.custody.signin.models import LostDevice
from linkwell.custody.signin.states import LOST
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies import destroying, limits, periods
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SUPPLY
from linkwell.custody.uses import actions as uses
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.states import USE
from linkwell.specification.file import render
from linkwell.standards.clock import today
from linkwell.vault.keys import new_key, public_pem
from linkwell.vault.zones import Home

Do = Callable[[Person], object]


@dataclass
class Noun:
    """A thing and everything people do to it.

    Attributes:
        machine: None for a noun without states.
        owners: whose the thing is.
        put: brings the thing into a state.
        acts: (verb, last part of the action's name) -> does it as a person.
        begins: the same for verbs that bring a thing into being; tried once, in no state.
        silent: (verb, state) of what is allowed and changes nothing, so that nothing is recorded.
        named: sign-in names of who is named in the thing.
    """

    machine: Machine | None
    owners: list[Organisation]
    put: Callable[[str], None]
    acts: dict[tuple[str, str], Do] = field(default_factory=dict)
    begins: dict[tuple[str, str], Do] = field(default_factory=dict)
    silent: set[tuple[str, str]] = field(default_factory=set)
    named: frozenset[str] = frozenset()


def stateless(owners: list[Organisation], **begins: Do) -> Noun:
    """A noun without states; names are verb__action."""
    parts = {tuple(name.replace("_a_", " a ").split("__")): do for name, do in begins.items()}
    return Noun(None, owners, lambda state: None, begins=parts)  # type: ignore[arg-type]


def putting(model: Any, pk: Any) -> Callable[[str], None]:
    """Sets the state of a row."""

    def put(state: str) -> None:
        model.objects.filter(pk=pk).update(state=state)

    return put


READ: dict[Callable[[], Any], Any] = {}
"""Rows as they were read in the state the thing is in; the matrix empties it with each new state."""


def reading(rows: Any, pk: Any) -> Callable[[], Any]:
    """Gives a row as it is, a new object every time. What an act did to it is undone, so it is read once in
    every state and not before each of some hundred acts.
    """

    def now() -> Any:
        if now not in READ:
            READ[now] = rows.get(pk=pk)
        return copy.deepcopy(READ[now])

    return now


def moved(do: Do, now: Callable[[], Any], state: str) -> Do:
    """An action that can do several things: it counts only if the thing ended in `state`."""

    def acted(by: Person) -> None:
        row = now()
        before = row.state
        do(by)
        row.refresh_from_db(fields=["state"])
        if row.state != state or before == state:
            raise WrongState("something else happened")

    return acted


def proposal(registry: Any) -> Noun:
    assessment = deciding.put_forward(registry)
    Assessment.objects.update(state="under way")
    row = assessment.proposal
    other = render(registry.sealed.specification).replace("yearly", "monthly")

    now = reading(Proposal.objects, row.pk)
    asked = reading(Assessment.objects.select_related("proposal"), assessment.pk)

    return Noun(
        PROPOSAL, [row.organisation], putting(Proposal, row.pk),
        {
            ("upload", "upload"): lambda by: proposals.upload(by=by, proposal=now(), toml=other),
            ("document", "document"): lambda by: proposals.document(by=by, proposal=now(), answers={}),
            ("comment", "comment"): lambda by: proposals.comment(by=by, proposal=now(), text="x"),
            ("mandate", "record_mandate"): lambda by: proposals.record_mandate(
                by=by, proposal=now(), kind=MandateKind.BOARD, body="x", decided_on=date(2026, 1, 1)),
            ("put forward", "put_forward"): lambda by: proposals.put_forward(by=by, proposal=now()),
            ("revise", "revise"): lambda by: proposals.revise(by=by, proposal=now()),
            ("withdraw", "withdraw"): lambda by: proposals.withdraw(by=by, proposal=now()),
            ("return", "give_back"): lambda by: assessments.give_back(by=by, assessment=asked(), reasons="x"),
            ("refuse", "refuse"): lambda by: assessments.refuse(by=by, assessment=asked(), reasons="x"),
            ("approve", "approve"): lambda by: assessments.approve(by=by, assessment=asked()),
        },
        {("begin", "begin"): lambda by: proposals.begin(by=by, organisation=row.organisation, title="x")},
    )  # fmt: skip


def assessment(registry: Any) -> Noun:
    row = deciding.put_forward(registry)
    again = deciding.written(registry)

    now = reading(Assessment.objects.select_related("proposal"), row.pk)

    return Noun(
        ASSESSMENT, [row.proposal.organisation], putting(Assessment, row.pk),
        {
            ("take", "take"): lambda by: assessments.take(by=by, assessment=now()),
            ("return", "give_back"): lambda by: assessments.give_back(by=by, assessment=now(), reasons="x"),
            ("refuse", "refuse"): lambda by: assessments.refuse(by=by, assessment=now(), reasons="x"),
            ("approve", "approve"): lambda by: assessments.approve(by=by, assessment=now()),
            ("stop", "withdraw"): moved(
                lambda by: proposals.withdraw(by=by, proposal=now().proposal), now, "stopped"),
        },
        {("open", "put_forward"): lambda by: proposals.put_forward(by=by, proposal=again)},
    )  # fmt: skip


def text(registry: Any) -> Noun:
    via = Organisation.objects.get(code="an-intermediary")
    row = deciding.drafted(registry, route=Route.INTERMEDIARY, via=via)
    fresh = deciding.approved(registry).proposal
    held = deciding.in_force(registry)

    now = reading(AgreementVersion.objects.select_related("agreement"), row.pk)

    return Noun(
        VERSION, [row.agreement.organisation, via], putting(AgreementVersion, row.pk),
        {
            ("offer", "offer"): lambda by: drafting.offer(by=by, version=now()),
            ("take back", "take_back"): lambda by: drafting.take_back(by=by, version=now()),
            ("decline", "decline"): lambda by: signing.decline(by=by, version=now(), reason=""),
            # the integrator drew it up, so every custodian manager is a second pair of eyes
            ("sign", "sign"): lambda by: signing.sign(
                by=by, version=now(), digest=row.digest, own_agreement="have"),
            ("answer", "answer_own_agreement"): lambda by: signing.answer_own_agreement(
                by=by, version=now(), answer="still needed"),
        },
        {
            ("draft", "draft"): lambda by: drafting.draft(by=by, proposal=fresh, wanted=deciding.wanted()),
            ("draft", "vary"): lambda by: drafting.vary(by=by, agreement=held, wanted=deciding.wanted()),
        },
    )  # fmt: skip


def agreement(registry: Any) -> Noun:
    row = deciding.drafted(registry).agreement
    fresh = deciding.approved(registry).proposal

    now = reading(Agreement.objects, row.pk)

    return Noun(
        AGREEMENT, [row.organisation], putting(Agreement, row.pk),
        {
            ("end", "end_agreement"): lambda by: signing.end_agreement(by=by, agreement=now()),
            ("leave", "leave"): lambda by: signing.leave(by=by, agreement=now()),
            ("ask for destruction", "ask_for_destruction"): lambda by: ask_for_destruction(
                by=by, agreement=now()),
        },
        {
            ("draft", "draft"): lambda by: drafting.draft(by=by, proposal=fresh, wanted=deciding.wanted()),
            ("enrol", "enrol_provider"): lambda by: agreements.enrol_provider(
                by=by, code="brand-new", name="Brand New", agreement="DSA-2026-099",
                specification_toml=render(registry.sealed.specification),
                specification_digest=registry.sealed.specification.digest,
                sender_key_pem=public_pem(new_key().public_key()), permits_single_provider_output=False,
                starts=today(), ends=today()),
        },
    )  # fmt: skip


def later_use(registry: Any) -> Noun:
    whose = registry.agreement

    def ask(by: Person) -> LaterUse:
        return uses.ask_use(by=by, agreement=whose, title="A study", purpose="To learn.")

    row = ask(registry.person("manager"))

    now = reading(LaterUse.objects.select_related("agreement__organisation"), row.pk)

    def answering(verb: str) -> Do:
        return lambda by: uses.answer_use(by=by, use=now(), verb=verb)

    return Noun(
        USE, [whose.organisation], putting(LaterUse, row.pk),
        {
            ("agree", "answer_use"): answering("agree"),
            ("not agree", "answer_use"): answering("not agree"),
            ("take back", "take_back_use"): lambda by: uses.take_back_use(by=by, use=now()),
        },
        {("ask", "ask_use"): ask},
    )  # fmt: skip


def report_passed_on(registry: Any) -> Noun:
    payer = Organisation.objects.get(code="a-payer")
    release = deciding.released(registry)
    row = PassedOn.objects.create(
        release=release, to=payer, state="passed on", by="x", passed_at=timezone.now()
    )

    other = deciding.released(registry, reference="R8")
    return Noun(
        PASSING, [release.organisation], putting(PassedOn, row.pk),
        {
            ("pass on", "pass_on"): lambda by: passing.pass_on(by=by, release=release, to=payer),
            ("stop", "stop_passing"): lambda by: passing.stop_passing(by=by, release=release, to=payer),
        },
        {("pass on", "pass_on"): lambda by: passing.pass_on(by=by, release=other, to=payer)},
        {("pass on", "passed on")},
    )  # fmt: skip


def undertaking(registry: Any) -> Noun:
    return stateless([], promise__promise=lambda by: signing.promise(by=by, agreement=registry.agreement))


def token(registry: Any) -> Noun:
    row = UploadToken.objects.get(agreement=registry.agreement)
    vendor = Organisation.objects.get(code="a-vendor")

    def put(state: str) -> None:
        past, later = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
        UploadToken.objects.filter(pk=row.pk).update(
            expires_at=past if state == "expired" else later, ended_at=past if state == "ended" else None
        )
        held = "ended" if state == "agreement over" else "in force"
        Agreement.objects.filter(pk=registry.agreement.pk).update(state=held)
        assert tokens.standing(UploadToken.objects.get(pk=row.pk)) == state

    return Noun(
        TOKEN, [registry.agreement.organisation], put,
        {("end", "end_upload_token"): lambda by: tokens.end_upload_token(by=by, key_id=row.key_id)},
        {
            ("issue", "issue_upload_token"): lambda by: agreements.issue_upload_token(
                by=by, agreement=registry.other_agreement),
            ("issue", "issue_vendor_token"): lambda by: agreements.issue_vendor_token(by=by, vendor=vendor),
        },
        {("end", "ended")},
    )  # fmt: skip


def client_ok(registry: Any) -> Noun:
    vendor = Organisation.objects.get(code="a-vendor")
    Agreement.objects.filter(pk=registry.agreement.pk).update(route=Route.VENDOR, via=vendor)
    agreed = Agreement.objects.get(pk=registry.agreement.pk)
    row = ClientOk.objects.create(agreement=agreed, state="waiting")

    def deciding_(verb: str) -> Do:
        return lambda by: clients.decide(by=by, agreement=agreed, verb=verb)

    acts = {(verb, "decide"): deciding_(verb) for verb in ("give", "pause", "refuse")}
    return Noun(CLIENT_OK, [agreed.organisation], putting(ClientOk, row.pk), acts)


def sending_round(registry: Any) -> Noun:
    vendor = Organisation.objects.get(code="a-vendor")
    return stateless(
        [vendor], begin__begin_round=lambda by: clients.begin_round(by=by, vendor=vendor, label="x")
    )


def breach(registry: Any) -> Noun:
    whose = registry.agreement.organisation

    def noticed(by: Person) -> Breach:
        return breaches.record_breach(
            by=by, organisation=whose, found_at=timezone.now(), what="A lost stick."
        )

    row = noticed(registry.person("manager"))

    def judging(verb: str) -> Do:
        return lambda by: breaches.judge(by=by, breach=Breach.objects.get(pk=row.pk), verb=verb)

    acts = {(verb, "judge"): judging(verb) for verb in ("serious", "not serious", "tell", "close")}
    return Noun(BREACH, [whose], putting(Breach, row.pk), acts, {("record", "record_breach"): noticed})


def supply(registry: Any) -> Noun:
    by, home = registry.person("integrator"), registry.home
    row = supplies.import_package(by=by, agreement=registry.agreement, package=registry.sealed.path)
    real = Home.create(home.path.parent / "real", name="Stats NZ")
    drawn = links_path(row.reference).parent
    (drawn / judging.SHEET).write_text("number\n1\n")
    (drawn / judging.KEY).write_text("{}")

    now = reading(Supply.objects.select_related("agreement__organisation"), row.pk)

    def accept_in(where: Home) -> Do:
        def accept(by: Person) -> None:
            settings.LINKWELL_HOME = where.path  # in a real home the first look is by the first of two people
            try:
                supplies.accept(by=by, supply=now())
            finally:
                settings.LINKWELL_HOME = home.path

        return accept

    def again(by: Person) -> Supply:
        return supplies.import_package(
            by=by, agreement=registry.other_agreement, package=registry.sealed.path
        )

    return Noun(
        SUPPLY, [row.organisation], putting(Supply, row.pk),
        {
            ("check", "accept"): moved(accept_in(real), now, "checking"),
            ("accept", "accept"): accept_in(home),
            ("reject", "reject"): lambda by: supplies.reject(by=by, supply=now(), reason="x"),
            ("recall", "recall"): lambda by: destroying.recall(by=by, supply=now()),
            ("link", "link"): lambda by: linkage.link(by=by, supply=now()),
            ("link", "hand_in"): lambda by: populations.hand_in(by=by, supply=now(), links=NO_LINKS),
            ("link again", "link_again"): lambda by: linkage.link_again(by=by, supply=now()),
            ("judge pairs", "judge_pair"): lambda by: linkage.judge_pair(
                by=by, supply=now(), number=1, answer="same"),
        },
        {("receive", "import_package"): again},
    )  # fmt: skip


def stopped_work(registry: Any) -> Noun:
    sent, analysed = supply(registry), output(registry)
    row, held = Supply.objects.get(), Output.objects.get()
    failing = Refresh.objects.create(label="failing", state="failed")

    def again(kind: str, subject: str, *state: Callable[[], object]) -> Do:
        job = Job.objects.create(kind=kind, queue="quick", subject=subject, state="failed", by="x")

        def act(by: Person) -> None:
            for put in state:
                put()
            stopped.try_again(by=by, job=job)

        return act

    assert (sent.machine, analysed.machine) == (SUPPLY, OUTPUT)
    return Noun(
        None, [], lambda state: None, begins={
            ("accept", "try_again"): again("supply.accept", row.reference),
            ("link", "try_again"): again("supply.link", row.reference, lambda: sent.put("accepted")),
            ("load", "try_again"): again("refresh.load", failing.label),
            ("analyse", "try_again"): again("output.analyse", held.reference, lambda: analysed.put("failed")),
        },
    )  # fmt: skip


def refresh(registry: Any) -> Noun:
    sent = supply(registry)
    sent.put("linked")
    row = Refresh.objects.create(label="of-a-day", state="ready")
    RefreshSupply.objects.create(refresh=row, supply=Supply.objects.get())

    def load(label: str) -> Do:
        return lambda by: refreshes.load(by=by, label=label)

    return Noun(
        REFRESH,
        [],
        putting(Refresh, row.pk),
        {("load", "load"): load(row.label)},
        {("load", "load"): load("new")},
    )


def removal(registry: Any) -> Noun:
    sent = supply(registry)
    sent.put("linked")
    row = removals.ask(by=registry.person("provider"), agreement=registry.agreement, kind="withdrawal")

    def now() -> Removal:
        return removals.find(row.reference)

    return Noun(
        REMOVAL, [registry.agreement.organisation], putting(Removal, row.pk),
        {
            ("confirm", "confirm"): lambda by: removals.confirm(by=by, removal=now()),
            ("take back", "take_back"): lambda by: removals.take_back(by=by, removal=now()),
        },
        {("ask", "ask"): lambda by: removals.ask(
            by=by, agreement=_free(registry.agreement), kind="withdrawal")},
    )  # fmt: skip


def _free(agreement: Agreement) -> Agreement:
    """The agreement, with nothing being taken out under it."""
    Removal.objects.filter(agreement=agreement).update(state="done")
    return agreement


def project(registry: Any) -> Noun:
    analyst = registry.person("analyst")
    row = applying.approved(registry)
    return Noun(
        PROJECT, [registry.agreement.organisation], putting(Project, row.pk),
        {("close", "close_project"): lambda by: projects.close_project(by=by, project=row)},
        {
            ("approve", "approve_standing_project"): lambda by: projects.approve_standing_project(
                by=by, agreement=registry.other_agreement, analysts=[analyst]),
            ("approve", "begin_pool"): lambda by: pooling.begin_pool(
                by=by, code="pool", service="x", agreements=three(registry), analysts=[analyst]),
            ("begin", "begin_project"): begin_one,
        },
        named=frozenset({row.lead.username}),
    )  # fmt: skip


def three(registry: Any) -> list[Agreement]:
    """Agreements of three organisations: the registry's two and a third like them."""
    there = Organisation.objects.filter(code="third").first()
    if there is None:
        there = Organisation.objects.create(code="third", name="Third", kind=Kind.PROVIDER)
        row = Agreement.objects.get(pk=registry.other_agreement.pk)
        row.pk, row.reference, row.organisation = None, "DSA-2026-003", there
        row._state.adding = True
        row.save()
    deciding.own_keys()
    return list(Agreement.objects.filter(reference__startswith="DSA-2026-").order_by("pk"))


def begin_one(by: Person) -> None:
    """Begin a project in the first organisation the person could; in any, if there is none."""
    held = by.memberships.filter(role=Role.PROJECT_LEAD).first()
    where = held.organisation if held else Organisation.objects.get(is_custodian=True)
    writing.begin_project(by=by, organisation=where, title="x")


def application(registry: Any) -> Noun:
    first = applying.approved(registry)
    row = applying.assessed(registry, applying.put_in(registry))
    lead, researcher = applying.team(registry)
    everyone = Person.objects.filter(memberships__role=Role.ASSESSOR)

    now = reading(Application.objects.select_related("project__organisation"), row.pk)

    def put(state: str) -> None:
        who = everyone.get().username if state in ("under review", "returned", "approved") else ""
        Application.objects.filter(pk=row.pk).update(state=state, reviewer=who)

    def deciding_(action: Callable[..., object], **said: str) -> Do:
        return lambda by: action(by=by, application=now(), **said)

    def change(by: Person) -> None:
        writing.begin_change(by=by, project=first, kind="amendment")

    return Noun(
        APPLICATION, [registry.agreement.organisation], put,
        {
            ("put in", "put_in"): deciding_(writing.put_in),
            ("withdraw", "withdraw"): deciding_(writing.withdraw),
            ("write", "write"): lambda by: writing.write(
                by=by, application=now(), answers={"skills": "x"}),
            ("write", "choose_variables"): lambda by: writing.choose_variables(
                by=by, application=now(), variables={"enrolment.start_date": "x"}),
            ("assess tikanga", "assess_pair"): lambda by: guarding.assess_pair(
                by=by, application=now(), pair=1, finding="met"),
            ("take", "take_application"): deciding_(reviewing.take_application),
            ("return", "return_application"): deciding_(reviewing.return_application, reasons="x"),
            ("approve", "approve_application"): deciding_(reviewing.approve_application),
            ("refuse", "refuse_application"): deciding_(reviewing.refuse_application, reasons="x"),
        },
        {("begin", "begin_project"): begin_one, ("change", "begin_change"): change},
        named=frozenset({lead.username, researcher.username}),
    )  # fmt: skip


def invitation(registry: Any) -> Noun:
    lead, researcher = applying.team(registry)
    row = applying.begun(registry)
    asked = Invitation.objects.get(project=row.project, person=researcher)
    other = registry.person("researcher")
    return Noun(
        INVITATION, [], putting(Invitation, asked.pk),
        {
            ("invite", "invite"): lambda by: writing.invite(
                by=by, project=row.project, person=researcher),
            ("take out", "take_out"): lambda by: writing.take_out(
                by=by, project=row.project, person=researcher),
        },
        {("invite", "invite"): lambda by: writing.invite(by=by, project=row.project, person=other)},
        named=frozenset({lead.username}),
    )  # fmt: skip


def question(registry: Any) -> Noun:
    used, whose = applying.approved(registry), registry.agreement.organisation

    def ask(by: Person) -> ProjectQuestion:
        return guarding.ask_about(by=by, project=used, organisation=whose, text="Why us?")

    row = ask(registry.person("provider"))
    return Noun(
        QUESTION, [whose], putting(ProjectQuestion, row.pk),
        {("answer", "answer_question"): lambda by: guarding.answer_question(
            by=by, question=row, answer="Because.")},
        {("ask", "ask_about"): ask},
        named=frozenset({used.lead.username}),
    )  # fmt: skip


def hold(registry: Any) -> Noun:
    used, whose = applying.approved(registry), registry.agreement.organisation
    row = Hold.objects.create(
        project=used, organisation=whose, state="stands", said="x", placed_by="somebody"
    )

    def mine(by: Person) -> Hold:
        """The hold, as one of the kaitiaki's own organisation."""
        at_custodian = by.memberships.filter(organisation__is_custodian=True, role=Role.KAITIAKI).first()
        row.organisation = at_custodian.organisation if at_custodian else whose
        row.save(update_fields=["organisation"])
        return row

    def place(by: Person) -> Hold:
        Hold.objects.filter(pk=row.pk).update(state="lifted")
        return guarding.hold(by=by, project=used, said="Stop.")

    return Noun(
        HOLD, [whose], putting(Hold, row.pk),
        {("lift", "lift"): lambda by: guarding.lift(by=by, hold=mine(by), agreed="Talked.")},
        {("hold", "hold"): place},
    )  # fmt: skip


def evidence(registry: Any) -> Noun:
    _, researcher = applying.team(registry)
    today = timezone.localdate()
    row = Evidence.objects.create(
        person=researcher, kind="training", since=today - timedelta(days=10), until=today, by="x"
    )

    def put(state: str) -> None:
        yesterday = today - timedelta(days=1)
        Evidence.objects.filter(pk=row.pk).update(
            until=yesterday if state == "run out" else today,
            ended_on=yesterday if state == "ended" else None,
        )
        assert Evidence.objects.get(pk=row.pk).state == state

    return Noun(
        EVIDENCE, [], put,
        {("end", "end_evidence"): lambda by: researchers.end_evidence(by=by, evidence=row)},
        {
            ("write down", "write_down"): lambda by: researchers.write_down(
                by=by, person=researcher, kind="training", since=today),
            ("sign", "sign_undertaking"): lambda by: researchers.sign_undertaking(
                by=by, fingerprint=promised().fingerprint),
        },
        {("end", "ended")},
    )  # fmt: skip


def output(registry: Any) -> Noun:
    manager, analyst = registry.person("manager"), registry.person("analyst")
    used = projects.approve_standing_project(by=manager, agreement=registry.agreement, analysts=[analyst])
    first, second = (Refresh.objects.create(label=f"day-{n}", state="ready") for n in (1, 2))
    row = Output.objects.create(
        reference="out", project=used, refresh=first, state="failed", analyst=analyst.username
    )

    def now() -> Output:
        return outputs.find(row.reference)

    def analyse(on: Refresh) -> Do:
        return lambda by: outputs.analyse(by=by, project=used, refresh=on)

    return Noun(
        OUTPUT, [registry.agreement.organisation], putting(Output, row.pk),
        {
            ("analyse", "analyse"): analyse(first),
            ("release", "release"): lambda by: outputs.release(by=by, output=now()),
            ("refuse", "refuse"): lambda by: outputs.refuse(by=by, output=now(), reason="x"),
        },
        {("analyse", "analyse"): analyse(second)},
    )  # fmt: skip


def output_request(registry: Any) -> Noun:
    used = applying.approved(registry, codes=("kaitiaki-see-first", "report-back"))
    lead, researcher = applying.team(registry)
    row = asking.filled(used)
    file = row.files.get(role="leaves")
    OutputRequest.objects.filter(pk=row.pk).update(about=registry.agreement.organisation)

    now = reading(OutputRequest.objects.select_related("project__organisation", "about"), row.pk)

    def both(by: Person) -> OutputRequest:
        """The request, with a yes of this person and of another to its file."""
        for name in (by.username, "another checker"):
            facts = {"digest": file.digest, "approves": True}
            RequestVote.objects.update_or_create(request=row, reviewer=name, name=file.name, defaults=facts)
        return now()

    def kept(whole: OutputRequest) -> OutputRequest:
        """The request, with what its conditions ask for said."""
        whole.kept = {
            each.code: {"files": keeping.fingerprint(whole)} for each, _ in keeping.still_open(whole)
        }
        whole.save()
        return whole

    return Noun(
        REQUEST, [registry.agreement.organisation], putting(OutputRequest, row.pk),
        {
            ("fill", "add_file"): lambda by: filling.add_file(
                by=by, request=now(), name="b.csv", content=b"a", role="evidence", group="x"),
            ("fill", "take_out_file"): lambda by: filling.take_out_file(by=by, request=now(), name=file.name),
            ("submit", "submit"): lambda by: filling.submit(by=by, request=now()),
            ("withdraw", "withdraw_request"): lambda by: filling.withdraw_request(by=by, request=now()),
            ("vote", "vote"): lambda by: requests_decided.vote(
                by=by, request=now(), says={file.name: True}),
            ("return", "return_request"): lambda by: requests_decided.return_request(
                by=by, request=now(), reasons="x"),
            ("refuse", "refuse_request"): lambda by: requests_decided.refuse_request(
                by=by, request=now(), reasons="x"),
            ("approve", "approve_request"): lambda by: requests_decided.approve_request(
                by=by, request=both(by)),
            ("keep", "say_kept"): lambda by: keeping.say_kept(
                by=by, request=now(), said="x",
                code="report-back" if by == lead else "kaitiaki-see-first"),
            ("reply", "reply"): lambda by: requests_decided.reply(by=by, request=now(), text="x"),
            ("release", "release_request"): lambda by: requests_decided.release_request(
                by=by, request=kept(both(by))),
        },
        {("begin", "begin_request"): lambda by: filling.begin_request(by=by, project=used, title="x")},
        named=frozenset({lead.username, researcher.username}),
    )  # fmt: skip


def project_database(registry: Any) -> Noun:
    used = applying.approved(registry)
    row = laboratory.database(used)
    ProjectDatabase.objects.update(state="removed")
    return Noun(
        DATABASE, [], putting(ProjectDatabase, row.pk),
        begins={("build", "build"): lambda by: databases.build(by=by, project=used)},
    )  # fmt: skip


def lab_work(registry: Any) -> Noun:
    used = applying.approved(registry, codes=("rows-in-facility",))
    lead, researcher = applying.team(registry)
    laboratory.facility(registry)
    database = laboratory.database(used)
    row = laboratory.table(database, "grown")
    laboratory.batch(database, "often")
    laboratory.locks_hold()
    return Noun(
        WORK, [], putting(LabWork, row.pk),
        begins={
            ("try", "try_script"): lambda by: working.try_script(by=by, project=used, texts=["SELECT 1"]),
            ("count", "ask_count"): lambda by: working.ask_count(
                by=by, project=used, table="grown", columns={}, purpose="To know."),
            ("model", "ask_model"): lambda by: working.ask_model(
                by=by, project=used, table="grown", formula="ols: visits ~ sex", purpose="To know."),
            ("batch", "bring"): lambda by: batches.bring(
                by=by, project=used, name="often.py",
                data=b'# reads: person\n# makes: out\nmake("out", snz_uid=[], x=[])\n'),
            ("run", "run"): lambda by: batches.run(by=by, project=used, again=True),
            ("look", "ask_look"): lambda by: looking.ask_look(
                by=by, project=used, text="SELECT * FROM person", address=address_in(laboratory.INSIDE)),
        },
        named=frozenset({lead.username, researcher.username}),
    )  # fmt: skip


def facility(registry: Any) -> Noun:
    whose = Organisation.objects.get(code="a-university")
    row = laboratory.facility(registry, state="entered")
    row.entered_by = "somebody-else"
    row.save()

    def now() -> Facility:
        return Facility.objects.get(pk=row.pk)

    def deciding_(confirm: bool) -> Do:
        return lambda by: facilities.decide(by=by, facility=now(), confirm=confirm)

    return Noun(
        FACILITY, [], putting(Facility, row.pk),
        {("confirm", "decide"): deciding_(True), ("refuse", "decide"): deciding_(False),
         ("end", "end"): lambda by: facilities.end(by=by, facility=now())},
        {("enter", "enter"): lambda by: facilities.enter(
            by=by, code="room-3", name="Room three", organisation=whose, networks="198.51.100.7",
            starts=today(), ends=today(), checked="A warden.")},
    )  # fmt: skip


def organisation(registry: Any) -> Noun:
    return stateless([], enter__enter_organisation=lambda by: organisations.enter_organisation(
        by=by, code="brand-new", name="Brand New", kind=Kind.PROVIDER),
        set_a_quota__set_quota=lambda by: limits.set_quota(
            by=by, organisation=registry.agreement.organisation, quota_bytes=1))  # fmt: skip


def key_period(registry: Any) -> Noun:
    return stateless([], begin_a_period__new_period=lambda by: periods.new_period(by=by))


def person(registry: Any) -> Noun:
    where = registry.agreement.organisation
    row = deciding.somebody(registry, "leaver", where, Role.PROVIDER_STAFF)
    held = Membership.objects.get(person=row)

    def put(state: str) -> None:
        Person.objects.filter(pk=row.pk).update(is_active=state == "here")
        held.save(force_insert=True) if state == "here" and not row.memberships.exists() else None
        row.memberships.all().delete() if state == "ended" else None

    now = reading(Person.objects, row.pk)

    def give(name: str) -> Do:
        return lambda by: organisations.add_person(
            by=by, username=name, name="Somebody", password="four plain words here",
            organisation=registry.other_agreement.organisation, roles=[Role.PROVIDER_STAFF])  # fmt: skip

    return Noun(
        PERSON, [where], put,
        {
            ("give a role", "add_person"): give(row.username),
            ("unlock", "unlock"): lambda by: lost.unlock(by=by, person=now()),
            ("give a password", "give_password"): lambda by: passwords.give_password(
                by=by, person=now(), first="another four plain words"),
            ("take a role away", "take_role"): lambda by: leaving.take_role(
                by=by, person=now(), organisation=where, role=Role.PROVIDER_STAFF, why=Why.LEFT),
            ("end", "end_person"): lambda by: leaving.end_person(by=by, person=now(), why=Why.LEFT),
        },
        {("give a role", "add_person"): give("somebody-new")},
    )  # fmt: skip


def lost_device(registry: Any) -> Noun:
    theirs, other = registry.person("provider"), registry.person("provider_staff")
    row = lost.ask(by=registry.person("linker"), person=theirs)

    def deciding_(confirm: bool) -> Do:
        return lambda by: lost.decide(by=by, lost=LostDevice.objects.get(pk=row.pk), confirm=confirm)

    return Noun(
        LOST, [registry.agreement.organisation], putting(LostDevice, row.pk),
        {("confirm", "decide"): deciding_(True), ("refuse", "decide"): deciding_(False)},
        {("ask", "ask"): lambda by: lost.ask(by=by, person=other)},
    )  # fmt: skip


def signing_key(registry: Any) -> Noun:
    whose = registry.agreement.organisation
    row = SenderKey.objects.get(organisation=whose)

    def put(state: str) -> None:
        SenderKey.objects.filter(pk=row.pk).update(ended_at=timezone.now() if state == "ended" else None)

    return Noun(
        KEY, [whose], put,
        {("end", "end_sender_key"): lambda by: organisations.end_sender_key(by=by, key=row)},
        {("enrol", "enrol_sender_key"): lambda by: organisations.enrol_sender_key(
            by=by, organisation=whose, public_pem=public_pem(new_key().public_key()))},
        {("end", "ended")},
    )  # fmt: skip


def spine(registry: Any) -> Noun:
    return stateless([], make__start_spine=lambda by: populations.start_spine(by=by, how="built"))


def handed_out(what: str, state: str) -> Callable[[Any], Noun]:
    def noun(registry: Any) -> Noun:
        sent = supply(registry)
        sent.put(state)
        row = Supply.objects.get()
        verb = "hand out" if what == "links" else "service details"
        do: Do = lambda by: populations.hand_out(by=by, supply=row, what=what)  # noqa: E731
        return Noun(None, sent.owners, lambda state: None, begins={(verb, "hand_out"): do})

    return noun


NO_LINKS = pa.table({"record": ["k"], "person": pa.array([None], pa.int64()), "posterior": [0.0],
                     "decision": ["none"], "pass": ["outside"]})  # fmt: skip

BUILDERS: dict[str, Callable[[Any], Noun]] = {
    "proposal": proposal, "assessment": assessment, "agreement": agreement, "version of an agreement": text,
    "undertaking": undertaking, "upload token": token, "client's OK": client_ok,
    "round of sending": sending_round, "breach": breach, "supply": supply, "refresh": refresh,
    "removal": removal,
    "project": project, "application": application, "invitation to a team": invitation,
    "question about a project": question, "hold of kaitiaki": hold, "evidence about a researcher": evidence,
    "output": output, "output request": output_request,
    "project database": project_database, "work in a lab": lab_work, "facility": facility,
    "organisation": organisation, "person": person,
    "stopped work": stopped_work, "keys": key_period,
    "signing key": signing_key, "lost device": lost_device, "later use": later_use,
    "report passed on": report_passed_on, "spine": spine,
    "handover": handed_out("content", "accepted"), "link map": handed_out("links", "linked"),
    "notices by e-mail": lambda registry: stateless([]),
}  # fmt: skip
"""One builder for every noun of the matrix."""
