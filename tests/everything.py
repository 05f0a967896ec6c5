"""One of everything, all of it the first provider's, and people of every role in every place.

For tests that ask every address: a page whose address names a thing needs its name in `arguments`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement, AgreementVersion, Route, UploadToken
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.breaches.actions import record_breach
from linkwell.custody.commissioning.actions import pass_on
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.actions import enter_organisation
from linkwell.custody.organisations.models import Membership, Organisation, Person, SenderKey
from linkwell.custody.organisations.roles import PLACES, Kind, Role
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.permissions import Capability, Relation
from linkwell.custody.projects.actions import approve_standing_project
from linkwell.custody.projects.applying import begin_change, put_in, write
from linkwell.custody.projects.guarding import ask_about, hold
from linkwell.custody.projects.models import Application, Hold, Invitation, Project, ProjectQuestion
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.removals.models import Removal
from linkwell.custody.requests.bundle import release_files
from linkwell.custody.requests.models import OutputRequest, RequestFile, RequestVote
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.signin.lost import ask as ask_lost
from linkwell.custody.signin.models import LostDevice
from linkwell.custody.supplies import actions as supplies
from linkwell.custody.supplies.models import Supply
from linkwell.custody.uses.actions import ask_use
from linkwell.custody.uses.models import LaterUse
from linkwell.portal.access import SIGNED_IN, Page
from tests import applying, asking, deciding, laboratory

BACKEND = "django.contrib.auth.backends.ModelBackend"
DATASET = {
    "name": "enrolment", "label": "People's time with a service", "rows": 1200, "suppliers": ["aroha"],
    "variables": [{"name": "start_date", "kind": "day", "meaning": "First day", "filled_percent": 97,
                   "codes": {}, "caveats": ["Empty means: not written down"]}],
    "examples": [{"start_date": "2023-04-05"}],
}  # fmt: skip
REPORT = "<!doctype html><title>x</title><style>p{color:red}</style><p>"


@dataclass(frozen=True)
class Somebody:
    """A person with one role in one organisation, or with none."""

    person: Person
    role: Role | None
    organisation: Organisation | None

    def __str__(self) -> str:
        return self.person.username


def everybody(registry: Any) -> list[Somebody]:
    """One person of every role in every place it can be held, where the things are and elsewhere; and one
    without any role.
    """
    manager = registry.person("manager")
    for code, kind in (
        ("a-vendor", Kind.VENDOR), ("z-vendor", Kind.VENDOR), ("an-intermediary", Kind.INTERMEDIARY),
        ("z-intermediary", Kind.INTERMEDIARY), ("a-payer", Kind.COMMISSIONER), ("z-payer", Kind.COMMISSIONER),
        ("a-university", Kind.RESEARCH),
    ):  # fmt: skip
        enter_organisation(by=manager, code=code, name=code.title(), kind=kind)
    found, new = [], []
    password = make_password("four plain words here")  # entered at one go: tests ask for everybody often
    for organisation in Organisation.objects.order_by("pk"):
        for role in Role:
            if organisation.kind in PLACES[role]:
                known = registry.people.get(role.value) if organisation.is_custodian else None
                name = f"{role}.{organisation.code}"
                person = known or Person(username=name, name=name.title(), password=password)
                found.append(Somebody(person, role, organisation))
                new += [] if known else [found[-1]]
    nobody = Person(username="no-role", name="No Role")
    Person.objects.bulk_create([*(each.person for each in new), nobody])
    Membership.objects.bulk_create(
        Membership(person=each.person, organisation=each.organisation, role=each.role) for each in new
    )
    registry.people |= {each.person.username: each.person for each in new}
    return [*found, Somebody(nobody, None, None)]


@dataclass(frozen=True)
class World:
    """The things, by the reference of the supply they go back to."""

    registry: Any
    reference: str
    people: list[Somebody]

    def owners(self, page: str) -> set[str]:
        """Codes of the organisations the thing of a page belongs to."""
        if page in ("report", "report-file"):
            return {"aroha", "a-payer"}  # it was passed on
        if page == "client":
            return {"a-vendor"}
        parties = page.startswith("agreement") and page not in (
            "agreement-vendor",
            "agreement-sender",
            "agreement-story",
            "agreement-remove",
        )
        return {"aroha", "an-intermediary"} if parties else {"aroha"}


def build(registry: Any, people: list[Somebody] | None = None) -> World:
    """Make the world, with everybody in it."""
    people = people or everybody(registry)
    supply = supplies.import_package(
        by=registry.person("integrator"), agreement=registry.agreement, package=registry.sealed.path
    )
    _output(registry)
    deciding.offered(registry, route=Route.INTERMEDIARY, via=Organisation.objects.get(code="an-intermediary"))
    _shared_further(registry)
    vendor = Organisation.objects.get(code="a-vendor")
    Agreement.objects.filter(pk=registry.agreement.pk).update(route=Route.VENDOR, via=vendor)
    record_breach(
        by=registry.person("manager"), organisation=registry.agreement.organisation,
        found_at=timezone.now(), what="A lost stick.",
    )  # fmt: skip
    ask_lost(by=registry.person("provider"), person=registry.person("provider_staff"))
    links = registry.home.path / "identity" / "links" / supply.reference
    links.mkdir(parents=True)
    _stopped(supply.reference)
    planned_removal(registry, supply)
    (links / "report.html").write_text(REPORT + "linkage")
    _researched(registry, supply)
    _pooled(registry)
    return World(registry, supply.reference, people)


def _output(registry: Any) -> None:
    project = approve_standing_project(
        by=registry.person("manager"), agreement=registry.agreement, analysts=[registry.person("analyst")]
    )
    refresh = Refresh.objects.create(
        label="2026-11", state="ready", digest="ab" * 48, catalogue={"datasets": [DATASET], "measures": []}
    )
    output = Output.objects.create(
        reference="out-1", project=project, refresh=refresh, state="released", analyst="analyst"
    )
    folder = registry.home.path / "released" / "R1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(REPORT + "ok")
    (folder / "reach.csv").write_text("a,b\n")
    Release.objects.create(
        reference="R1", output=output, organisation=registry.agreement.organisation, title="Insights",
        report_digest="0" * 96, files=["reach.csv"],
    )  # fmt: skip


def _shared_further(registry: Any) -> None:
    pass_on(
        by=registry.person("provider"), release=Release.objects.get(),
        to=Organisation.objects.get(code="a-payer"),
    )  # fmt: skip
    ask_use(
        by=registry.person("manager"), agreement=Agreement.objects.get(reference="aroha-agreement-2"),
        title="A study", purpose="To learn.",
    )  # fmt: skip


def planned_removal(registry: Any, supply: Supply) -> None:
    """Something the first provider asked to have taken out, with its plan."""
    plan = {"kind": "objection", "deliveries": [supply.reference], "stays": "", "people": 3, "unopened": [],
            "refreshes": ["2026-11"], "projects": [], "released": [["R1", "Insights"]],
            "ends_agreement": False}  # fmt: skip
    made = Removal.objects.create(
        reference="DSA-2026-001-t1", agreement=registry.agreement, kind="objection", state="asked",
        plan=plan, asked_by="somebody-else",
    )  # fmt: skip
    made.supplies.set([supply])


POOL = "visits"


def _pooled(registry: Any) -> None:
    """A pool the first provider was asked into, once its agreements are all entered."""
    made = Project.objects.create(code=POOL, title="Visits", service="Home visits", state="approved")
    made.uses.add(registry.agreement)
    ask_use(by=registry.person("manager"), agreement=registry.agreement, title="Together", purpose="x",
            project=POOL)  # fmt: skip


RESEARCHER, LEAD = "researcher.a-university", "project_lead.a-university"


def _researched(registry: Any, supply: Supply) -> None:
    """A research project that uses the first provider's data, with a change that is put in."""
    used = applying.approved(registry, codes=("kaitiaki-see-first", "report-back", "rows-in-facility"))
    change = begin_change(by=used.lead, project=used, kind="amendment")
    write(by=used.lead, application=change, answers={"skills": "More than before."})
    put_in(by=used.lead, application=change)
    ask_about(by=registry.person("provider"), project=used,
              organisation=registry.agreement.organisation, text="Why us?")  # fmt: skip
    _asked(registry, used)
    laboratory.table(laboratory.database(used), "grown")
    laboratory.locks_hold()
    laboratory.facility(registry)
    hold(by=registry.people["kaitiaki.aroha"], project=used, said="Talk with us first.")


