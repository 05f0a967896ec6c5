"""The roles people hold in organisations, with one plain sentence each."""

from __future__ import annotations

from enum import StrEnum

CUSTODIAN_CODE = "custodian"
"""The code of the custodian's own organisation in every home."""


class Kind(StrEnum):
    """What an organisation is to the custodian; it decides which roles can be held in it."""

    CUSTODIAN = "custodian"
    PROVIDER = "provider"
    VENDOR = "vendor"
    INTERMEDIARY = "intermediary"
    COMMISSIONER = "commissioner"
    RESEARCH = "research"

    @property
    def words(self) -> str:
        """The kind as pages say it."""
        return _KINDS[self]


RELAYS = frozenset({Kind.VENDOR, Kind.INTERMEDIARY, Kind.COMMISSIONER})
"""The kinds of organisation that can send for others; only a vendor seals what it sends."""

_KINDS: dict[Kind, str] = {
    Kind.CUSTODIAN: "custodian",
    Kind.PROVIDER: "provider",
    Kind.VENDOR: "vendor that sends for providers",
    Kind.INTERMEDIARY: "intermediary between providers and the custodian",
    Kind.COMMISSIONER: "commissioner of services",
    Kind.RESEARCH: "research organisation",
}


class Role(StrEnum):
    """What somebody is trusted with; always held in an organisation."""

    PROVIDER_LEAD = "provider_lead"
    PROVIDER_STAFF = "provider_staff"
    VENDOR_SENDER = "vendor_sender"
    INTERMEDIARY = "intermediary"
    COMMISSIONER = "commissioner"
    LINKER = "linker"
    INTEGRATOR = "integrator"
    ANALYST = "analyst"
    OUTPUT_CHECKER = "output_checker"
    ASSESSOR = "assessor"
    KAITIAKI = "kaitiaki"
    RESEARCHER = "researcher"
    PROJECT_LEAD = "project_lead"
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
    Role.VENDOR_SENDER: (
        "vendor sender",
        "Sends sealed files for the providers that gave their OK; can open none of them.",
    ),
    Role.INTERMEDIARY: (
        "intermediary",
        "Signs for its part in the chain and passes sealed files on; can open none of them.",
    ),
    Role.COMMISSIONER: (
        "commissioner",
        "Reads the reports providers pass on to it; never rows, unreleased results or who does not share.",
    ),
    Role.LINKER: ("linker", "Finds supplied people on the spine; sees names, never service details."),
    Role.INTEGRATOR: ("data integrator", "Receives, accepts and loads supplies; never sees names."),
    Role.ANALYST: ("analyst", "Works out insights on de-identified data; cannot release them."),
    Role.OUTPUT_CHECKER: ("output checker", "Looks at every output and decides whether it is released."),
    Role.ASSESSOR: ("assessor", "Looks at a proposal independently and decides; negotiated none of it."),
    Role.KAITIAKI: (
        "kaitiaki",
        "Guards the interests of whānau, hapū and iwi before supply and in later uses.",
    ),
    Role.RESEARCHER: ("researcher", "Vetted; asks for variables and works in an approved project."),
    Role.PROJECT_LEAD: ("project lead", "Answers for a research project and for the people named in it."),
    Role.CUSTODIAN_MANAGER: ("custodian manager", "Enrols organisations, people, agreements and tokens."),
    Role.AUDITOR: ("auditor", "Reads the record of what was done; changes nothing."),
}

CUSTODIAN_ROLES = frozenset(
    {
        Role.LINKER, Role.INTEGRATOR, Role.ANALYST, Role.OUTPUT_CHECKER, Role.ASSESSOR,
        Role.CUSTODIAN_MANAGER, Role.AUDITOR,
    }
)  # fmt: skip
PROVIDER_ROLES = frozenset({Role.PROVIDER_LEAD, Role.PROVIDER_STAFF})

_ANY_KIND = frozenset(Kind)
PLACES: dict[Role, frozenset[Kind]] = {
    **dict.fromkeys(CUSTODIAN_ROLES, frozenset({Kind.CUSTODIAN})),
    **dict.fromkeys(PROVIDER_ROLES, frozenset({Kind.PROVIDER})),
    Role.VENDOR_SENDER: frozenset({Kind.VENDOR}),
    Role.INTERMEDIARY: frozenset({Kind.INTERMEDIARY, Kind.COMMISSIONER}),
    Role.COMMISSIONER: frozenset({Kind.COMMISSIONER}),
    Role.KAITIAKI: frozenset({Kind.CUSTODIAN, Kind.PROVIDER, Kind.INTERMEDIARY}),
    Role.RESEARCHER: _ANY_KIND,
    Role.PROJECT_LEAD: _ANY_KIND,
}
"""The kinds of organisation each role can be held in."""
