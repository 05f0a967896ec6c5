"""The plan of a standing project: fixed when the project is approved, before anything is worked out."""

from __future__ import annotations

import tomllib

from linkwell.custody.projects.models import Project
from linkwell.insights import protocol
from linkwell.insights.protocol import Protocol


def protocol_of(project: Project) -> Protocol:
    """The project's own plan, or the standard one, named after the provider."""
    assert project.agreement is not None, "a standing project belongs to an agreement"
    if project.protocol:
        return protocol.from_dict(tomllib.loads(project.protocol))
    return protocol.load().named(project.agreement.organisation.name)
