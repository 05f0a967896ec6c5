"""Who may read a party's own part of the record."""

from linkwell.custody.organisations.roles import PROVIDER_ROLES, Role
from linkwell.custody.permissions import Capability, Relation

READ_OWN_TRAIL = Capability(
    "record.read own",
    PROVIDER_ROLES | {Role.KAITIAKI, Role.VENDOR_SENDER, Role.INTERMEDIARY, Role.COMMISSIONER},
    Relation.OWN,
    "Each party sees everything that was done about it.",
)
