"""Working out insights and releasing them: the long parts of an output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import OurFaultError
from linkwell.custody.organisations.models import Organisation
from linkwell.custody.outputs.actions import change, find, provider_of
from linkwell.custody.outputs.heads import RELEASED, as_detail, expected_head, override_of, record_head
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.outputs.pooling import told_beside
from linkwell.custody.projects.protocols import protocol_of
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.receipts import give, give_all
from linkwell.errors import LinkwellError, RefusedByRule
from linkwell.ledger.receipts import Kind
from linkwell.vault.zones import Home, ZoneName

# The last results worked out in this process, by the project database's digest: an internal result cannot be
# written down, so another process works it out again, and this one need not.
_latest: dict[str, Any] = {}


def _results(output: Output, home: Home, tick: Tick) -> Any:
    """Build the project's database if it is not there, and analyse it; the same inputs give the same
    results.
    """
    from linkwell import insights, integration
    from linkwell.insights.analyse import needed_columns

    columns, further = needed_columns()
    facts = integration.build_project(
        home,
        refresh=output.refresh.label,
        project=output.reference,
        columns=columns,
        where_supplied=further,
        organisations=_about(output),
        progress=tick,
    )
    protocol = protocol_of(output.project)
    members = told_beside(output.members, output) if output.project.pool else ()
    key = f"{home.path}/{output.reference}/{facts.digest}/{protocol.digest}/{members}"
    if key not in _latest:
        database = home.zone(ZoneName.PROJECTS) / output.reference / "project.duckdb"
        found = insights.analyse(database, protocol, members=members, progress=tick)
        _latest.clear()
        _latest[key] = found
    return _latest[key]


def work_analyse(job: Job, tick: Tick) -> None:
    """Work the insights out; what comes of it stays in the project's zone."""
    _results(find(job.subject), current_home(), tick)


def finish_analyse(job: Job, result: None) -> None:
    """Tell the checkers that there is something to check."""
    output = change(find(job.subject), "analysed", by=SYSTEM, event="output.ready")
    used = {"project": output.project.code, "purpose": output.project.title, "refresh": output.refresh.label}
    give_all(_supplies_of(output), Kind.USED, used, about=output.project.code)


def _supplies_of(output: Output) -> Iterable[Supply]:
    """The supplies an output was worked out from."""
    supplies = output.refresh.supplies.select_related("agreement__organisation")
    return supplies.filter(agreement__organisation__code__in=_about(output))


def _about(output: Output) -> list[str]:
    """Codes of the organisations whose people it is about."""
    return list(output.members) if output.project.pool else [provider_of(output).code]


def give_up_analyse(job: Job, error: LinkwellError) -> None:
    """It could not be worked out; the reason is kept for the analyst."""
    output = find(job.subject)
    output.reasons = {"what": error.what, "why": error.why, "fix": error.fix}
    change(output, "analyse failed", by=SYSTEM, event="output.failed", job=job.pk)


@dataclass(frozen=True)
class Published:
    """What was written to the released zone."""

    release_id: str
    title: str
    ledger_entry: str
    report_digest: str
    files: list[str]
    ledger: dict[str, object]


def work_release(job: Job, tick: Tick) -> Published:
    """Ask the release desk, then write the report and its tables from released numbers only."""
    from linkwell import insights
    from linkwell.confidentiality.desk import ReleaseDesk
    from linkwell.insights import report

    output, home = find(job.subject), current_home()
    results = _results(output, home, tick)
    agreement = output.project.agreement
    permitted = agreement is not None and agreement.permits_single_provider_output
    with ReleaseDesk.open(home, expected_head=expected_head()) as desk:
        release = desk.release(
            insights.release_request(results), permission_single_provider=permitted, actor=output.checker,
            override=override_of(output), registry_head=record_head(),
        )  # fmt: skip
        head = as_detail(desk.head())
    told = insights.tell(
        results, organisation=_name(output), stayed_out=_stayed_out(output), demo=home.demo,
        members=[each.name for each in _readers(output)],
    )  # fmt: skip
    folder = home.zone(ZoneName.RELEASED).folder(release.release_id)
    files = report.write(release, told, folder, _reports_before(output, home))
    return Published(
        release_id=release.release_id,
        title=output.project.title,
        ledger_entry=str(release.ledger_entry),
        report_digest=hashlib.sha384((folder / report.PAGE).read_bytes()).hexdigest(),
        files=[file.name for file in files if file.name != report.PAGE],
        ledger=head,
    )


def _name(output: Output) -> str:
    """Whom the report says it is for."""
    return output.project.title if output.project.pool else provider_of(output).name


def _readers(output: Output) -> list[Organisation]:
    """Of a pool: the organisations that read it, by name."""
    found = Organisation.objects.filter(code__in=output.members) if output.project.pool else ()
    return sorted(found, key=lambda each: (each.name, each.code))


def _stayed_out(output: Output) -> dict[str, int]:
    """Whom the provider left out of its latest accepted supply, by reason, as its signed manifest says."""
    agreement = output.project.agreement
    if agreement is None:  # of a pool nothing is told that a member could take its own from
        return {}
    for supply in agreement.supplies.order_by("-pk"):
        if supply.counts and not supply.manifest.get("test"):
            return dict(supply.manifest.get("left_out") or {})
    return {}


def _reports_before(output: Output, home: Home) -> list[Any]:
    """What the report before told; where outcomes were agreed, every report of the project, oldest first."""
    from linkwell.insights.report_changes import read_earlier

    releases = Release.objects.filter(output__project=output.project).exclude(output=output)
    before = releases if protocol_of(output.project).agreed else releases[:1]
    found = [read_earlier(home.zone(ZoneName.RELEASED) / one.reference) for one in before]
    return found[::-1]


def finish_release(job: Job, result: Published) -> None:
    """Publish the release, and tell every supply it came from."""
    output = find(job.subject)
    readers = _readers(output)
    made, _ = Release.objects.get_or_create(
        reference=result.release_id,
        defaults={
            "output": output,
            "organisation": provider_of(output),
            "title": result.title,
            "report_digest": result.report_digest,
            "ledger_entry": result.ledger_entry,
            "files": result.files,
        },
    )
    facts: dict[str, object] = {"release": result.release_id, "report": result.report_digest}
    made.readers.add(*readers)
    if output.project.pool:
        for each in readers:
            tell(None, "pooled_report_released", each, about=result.release_id)
    else:
        tell(None, "report_released", provider_of(output), about=result.release_id)
    change(output, "released", by=SYSTEM, event=RELEASED, **facts, **result.ledger)
    for supply in _supplies_of(output):
        give(supply, Kind.RELEASED, facts, about=result.release_id)
        whose = supply.agreement.organisation.code
        record("output.released", by=SYSTEM, subject=supply.subject, about=whose, details=facts)


def give_up_release(job: Job, error: LinkwellError) -> None:
    """A rule said no: refused for good. The release desk did: a person decides. Our own fault: again.

    The checker reads the desk's reason by its reference (`linkwell custodian why`), then approves with a
    reason of their own or refuses; until then nobody outside is told anything.
    """
    from linkwell.confidentiality.desk import ReleaseRefused

    output = find(job.subject)
    if isinstance(error, ReleaseRefused):
        output.reasons = {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
        change(output, "referred", by=SYSTEM, event="output.referred", job=job.pk, where=error.where)
        return
    if isinstance(error, RefusedByRule) and not isinstance(error, OurFaultError):
        output.reasons = {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
        change(output, "rule refused", by=SYSTEM, event="output.refused", job=job.pk)
        return
    change(output, "release failed", by=SYSTEM, event="output.release failed", job=job.pk)
