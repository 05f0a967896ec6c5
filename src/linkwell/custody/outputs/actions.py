"""Working out a provider's insights, and releasing or refusing them."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from linkwell.custody.agreements.controls import as_now, refuse_what_is_not_agreed
from linkwell.custody.agreements.notices import custodian
from linkwell.custody.audit.record import record
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.organisations.duties import check_acts
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import ANALYSE, RELEASE
from linkwell.custody.outputs.pooling import refuse_pool, told_beside
from linkwell.custody.outputs.states import OUTPUT
from linkwell.custody.permissions import NotAllowed, check
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.pooling import refuse_too_few
from linkwell.custody.projects.states import ProjectState
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import RefreshState
from linkwell.custody.uses.actions import refuse_unasked_use
from linkwell.errors import RefusedByRule, WrongUse


def find(reference: str) -> Output:
    """The output of this reference.

    Raises:
        WrongUse: there is none.
    """
    outputs = Output.objects.select_related("project__agreement__organisation", "refresh")
    found = outputs.filter(reference=reference).first()
    if found is None:
        raise WrongUse(
            "There is no output of this name.",
            where=reference,
            fix="Work one out with: linkwell custodian insights",
        )
    return found


def provider_of(output: Output) -> Organisation:
    """Whose people the output is about; of a pool, who has it in hand."""
    agreement = output.project.agreement
    return custodian() if agreement is None else agreement.organisation


def change(output: Output, verb: str, *, by: Person | str, event: str, **details: object) -> Output:
    """Move a locked output by `verb` and record it; call inside a transaction."""
    row = (
        Output.objects.select_for_update(of=("self",))
        .select_related("project__agreement__organisation")
        .get(pk=output.pk)
    )
    row.state = OUTPUT.after(verb, row.state)
    for name in ("analyst", "checker", "reasons", "members"):
        setattr(row, name, getattr(output, name))
    row.save()
    record(event, by=by, subject=row.subject, about=provider_of(row).code, details=details)
    return row


def analyse(*, by: Person, project: Project, refresh: Refresh) -> tuple[Output, Job]:
    """Have the insights of a standing project worked out on one refresh.

    Raises:
        NotAllowed: `by` is not an analyst named in the project.
        WrongUse: the refresh is not ready. RefusedByRule: the project is closed.
        WrongState: it was already worked out on this refresh.
    """
    check(by, ANALYSE)
    if not project.members.filter(person=by).exists():
        raise NotAllowed("You are not named in this project.", fix="Ask the custodian manager to name you.")
    _refuse_closed(project)
    members = refuse_too_few(project, by) if project.pool else []
    if members:
        told_beside(members)
    if project.agreement is not None:
        refuse_what_is_not_agreed(project.agreement, as_now(project.agreement, "work", by=by))
        refuse_unasked_use(project.agreement, project.code, moment="work")
    if refresh.state != RefreshState.READY:
        raise WrongUse(
            "This refresh is not ready.", where=refresh.label, fix="Wait until it is, or load again."
        )
    with transaction.atomic():
        _refuse_closed(Project.objects.select_for_update(of=("self",)).get(pk=project.pk))
        output = Output.objects.filter(project=project, refresh=refresh).first()
        if output is None:
            output = Output.objects.create(
                reference=f"{project.code}-{refresh.label}",
                project=project,
                refresh=refresh,
                state=OUTPUT.after("analyse", None),
                analyst=by.username,
                members=members,
            )
            about = project.agreement.organisation.code if project.agreement else ""
            record("output.analysing", by=by, subject=output.subject, about=about)
        else:
            output.analyst, output.members = by.username, members
            output = change(output, "analyse", by=by, event="output.analysing")
        return output, tasks.leave("output.analyse", subject=output.reference, by=by)


def _refuse_closed(project: Project) -> None:
    if project.state != ProjectState.APPROVED:
        raise RefusedByRule("This project is closed.", where=project.code)


def release(*, by: Person, output: Output, override: str = "") -> Job:
    """Approve an output for release; the release desk's rules then have the last word.

    Args:
        override: the checker's reason for new numbers about a cohort nearly an earlier one; recorded.

    Raises:
        NotAllowed: `by` is not an output checker, or worked it out.
        RefusedByRule: the agreement does not permit output about this provider alone, or is over.
        WrongState: it is not ready to check.
    """
    check(by, RELEASE)
    check_acts(act="output.release", by=by.username, done=[("output.analyse", output.analyst)])
    agreement = output.project.agreement
    if agreement is not None and not agreement.live():
        raise RefusedByRule("The agreement behind this output is not in force.", where=agreement.reference)
    if agreement is not None and not agreement.permits_single_provider_output:
        raise RefusedByRule(
            "The agreement does not permit output about this provider alone.",
            where=agreement.reference,
            why="Output that names one provider needs its recorded permission.",
            fix="Ask the provider, and record its permission in a new agreement.",
        )
    if agreement is not None:
        refuse_what_is_not_agreed(agreement, replace(as_now(agreement, "release"), alone=True))
        refuse_unasked_use(agreement, output.project.code, moment="release")
    with transaction.atomic():
        if output.project.pool:
            refuse_pool(output)
        output.checker = by.username
        told: dict[str, object] = {"override": override.strip()} if override.strip() else {}
        output.reasons = dict(told)
        change(output, "release", by=by, event="output.approved", **told)
        return tasks.leave("output.release", subject=output.reference, by=by)


def refuse(*, by: Person, output: Output, reason: str) -> Output:
    """Decide that an output is not released, with a reason."""
    check(by, RELEASE)
    check_acts(act="output.release", by=by.username, done=[("output.analyse", output.analyst)])
    if not reason.strip():
        raise WrongUse("A reason is needed.", why="The analyst has to know what to change.", fix="Say why.")
    with transaction.atomic():
        output.checker, output.reasons = by.username, {"what": reason.strip()}
        return change(output, "refuse", by=by, event="output.refused")
