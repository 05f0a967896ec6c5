"""What is about to be sealed: everybody, or only what changed since the supply that was accepted last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from linkwell.checking.verdict import Verdict
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.specification.model import Specification
from linkwell.supply.changes import Reconciliation, part_of, people_of, reconcile
from linkwell.supply.manifest import Changes, Delivery, Manifest
from linkwell.supply.memory import Sent, last_accepted, remember
from linkwell.supply.package import Progress
from linkwell.supply.seal import package_id, seal
from linkwell.supply.split import Split, SplitSecrets, paired_refs, split
from linkwell.vault.custodian_keys import CustodianKeys
from linkwell.vault.keys import PrivateKey, PublicKey


@dataclass(frozen=True)
class Planned:
    """A delivery before it is sealed.

    Attributes:
        split: the rows that leave.
        delivery, follows, changes, package: as they will stand on the cover page.
        compared: everybody in the files against the supply accepted last; None when that is not known here.
        after: what to remember once it is sealed.
    """

    split: Split
    delivery: Delivery
    follows: str
    changes: Changes | None
    package: str
    compared: Reconciliation | None
    after: Sent

    def words(self) -> str:
        """The comparison, for the person who decides whether to send."""
        if self.compared is None:
            return "There is nothing to compare with: no earlier supply is known to have been accepted."
        return f"Against what was accepted last: {self.compared.words()}."


@dataclass(frozen=True)
class Parties:
    """Under which agreement, who sends, and whose people these are ("" for the sender's own)."""

    agreement: str
    organisation: str
    on_behalf_of: str = ""


def plan(
    spec: Specification,
    verdict: Verdict,
    secrets: SplitSecrets,
    *,
    kind: Delivery,
    parties: Parties,
    workspace: Path,
    receipts: Path,
    receipt_key: PublicKey,
) -> Planned:
    """Split a clean verdict, compare it with what was accepted last, and take the part `kind` sends.

    Args:
        workspace: where this provider remembers what it sealed, and where many rows wait on disk.
        receipts: where the custodian's receipts are kept; only they say what was accepted.
        receipt_key: the key they must be signed with.

    Raises:
        BlockingFindings: the verdict blocks. WrongUse: nothing to build on, or nothing of this kind to send.
        RefusedByRule: people cannot be recognised, or the specification has changed since.
    """
    full = split(spec, verdict, secrets, working=workspace)
    people = people_of(full, paired_refs(spec, verdict, secrets.client), secrets.client)
    now = Sent(package="", specification=spec.digest, people=people, **vars(parties))
    last = last_accepted(workspace, receipts, receipt_key, like=now)
    compared = None
    if last is not None and last.people is not None and people is not None:
        compared = reconcile(last.people, people)
    if kind is Delivery.FULL:
        name = package_id(secrets.supply)
        return Planned(full, kind, "", None, name, compared, replace(now, package=name))
    if last is None:
        raise _nothing_accepted()
    if last.people is None or people is None:
        raise _not_recognised()
    if last.specification != spec.digest:
        raise _other_columns()
    part = part_of(full, kind, before=last.people, now=people, secret=secrets.supply,
                   working=workspace)  # fmt: skip
    name = package_id(secrets.supply, kind, last.package)
    after = replace(now, package=name, people=part.people)
    return Planned(part.split, kind, last.package, part.changes, name, compared, after)


def seal_planned(
    planned: Planned,
    spec: Specification,
    verdict: Verdict,
    *,
    signing_key: PrivateKey,
    custodian: CustodianKeys,
    out: Path,
    workspace: Path,
    progress: Progress | None = None,
) -> Manifest:
    """Seal a plan, and remember who is in it; done again, it is left as it is.

    Raises:
        As `linkwell.supply.seal.seal`.
    """
    remember(workspace, planned.after)
    return seal(
        planned.split,
        spec,
        verdict_digest=verdict.digest,
        left_out=verdict.left_out,
        agreement=planned.after.agreement,
        organisation=planned.after.organisation,
        on_behalf_of=planned.after.on_behalf_of,
        signing_key=signing_key,
        custodian=custodian,
        out=out,
        package=planned.package,
        delivery=planned.delivery,
        follows=planned.follows,
        changes=planned.changes,
        progress=progress,
    )


def _nothing_accepted() -> WrongUse:
    return WrongUse(
        "No supply is known to have been accepted, so this one cannot build on it.",
        why="No receipt in the folder of receipts says “accepted”, or another computer sealed that supply.",
        fix="Fetch your receipts (linkwell receipt fetch), or send a full supply.",
    )


def _not_recognised() -> RefusedByRule:
    return RefusedByRule(
        "Somebody in this supply has no client number of yours.",
        why="Without it nobody can say who is new, who changed and who is gone.",
        fix="Agree on a client number in the specification, or send full supplies.",
    )


def _other_columns() -> RefusedByRule:
    return RefusedByRule(
        "The specification has changed since the supply that was accepted last.",
        why="Rows with other columns cannot be put among the earlier ones.",
        fix="Send a full supply under the new specification.",
    )
