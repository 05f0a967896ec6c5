"""The plan of a standing project: fixed when the project is approved, before anything is worked out."""

from __future__ import annotations

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.projects.models import Project
from linkwell.insights import protocol
from linkwell.insights.pooling import pooled
from linkwell.insights.protocol import Protocol


def protocol_of(project: Project) -> Protocol:
    """The project's own plan, or the standard one, named after what the provider does."""
    if project.pool:
        return _of_pool(project)
    assert project.agreement is not None, "a standing project belongs to an agreement"
    if project.protocol:
        return protocol.loads(project.protocol)
    return protocol.load().named(_title(project.agreement))


def _of_pool(project: Project) -> Protocol:
    plan = protocol.loads(project.protocol) if project.protocol else protocol.load()
    return pooled(plan.named(project.service, initiatives=plan.initiatives))


def _title(agreement: Agreement) -> str:
    """One initiative by its name, several by whose they are: a report is about what people took part in."""
    initiatives = agreed_specification(agreement).initiatives
    return initiatives[0] if len(initiatives) == 1 else agreement.organisation.name