def _asked(registry: Any, used: Project) -> None:
    """Outputs of the project about the first provider, released, so that every page has something to show."""
    made = asking.submitted(used)
    RequestVote.objects.bulk_create(
        RequestVote(request=made, reviewer=name, name="table.csv", approves=True,
                    digest=made.files.get(name="table.csv").digest)
        for name in ("one", "two")
    )  # fmt: skip
    release_files(made)
    OutputRequest.objects.update(about=registry.agreement.organisation)


STOPPED = (("supply.accept", "quick"), ("supply.link", "heavy"), ("refresh.load", "heavy"),
           ("output.analyse", "heavy"))  # fmt: skip


def _stopped(reference: str) -> None:
    """One stopped job of every kind that can be begun anew."""
    subjects = (reference, reference, "2026-11", "out-1")
    for (kind, queue), subject in zip(STOPPED, subjects, strict=True):
        Job.objects.create(kind=kind, queue=queue, subject=subject, state="failed", by="integrator")


BY_PREFIX: tuple[tuple[str, list[str]], ...] = (
    ("register-organisation", ["aroha"]),
    ("proposal-version", ["aroha-p1", "1"]),
    ("proposal-question", ["aroha-p1", "1"]),
    ("proposal-delivery", ["aroha-p1", "1"]),
    ("proposal-field", ["aroha-p1", "1", "person", "first_name"]),
    ("proposal-new", []),
    ("proposal", ["aroha-p1"]),
    ("assessment", ["aroha-p1-a1"]),
    ("agreement-draft", ["aroha-p1"]),
    ("agreement-remove", ["DSA-2026-001"]),
    ("removal", ["DSA-2026-001-t1"]),
    ("refresh", ["2026-11"]),
    ("agreement-vendor", ["DSA-2026-001"]),
    ("agreement-sender", ["DSA-2026-001"]),
    *((f"agreement-{step}", ["aroha-agreement-2", "1"])
      for step in ("version", "sign", "decline", "offer", "take-back")),
    ("agreement", ["aroha-agreement-2"]),
    ("use", ["aroha-u1"]),
    ("client", ["DSA-2026-001"]),
    ("pool-new", []),
    ("pool", [POOL]),
    ("own-pool", [POOL]),
    ("vendor-token", ["a-vendor"]),
    ("facility-new", []),
    ("facility", [laboratory.ROOM]),
    ("breach-new", []),
    ("breach", ["aroha-b1"]),
    ("report-file", ["R1", "reach.csv"]),
    ("report", ["R1"]),
    ("output", ["out-1"]),
    ("release", ["out-1"]),
    ("person-new", ["aroha"]),
    ("sender-key-new", ["aroha"]),
    ("organisation", ["aroha"]),
)  # fmt: skip
"""The names in an address, by how the page's name begins; the first that fits counts."""


