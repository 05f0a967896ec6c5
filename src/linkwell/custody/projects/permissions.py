"""Who applies, reviews, guards, asks about, stops and sees projects."""

from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

APPROVE_PROJECT = Capability(
    "project.approve",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "A project fixes the purpose, the people and the columns.",
)
BEGIN_PROJECT = Capability(
    "project.begin",
    frozenset({Role.PROJECT_LEAD}),
    Relation.ANYWHERE,
    "A project lead applies, and answers for the team.",
)
LEAD_PROJECT = Capability(
    "project.lead",
    frozenset({Role.PROJECT_LEAD}),
    Relation.NAMED,
    "The lead of a project invites its team, puts its applications in and closes it.",
)
WRITE_APPLICATION = Capability(
    "project.write",
    frozenset({Role.PROJECT_LEAD, Role.RESEARCHER}),
    Relation.NAMED,
    "Everybody who said yes to being in the team writes the application.",
)
SEE_OWN_PROJECTS = Capability(
    "project.see own",
    frozenset({Role.PROJECT_LEAD, Role.RESEARCHER}),
    Relation.NAMED,
    "A team sees its projects.",
)
REVIEW_PROJECT = Capability(
    "project.review",
    frozenset({Role.ASSESSOR}),
    Relation.CUSTODIAN,
    "An application is decided by somebody who is not in the team nor of its organisation.",
)
ASSESS_TIKANGA = Capability(
    "project.assess tikanga",
    frozenset({Role.KAITIAKI}),
    Relation.CUSTODIAN,
    "The ten tikanga are assessed by kaitiaki, by name.",
)
SEE_ALL_PROJECTS = Capability(
    "project.see all",
    frozenset({Role.CUSTODIAN_MANAGER, Role.ASSESSOR, Role.KAITIAKI, Role.OUTPUT_CHECKER, Role.AUDITOR}),
    Relation.CUSTODIAN,
    "Those who decide about, guard, check and audit projects read them once they are put in.",
)
SEE_PROJECTS_USING_US = Capability(
    "project.see using us",
    PROVIDER_ROLES | {Role.KAITIAKI},
    Relation.OWN,
    "An organisation whose data is used sees what for, by whom and under which conditions.",
)
ASK_ABOUT_PROJECT = Capability(
    "project.ask",
    frozenset({Role.PROVIDER_LEAD, Role.KAITIAKI}),
    Relation.OWN,
    "An organisation whose data is used asks, before and after a decision.",
)
ANSWER_QUESTION = Capability(
    "project.answer",
    frozenset({Role.CUSTODIAN_MANAGER}),
    Relation.CUSTODIAN,
    "The custodian answers where the team does not, or cannot.",
)
HOLD_OWN = Capability(
    "project.hold own",
    frozenset({Role.KAITIAKI}),
    Relation.OWN,
    "Kaitiaki of an organisation whose data is used stop a project, and only they lift that.",
)
HOLD_ANY = Capability(
    "project.hold any",
    frozenset({Role.KAITIAKI}),
    Relation.CUSTODIAN,
    "Kaitiaki at the custodian stop any project, and only they lift that.",
)
