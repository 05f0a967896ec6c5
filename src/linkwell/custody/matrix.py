"""State × role × relation for every noun: what is done to it, from which state, by whom and by which action.

Each row names the function that does it, so a test finds every action without a row. docs/states.md prints
them; tests/custody/test_matrix.py does every row as every role and relation in every state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from linkwell.custody.agreements import permissions as agreements
from linkwell.custody.assessments.permissions import ASSESS
from linkwell.custody.breaches import permissions as breaches
from linkwell.custody.clients.permissions import DECIDE_OK, SEE_CLIENTS
from linkwell.custody.commissioning.permissions import PASS_ON
from linkwell.custody.facilities.permissions import CONFIRM_FACILITY, END_FACILITY, ENTER_FACILITY
from linkwell.custody.labs.permissions import BUILD_DATABASE, WORK_IN_LAB
from linkwell.custody.linkage.permissions import JUDGE_PAIRS, LINK
from linkwell.custody.machine import Machine
from linkwell.custody.organisations.duties import duties
from linkwell.custody.organisations.permissions import END_PERSON, ENROL, TAKE_ROLE, TAKE_STAFF_ROLE
from linkwell.custody.outputs.permissions import ANALYSE, RELEASE
from linkwell.custody.permissions import Capability
from linkwell.custody.populations.permissions import HAND_OUT_CONTENT, HAND_OUT_LINKS, MAKE_SPINE
from linkwell.custody.projects import permissions as projects
from linkwell.custody.proposals import permissions as proposals
from linkwell.custody.refreshes.permissions import LOAD
from linkwell.custody.removals.permissions import ASK_OWN_REMOVAL, ASK_REMOVAL, CONFIRM_REMOVAL
from linkwell.custody.requests import permissions as requests
from linkwell.custody.researchers.permissions import KEEP_EVIDENCE, SIGN_UNDERTAKING
from linkwell.custody.signin import permissions as signin
from linkwell.custody.supplies.permissions import ACCEPT, KEEP_KEYS, RECALL, SET_QUOTA
from linkwell.custody.uses.permissions import ANSWER_USE, ASK_USE

SENDER = "a sender with a live token of this agreement, or its vendor's where the provider gave its OK"

SELF = "the person it is about"


@dataclass(frozen=True)
class Act:
    """One thing somebody does to a noun.

    Attributes:
        noun, verb: as the noun's machine says them; nouns without states have verbs of their own.
        does: the action, below `linkwell.custody`.
        needs: capabilities of which one is enough; none where no role decides (see `of_itself`).
        says: what the record says in this person's name, one event each; what Linkwell does because of it
            is recorded as Linkwell's own.
        also: what else must hold for this person, in words.
        of_itself: who, in words, where no role decides: a sender's token, or the person it is about.
    """

    noun: str
    verb: str
    does: str
    needs: tuple[Capability, ...]
    says: tuple[str, ...]
    also: str = ""
    of_itself: str = SENDER

    @property
    def who(self) -> str:
        """Roles, and where the role is held."""
        cells = [f"{', '.join(sorted(r.words for r in n.roles))} ({n.relation.value})" for n in self.needs]
        return "; ".join(cells) or self.of_itself

    @property
    def but(self) -> str:
        """Who may not, though the role allows it."""
        names = {need.name for need in self.needs}
        apart = [f"not who did “{d.first}” to it" for d in duties() if d.kind == "acts" and d.second in names]
        return "; ".join([*apart, *([self.also] if self.also else [])])


def _rows(noun: str, *rows: tuple[str, str, tuple[Capability, ...], str], also: str = "") -> tuple[Act, ...]:
    return tuple(
        Act(noun, verb, does, needs, tuple(says.split(" + ")), also) for verb, does, needs, says in rows
    )


_WRITE, _PUT, _JUDGE = (
    (proposals.WRITE_PROPOSAL,), (proposals.PUT_FORWARD,), (breaches.JUDGE_OWN_BREACH, breaches.JUDGE_BREACH),
)  # fmt: skip
_DRAFT, _MANAGE = (agreements.DRAFT_AGREEMENT,), (agreements.MANAGE_AGREEMENTS,)
_LEAD = (agreements.SIGN_FOR_PROVIDER,)
_LEADS, _REVIEW = (projects.LEAD_PROJECT,), (projects.REVIEW_PROJECT,)
_TAKE_OUT = (ASK_OWN_REMOVAL, ASK_REMOVAL)
_SIGN = (agreements.SIGN_FOR_PROVIDER, agreements.SIGN_FOR_INTERMEDIARY, agreements.SIGN_FOR_CUSTODIAN)

ACTS: tuple[Act, ...] = (
    *_rows(
        "proposal",
        ("begin", "proposals.actions.begin", _WRITE, "proposal.begun"),
        ("upload", "proposals.actions.upload", _WRITE, "specification.uploaded"),
        ("document", "proposals.actions.document", _WRITE, "proposal.documented"),
        ("comment", "proposals.actions.comment", (proposals.COMMENT_OWN, proposals.HELP_DOCUMENT),
         "proposal.commented"),
        ("mandate", "proposals.actions.record_mandate", (proposals.RECORD_MANDATE,), "mandate.recorded"),
        ("put forward", "proposals.actions.put_forward", _PUT, "proposal.put forward + assessment.opened"),
        ("revise", "proposals.actions.revise", _PUT, "proposal.reopened"),
        ("withdraw", "proposals.actions.withdraw", _PUT, "proposal.withdrawn + assessment.stopped"),
    ),
    *(row for noun in ("proposal", "assessment") for row in _rows(
        noun,
        ("return", "assessments.actions.give_back", (ASSESS,), "proposal.returned + assessment.returned"),
        ("approve", "assessments.actions.approve", (ASSESS,), "proposal.approved + assessment.approved"),
        ("refuse", "assessments.actions.refuse", (ASSESS,), "proposal.not eligible + assessment.refused"),
        also="only the assessor who took it",
    )),
    *_rows(
        "assessment",
        ("open", "proposals.actions.put_forward", _PUT, "proposal.put forward + assessment.opened"),
        ("stop", "proposals.actions.withdraw", _PUT, "proposal.withdrawn + assessment.stopped"),
        ("take", "assessments.actions.take", (ASSESS,), "assessment.taken"),
    ),
    *_rows(
        "agreement",
        ("enrol", "agreements.actions.enrol_provider", _MANAGE,
         "organisation.entered + key.enrolled + agreement.enrolled"),
        ("draft", "agreements.drafting.draft", _DRAFT, "agreement.drafted"),
        ("end", "agreements.signing.end_agreement", _MANAGE, "agreement.ended"),
        ("leave", "agreements.signing.leave", _LEAD, "agreement.ended"),
        ("ask for destruction", "retention.actions.ask_for_destruction", _LEAD,
         "agreement.destruction asked"),
    ),
    *_rows(
        "version of an agreement",
        ("draft", "agreements.drafting.draft", _DRAFT, "agreement.drafted"),
        ("draft", "agreements.drafting.vary", _DRAFT, "agreement.drafted"),
        ("offer", "agreements.drafting.offer", _DRAFT, "agreement.offered"),
        ("take back", "agreements.drafting.take_back", _DRAFT, "agreement.taken back"),
        ("sign", "agreements.signing.sign", _SIGN, "agreement.signed"),
        ("decline", "agreements.signing.decline", _LEAD, "agreement.declined"),
        ("answer", "agreements.signing.answer_own_agreement", _LEAD, "agreement.own agreement answered"),
    ),
    *_rows(
        "later use",
        ("ask", "uses.actions.ask_use", (ASK_USE,), "use.asked"),
        ("agree", "uses.actions.answer_use", (ANSWER_USE,), "use.agreed"),
        ("not agree", "uses.actions.answer_use", (ANSWER_USE,), "use.not agreed"),
        ("take back", "uses.actions.take_back_use", (ASK_USE,), "use.taken back"),
    ),
    *_rows(
        "report passed on",
        ("pass on", "commissioning.actions.pass_on", (PASS_ON,), "report.passed on"),
        ("stop", "commissioning.actions.stop_passing", (PASS_ON,), "report.no longer shown"),
    ),
    Act("notices by e-mail", "choose", "mail.sending.choose_mail", (), ("mail.chosen",),
        of_itself=SELF),
    *_rows("undertaking", ("promise", "agreements.signing.promise", (agreements.UNDERTAKE,),
                           "undertaking.signed")),
    *_rows(
        "upload token",
        ("issue", "agreements.actions.issue_upload_token", _MANAGE, "token.issued"),
        ("issue", "agreements.actions.issue_vendor_token", _MANAGE, "token.issued"),
        ("end", "agreements.tokens.end_upload_token", _MANAGE, "token.ended"),
    ),
    *_rows("client's OK", *((verb, "clients.actions.decide", (DECIDE_OK,), "client.decided")
                            for verb in ("give", "pause", "refuse"))),
    *_rows("round of sending", ("begin", "clients.actions.begin_round", (SEE_CLIENTS,), "round.begun")),
    *_rows(
        "breach",
        ("record", "breaches.actions.record_breach", (breaches.RECORD_OWN_BREACH, breaches.RECORD_BREACH),
         "breach.recorded"),
        *((verb, "breaches.actions.judge", _JUDGE, "breach.moved")
          for verb in ("serious", "not serious", "tell", "close")),
    ),
    *_rows(
        "supply",
        ("begin", "supplies.actions.begin_upload", (), "supply.begun"),
        ("stop", "supplies.actions.stop_upload", (), "supply.stopped"),
        ("receive", "supplies.actions.import_package", (ACCEPT,), "supply.received"),
        ("check", "supplies.actions.accept", (ACCEPT,), "supply.tried out"),
        ("accept", "supplies.actions.accept", (ACCEPT,), "supply.opened"),
        ("reject", "supplies.actions.reject", (ACCEPT,), "supply.rejected"),
        ("recall", "supplies.destroying.recall", (RECALL,), "supply.recalled"),
        ("link", "linkage.actions.link", (LINK,), "supply.linking"),
        ("link", "populations.actions.hand_in", (LINK,), "supply.links handed in"),
        ("link again", "linkage.actions.link_again", (LINK,), "supply.linking again"),
        ("judge pairs", "linkage.actions.judge_pair", (JUDGE_PAIRS,), "linkage pair.judged"),
    ),
    *_rows("spine", ("make", "populations.actions.start_spine", (MAKE_SPINE,), "spine.started")),
    *_rows(
        "handover",
        ("service details", "populations.actions.hand_out", (HAND_OUT_CONTENT,), "supply.handed out"),
        also="only what is accepted and agreed",
    ),
    *_rows(
        "link map",
        ("hand out", "populations.actions.hand_out", (HAND_OUT_LINKS,), "supply.handed out"),
        also="only what is linked and agreed",
    ),
    *_rows(
        "stopped work",
        ("accept", "jobs.stopped.try_again", (ACCEPT,), "supply.opened"),
        ("link", "jobs.stopped.try_again", (LINK,), "supply.linking"),
        ("load", "jobs.stopped.try_again", (LOAD,), "refresh.started"),
        ("analyse", "jobs.stopped.try_again", (ANALYSE,), "output.analysing"),
        also="and what the same row of the thing itself says",
    ),
    *_rows("refresh", ("load", "refreshes.actions.load", (LOAD,), "refresh.started")),
    *_rows(
        "removal",
        ("ask", "removals.actions.ask", _TAKE_OUT, "removal.asked"),
        ("take back", "removals.actions.take_back", _TAKE_OUT, "removal.taken back"),
        ("confirm", "removals.actions.confirm", (CONFIRM_REMOVAL,), "removal.confirmed"),
    ),
    *_rows(
        "project",
        ("approve", "projects.actions.approve_standing_project", (projects.APPROVE_PROJECT,),
         "project.approved"),
        ("approve", "projects.pooling.begin_pool", (projects.APPROVE_PROJECT,),
         "project.pooled + use.asked + use.asked + use.asked"),  # of each organisation
        ("begin", "projects.applying.begin_project", (projects.BEGIN_PROJECT,), "project.begun"),
        ("close", "projects.actions.close_project", (projects.APPROVE_PROJECT, projects.LEAD_PROJECT),
         "project.closed"),
    ),
    *_rows(
        "application",
        ("begin", "projects.applying.begin_project", (projects.BEGIN_PROJECT,), "project.begun"),
        ("change", "projects.applying.begin_change", _LEADS, "application.begun"),
        ("put in", "projects.applying.put_in", _LEADS, "application.put in"),
        ("withdraw", "projects.applying.withdraw", _LEADS, "application.withdrawn"),
        also="only who leads it",
    ),
    *_rows(
        "application",
        ("write", "projects.applying.write", (projects.WRITE_APPLICATION,), "application.written"),
        ("write", "projects.applying.choose_variables", (projects.WRITE_APPLICATION,), "application.written"),
        also="only who said yes to being in the team",
    ),
    *_rows(
        "application",
        ("assess tikanga", "projects.guarding.assess_pair", (projects.ASSESS_TIKANGA,), "tikanga.assessed"),
        ("take", "projects.reviewing.take_application", _REVIEW, "application.taken"),
        ("return", "projects.reviewing.return_application", _REVIEW, "application.returned"),
        ("approve", "projects.reviewing.approve_application", _REVIEW, "application.approved"),
        ("refuse", "projects.reviewing.refuse_application", _REVIEW, "application.refused"),
        also="nobody of its team or its organisation; decided by who took it",
    ),
    *_rows(
        "invitation to a team",
        ("invite", "projects.applying.invite", _LEADS, "team.invited"),
        ("take out", "projects.applying.take_out", _LEADS, "team.taken out"),
        also="only who leads it",
    ),
    *(Act("invitation to a team", verb, "projects.applying.answer_invitation", (), (f"team.{says}",),
          of_itself=SELF) for verb, says in (("accept", "accepted"), ("decline", "declined"))),
    *_rows(
        "question about a project",
        ("ask", "projects.guarding.ask_about", (projects.ASK_ABOUT_PROJECT,), "project.question asked"),
        ("answer", "projects.guarding.answer_question", (projects.ANSWER_QUESTION, projects.LEAD_PROJECT),
         "project.question answered"),
    ),
    *_rows(
        "hold of kaitiaki",
        ("hold", "projects.guarding.hold", (projects.HOLD_OWN, projects.HOLD_ANY), "project.held"),
        ("lift", "projects.guarding.lift", (projects.HOLD_OWN, projects.HOLD_ANY), "project.hold lifted"),
        also="it is lifted by kaitiaki of the organisation that placed it",
    ),
    *_rows(
        "evidence about a researcher",
        ("write down", "researchers.actions.write_down", (KEEP_EVIDENCE,), "evidence.written down"),
        ("end", "researchers.actions.end_evidence", (KEEP_EVIDENCE,), "evidence.ended"),
        also="not about oneself",
    ),
    *_rows("evidence about a researcher",
           ("sign", "researchers.actions.sign_undertaking", (SIGN_UNDERTAKING,), "evidence.signed"),
           also="for oneself"),
    *_rows("project database", ("build", "labs.databases.build", (BUILD_DATABASE,), "database.building")),
    *_rows(
        "work in a lab",
        ("try", "labs.working.try_script", (WORK_IN_LAB,), "lab.statement tried"),
        ("count", "labs.working.ask_count", (WORK_IN_LAB,), "lab.count asked"),
        ("model", "labs.working.ask_model", (WORK_IN_LAB,), "lab.model asked"),
        ("batch", "labs.batches.bring", (WORK_IN_LAB,), "lab.batch brought"),
        ("run", "labs.batches.run", (WORK_IN_LAB,), "lab.batch asked"),
        also="only who is named in its project, while everything their access rests on is in date",
    ),
    *_rows(
        "work in a lab",
        ("look", "labs.looking.ask_look", (WORK_IN_LAB,), "lab.look asked"),
        also="only who is named in its project, on the network of a registered facility, where the project "
        "was approved for that",
    ),
    *_rows(
        "facility",
        ("enter", "facilities.actions.enter", (ENTER_FACILITY,), "facility.entered"),
        ("confirm", "facilities.actions.decide", (CONFIRM_FACILITY,), "facility.confirmed"),
        ("refuse", "facilities.actions.decide", (CONFIRM_FACILITY,), "facility.refused"),
        ("end", "facilities.actions.end", (END_FACILITY,), "facility.ended"),
    ),
    *_rows("output", ("analyse", "outputs.actions.analyse", (ANALYSE,), "output.analysing"),
           also="only who is named in its project"),
    *_rows(
        "output",
        ("release", "outputs.actions.release", (RELEASE,), "output.approved"),
        ("refuse", "outputs.actions.refuse", (RELEASE,), "output.refused"),
    ),
    *_rows(
        "output request",
        ("begin", "requests.filling.begin_request", (requests.ASK_OUTPUT,), "request.begun"),
        ("fill", "requests.filling.add_file", (requests.ASK_OUTPUT,), "request.file put in"),
        ("fill", "requests.filling.take_out_file", (requests.ASK_OUTPUT,), "request.file taken out"),
        ("submit", "requests.filling.submit", (requests.ASK_OUTPUT,), "request.submitted"),
        ("withdraw", "requests.filling.withdraw_request", (requests.ASK_OUTPUT,), "request.withdrawn"),
        also="only who is in the team of its project",
    ),
    *_rows(
        "output request",
        ("vote", "requests.deciding.vote", (requests.REVIEW_OUTPUT,), "request.looked at"),
        ("return", "requests.deciding.return_request", (requests.REVIEW_OUTPUT,), "request.returned"),
        ("approve", "requests.deciding.approve_request", (requests.REVIEW_OUTPUT,), "request.approved"),
        ("refuse", "requests.deciding.refuse_request", (requests.REVIEW_OUTPUT,), "request.refused"),
        ("release", "requests.deciding.release_request", (requests.RELEASE_OUTPUT,), "request.released"),
        also="not who is in the team of its project; two have to say yes to every file",
    ),
    *_rows("output request",
           ("keep", "requests.keeping.say_kept", (requests.KEEP_AS_KAITIAKI, projects.LEAD_PROJECT),
            "request.condition kept"),
           also="each what the project's conditions ask of them; kaitiaki only who are not in its team"),
    *_rows("output request",
           ("reply", "requests.deciding.reply", (requests.REPLY_TO_OUTPUT,), "request.replied")),
    *_rows("organisation", ("enter", "organisations.actions.enter_organisation", (ENROL,),
                            "organisation.entered"),
           ("set a quota", "supplies.limits.set_quota", (SET_QUOTA,), "organisation.quota set")),
    *_rows("keys", ("begin a period", "supplies.periods.new_period", (KEEP_KEYS,), "keys.period begun")),
    *_rows("person", ("give a role", "organisations.actions.add_person", (ENROL,), "person.entered"),
           ("unlock", "signin.lost.unlock", (signin.UNLOCK,), "sign-in.unlocked"),
           ("give a password", "signin.passwords.give_password", (signin.GIVE_PASSWORD,), "password.given"),
           ("take a role away", "leaving.actions.take_role", (TAKE_ROLE, TAKE_STAFF_ROLE), "role.taken away"),
           ("end", "leaving.actions.end_person", (END_PERSON,), "role.taken away + person.ended"),
           also="not oneself; a lead only the staff role"),
    Act("person", "end sessions", "signin.sessions.end_sessions_of", (), ("session.ended",), of_itself=SELF),
    *_rows(
        "lost device",
        ("ask", "signin.lost.ask", (signin.SPEAK_FOR_OWN, signin.SPEAK_FOR_ANYONE), "lost device.asked"),
        ("confirm", "signin.lost.decide", (signin.CONFIRM_LOST,), "lost device.confirmed"),
        ("refuse", "signin.lost.decide", (signin.CONFIRM_LOST,), "lost device.refused"),
        also="not oneself",
    ),
    *(Act("sign-in of a command line", verb, "signin.commands.decide", (), (f"command line.{says}",),
          of_itself=SELF) for verb, says in (("allow", "allowed"), ("deny", "denied"))),
    Act("command line", "send from a page", "supplies.sending.browser_token", (), ("browser.may send",),
        of_itself=SELF),
    Act("command line", "sign out", "signin.commands.end_command", (), ("command line.signed out",),
        of_itself=SELF),
    *_rows(
        "signing key",
        ("enrol", "organisations.actions.enrol_sender_key", (ENROL,), "key.enrolled"),
        ("end", "organisations.actions.end_sender_key", (ENROL,), "key.ended"),
    ),
)  # fmt: skip
"""Every row. A move of a machine that is not here is made by the computer; anything else is refused."""


def acts_of(noun: str) -> tuple[Act, ...]:
    """The rows of one noun."""
    return tuple(act for act in ACTS if act.noun == noun)


def cells(machine: Machine) -> Iterator[tuple[str, str, str, str]]:
    """(state, move, who, except) of every cell; a state without moves says so."""
    acts = {act.verb: act for act in acts_of(machine.noun)}
    for state in (None, *machine.states):
        moves = [move for move in machine.moves if move.start == state]
        for move in moves:
            act = acts.get(move.verb)
            yield str(state or "–"), move.verb, act.who if act else move.owner, act.but if act else ""
        if state is not None and not moves:
            yield str(state), "nothing", "nobody: this is an end", ""
