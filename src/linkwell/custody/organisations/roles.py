"""The roles people hold in organisations, with one plain sentence each."""

from __future__ import annotations

from enum import StrEnum

CUSTODIAN_CODE = "custodian"
"""The code of the custodian's own organisation in every home."""


class Role(StrEnum):
    """What somebody is trusted with; always held in an organisation."""

    PROVIDER_LEAD = "provider_lead"
    PROVIDER_STAFF = "provider_staff"
    LINKER = "linker"
    INTEGRATOR = "integrator"
    ANALYST = "analyst"
    OUTPUT_CHECKER = "output_checker"
    RESEARCHER = "researcher"
    CUSTODIAN_MANAGER = "custodian_manager"
    AUDITOR = "auditor"

    @property
    def words(self) -> str:
        """The role as pages say it."""
        return _WORDS[self][0]

    @property
    def sentence(self) -> str:
        """What the role is for."""
        return _WORDS[self][1]


_WORDS: dict[Role, tuple[str, str]] = {
    Role.PROVIDER_LEAD: ("provider lead", "Speaks for a provider: sees its supplies, receipts and reports."),
    Role.PROVIDER_STAFF: ("provider staff", "Prepares and follows a provider's supplies."),
    Role.LINKER: ("linker", "Finds supplied people on the spine; sees names, never service details."),
    Role.INTEGRATOR: ("data integrator", "Receives, accepts and loads supplies; never sees names."),
    Role.ANALYST: ("analyst", "Works out insights on de-identified data; cannot release them."),
    Role.OUTPUT_CHECKER: ("output checker", "Looks at every output and decides whether it is released."),
    Role.RESEARCHER: ("researcher", "Vetted; asks for variables and works in an approved project."),
    Role.CUSTODIAN_MANAGER: ("custodian manager", "Enrols organisations, people, agreements and tokens."),
    Role.AUDITOR: ("auditor", "Reads the record of what was done; changes nothing."),
}

CUSTODIAN_ROLES = frozenset(
    {Role.LINKER, Role.INTEGRATOR, Role.ANALYST, Role.OUTPUT_CHECKER, Role.CUSTODIAN_MANAGER, Role.AUDITOR}
)
PROVIDER_ROLES = frozenset({Role.PROVIDER_LEAD, Role.PROVIDER_STAFF})
