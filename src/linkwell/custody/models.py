"""Every table of the registry, gathered where Django looks for them."""

from linkwell.custody.agreements.models import (
    Agreement,
    AgreementVersion,
    Notice,
    Signature,
    SpecificationText,
    Undertaking,
    UploadToken,
)
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.breaches.models import Breach
from linkwell.custody.clients.models import ClientOk, Round
from linkwell.custody.commissioning.models import PassedOn
from linkwell.custody.facilities.models import Facility
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.mail.models import MailChoice
from linkwell.custody.organisations.models import Membership, Organisation, Person, SenderKey
from linkwell.custody.outputs.models import Output, Release
from linkwell.custody.projects.models import (
    Application,
    Hold,
    Invitation,
    Project,
    ProjectMember,
    ProjectQuestion,
    TikangaFinding,
)
from linkwell.custody.proposals.models import Comment, Mandate, Proposal, SpecificationVersion
from linkwell.custody.refreshes.models import Refresh, RefreshSupply
from linkwell.custody.removals.models import Removal
from linkwell.custody.requests.models import OutputRequest, RequestFile, RequestVote
from linkwell.custody.researchers.models import Evidence
from linkwell.custody.signin.models import (
    AuthenticatorApp,
    CommandSignIn,
    LostDevice,
    Passkey,
    PersonSession,
    RecoveryCode,
)
from linkwell.custody.supplies.models import ProviderOk, Receipt, Supply, Upload
from linkwell.custody.uses.models import LaterUse

__all__ = [
    "Agreement",
    "AgreementVersion",
    "Application",
    "Assessment",
    "AuditEvent",
    "AuthenticatorApp",
    "Breach",
    "ClientOk",
    "CommandSignIn",
    "Comment",
    "Evidence",
    "Facility",
    "Hold",
    "Invitation",
    "Job",
    "LabWork",
    "LaterUse",
    "LostDevice",
    "MailChoice",
    "Mandate",
    "Membership",
    "Notice",
    "Organisation",
    "Output",
    "OutputRequest",
    "PassedOn",
    "Passkey",
    "Person",
    "PersonSession",
    "Project",
    "ProjectDatabase",
    "ProjectMember",
    "ProjectQuestion",
    "Proposal",
    "ProviderOk",
    "Receipt",
    "RecoveryCode",
    "Refresh",
    "RefreshSupply",
    "Release",
    "Removal",
    "RequestFile",
    "RequestVote",
    "Round",
    "SenderKey",
    "Signature",
    "SpecificationText",
    "SpecificationVersion",
    "Supply",
    "TikangaFinding",
    "Undertaking",
    "Upload",
    "UploadToken",
]