def _of_project(name: str) -> list[str]:
    """What the address of a page about the research project needs."""
    code = (
        Project.objects.filter(agreement=None, service="").values_list("code", flat=True).first()
        or "maa2026-01"
    )
    more = {
        "project-write": ["what"], "project-change": ["amendment"], "project-tikanga": ["1"],
        "project-out": [_number(Person.objects.filter(username=RESEARCHER))],
        "project-question": [_number(ProjectQuestion.objects)], "project-lift": [_number(Hold.objects)],
        "project-lab-work": ["1"],
    }  # fmt: skip
    return [code, *more.get(name, [])]


def arguments(name: str, route: str, reference: str) -> list[str]:
    """What a page's address needs to name the thing that is there."""
    if "<" not in route:
        return []
    if name == "request-new":
        return _of_project(name)
    if name.startswith("request"):
        number = [_number(RequestFile.objects.filter(role="leaves"))] if "<int:" in route else []
        return [OutputRequest.objects.values_list("reference", flat=True).first() or "none", *number]
    if name.startswith(("project", "register-project")):
        return _of_project(name)
    if name.startswith("researcher"):
        rows = Evidence.objects.filter(person__username=RESEARCHER, kind="training")
        person = _number(Person.objects.filter(username=RESEARCHER))
        return [person, _number(rows)] if name == "researcher-end" else [person]
    if name == "receipt":
        return [reference, "received", "json"]
    if name == "sender-key-end":
        return ["aroha", str(SenderKey.objects.get(organisation__code="aroha").pk)]
    if name == "token-end":
        return ["aroha", UploadToken.objects.get(agreement__organisation__code="aroha").key_id]
    if name == "role-end":
        return [str(Person.objects.get(username="provider_staff").pk), "aroha", "provider_staff"]
    if name == "catalogue-dataset":
        return ["enrolment"]
    if name in ("lost", "unlock", "person", "person-end", "person-password"):
        return [str(Person.objects.get(username="provider_staff").pk)]
    if name == "lost-decide":
        return [_number(LostDevice.objects)]
    if name.startswith("work-"):
        return [_number(Job.objects.filter(kind__endswith="." + name.removeprefix("work-"), state="failed"))]
    if name.startswith("passkey-"):
        return ["1"]  # everybody's own first one, if they had any
    return next((found for begin, found in BY_PREFIX if name.startswith(begin)), [reference])


def _number(rows: Any) -> str:
    """The number of the one row there is; of none, where a test made no such thing."""
    found = rows.values_list("pk", flat=True).first()
    return str(found or 1)


def arrange(name: str) -> None:
    """Bring everything into states in which what the page does is possible."""
    approved = name in ("proposal-revise", "agreement-draft")
    Proposal.objects.update(state="approved" if approved else "put forward")
    Assessment.objects.update(state="approved" if name.startswith("agreement") else "waiting", assessor="")
    AgreementVersion.objects.update(state="draft" if name == "agreement-offer" else "offered")
    LaterUse.objects.update(state="asked")
    untouched = name in ("accept", "reject", "recall", "work-accept")
    Supply.objects.update(state="received" if untouched else "accepted")
    Refresh.objects.update(state="failed" if name == "work-load" else "ready")
    Removal.objects.update(state="done" if name == "removal-slip" else "asked")
    Output.objects.update(state="failed" if name == "work-analyse" else "released")
    _arrange_application(name)
    state = {"request-vote": "under review", "request-decide": "being decided", "request-bundle": "released"}
    writing = ("request-file-new", "request-file-out", "request-submit", "request-withdraw")
    OutputRequest.objects.update(state="draft" if name in writing else state.get(name, "approved"))


def _arrange_application(name: str) -> None:
    """The change of the research project, where the page's people can do something to it."""
    Invitation.objects.update(state="invited" if name == "project-answer" else "accepted")
    writing = ("project-write", "project-variables", "project-put-in")
    state = "draft" if name in writing else "under review" if name == "project-decide" else "waiting"
    Application.objects.filter(number=2).update(
        state=state, reviewer="assessor" if name == "project-decide" else ""
    )


NAMED = frozenset({RESEARCHER, LEAD})
"""Who is named in the research project."""


def holds(need: Capability, somebody: Somebody, owners: set[str]) -> bool:
    """Whether the table lets somebody in by this capability; worked out apart from `permissions`."""
    if somebody.role not in need.roles or somebody.organisation is None:
        return False
    there = {
        Relation.CUSTODIAN: somebody.organisation.is_custodian,
        Relation.OWN: somebody.organisation.code in owners,
        Relation.ANYWHERE: True,
        Relation.NAMED: somebody.person.username in NAMED,
    }
    return there[need.relation]


def listed(page: Page, somebody: Somebody, world: World) -> bool:
    """Whether the table lets somebody in. A page that names no thing is about what is their own."""
    if page.who == SIGNED_IN:
        return True
    if "<" not in page.route and any(isinstance(n, Capability) and n.relation is Relation.NAMED
                                     and somebody.role in n.roles for n in page.who):  # fmt: skip
        return True  # a list of what names them, which may be empty
    mine = {somebody.organisation.code} if somebody.organisation else set()
    owners = world.owners(page.name) if "<" in page.route else mine
    return any(holds(need, somebody, owners) for need in page.who if isinstance(need, Capability))


def address(page: Page, world: World, *, never: bool = False) -> str:
    """Where a page about the thing that is there is; or about one that never was, with a name as long."""
    names = arguments(page.name, page.route, world.reference)
    if never:
        names = ["9" * len(names[0]) if names[0].isdigit() else "q" * len(names[0]), *names[1:]]
    return reverse(page.name, args=names)
