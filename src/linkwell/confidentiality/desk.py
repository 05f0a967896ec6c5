"""The release desk: the one holder of the disclosure zone, and the only maker of released numbers."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from linkwell.confidentiality.copies import copy_entries, newest
from linkwell.confidentiality.decide import Decision, blocks, decide, past_effects
from linkwell.confidentiality.draft import Draft, draft
from linkwell.confidentiality.earlier import earlier_tables
from linkwell.confidentiality.files_left import FilesLeft
from linkwell.confidentiality.groups import all_in_order
from linkwell.confidentiality.guard import HIDDEN, Memory, near_cohort
from linkwell.confidentiality.kinds import Internal
from linkwell.confidentiality.ledger_files import (
    HEAD,
    LEDGER,
    LOCK,
    SECRET,
    alone,
    copies_of,
    zone_and_seen,
)
from linkwell.confidentiality.person_index import PersonIndex, index_path
from linkwell.confidentiality.profile import Profile, load_profile
from linkwell.confidentiality.proof import open_ledger, read_head, write_head
from linkwell.confidentiality.recall import Places, Ranks, Recall
from linkwell.confidentiality.release import Release
from linkwell.confidentiality.release_ledger import Head, ReleaseLedger
from linkwell.confidentiality.remake import content_of, release_of
from linkwell.confidentiality.request import Override, ReleaseRequest
from linkwell.confidentiality.rounding import RoundingKeys
from linkwell.confidentiality.singling import singled_out
from linkwell.confidentiality.suppression import Fate
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.ledger.chain import utc_text
from linkwell.vault.secrets import keep_secret
from linkwell.vault.zones import Home, Zone

SHORTEST_REASON = 10
TOGETHER = "all that was told so far"


class ReleaseRefused(RefusedByRule):
    """A request that cannot be released; the words are the same whatever the reason.

    Attributes:
        reference: under which the checker finds the reason (`ReleaseDesk.reason`).
        private: the reason, for the checker only.
    """

    def __init__(self, reference: str, private: str) -> None:
        super().__init__(
            "This request cannot be released as it stands.",
            where=f"reference {reference}",
            why="Released numbers must not single anyone out, alone or beside what was released before.",
            fix="Ask the output checker, quoting the reference, or ask about a broader group.",
        )
        self.reference, self.private = reference, Internal(private)


@dataclass(frozen=True, repr=False)
class ReleaseDesk:
    """An open desk. Make one with `ReleaseDesk.open`; close it, or use it in a `with` block."""

    zone: Zone
    profile: Profile
    _secret: bytes
    _keys: RoundingKeys
    _ledger: ReleaseLedger
    _recall: Recall
    _copies: Path | None

    @classmethod
    def open(
        cls, place: Home | Zone, *, profile: str = "nz-fixed", demo_seed: int | None = None,
        expected_head: Head | None = None,
    ) -> ReleaseDesk:  # fmt: skip
        """Open the desk of a data home (or of a disclosure zone alone).

        Args:
            profile: name of the rules.
            demo_seed: with a zone of a demonstration home, its seed.
            expected_head: where the registry says the release ledger stands.

        Raises:
            RefusedByRule: the ledger or the secret is lost, older than what left, or altered. Nothing is
                released until that is mended.
        """
        zone, seen = zone_and_seen(place)
        copies = copies_of(place) if isinstance(place, Home) else None
        seed = place.demo_seed if isinstance(place, Home) else demo_seed
        others = [*(newest(copies) if copies else []), *([expected_head] if expected_head else [])]
        witnesses = [*read_head(zone / HEAD), *others]
        if not (zone / SECRET).exists() and (witnesses or seen or (zone / LEDGER).exists()) and seed is None:
            raise RefusedByRule(
                "The rounding secret is missing, but numbers have already left.",
                where="disclosure/rounding.secret",
                why="With another secret the same people would show other numbers.",
                fix="Put the secret back from the custodian's recovery copy.",
            )
        with alone(zone / LOCK):  # two first openings must not draw two secrets
            secret = keep_secret(zone / SECRET, demo_seed=seed)
        keys = RoundingKeys.derive(secret)
        ledger = open_ledger(zone / LEDGER, keys.check, witnesses=witnesses, seen=seen)
        return cls(zone, load_profile(profile), secret, keys, ledger, Recall(), copies)

    def __enter__(self) -> ReleaseDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()

    def release(
        self, request: ReleaseRequest, *, permission_single_provider: bool, actor: str = "release desk",
        override: Override | None = None, registry_head: str = "",
    ) -> Release:  # fmt: skip
        """Guard, decide, record, and only then hand out.

        A request that was released before gives the same release again. About a cohort that is nearly an
        earlier one, earlier numbers are repeated cell by cell and nothing new is told, unless a checker
        overrides that with a reason. The strictest of the profile's rules and the request's conditions holds.

        Args:
            permission_single_provider: the agreement records permission for output about this one provider.
            actor: account name for the ledger.
            override: recorded in the ledger with the release.
            registry_head: where the custodian's record stands; kept with the release.

        Raises:
            RefusedByRule: about one provider without permission.
            ReleaseRefused: the cohort is too small; neutral words, private reason.
            WrongUse: the request does not fit together.
            TryAgain: the ledger is busy or the disk full; nothing was released.
        """
        if request.conditions:
            strict = replace(self, profile=self.profile.stricter(request.conditions))
            return strict.release(
                replace(request, conditions=()), permission_single_provider=permission_single_provider,
                actor=actor, override=override, registry_head=registry_head,
            )  # fmt: skip
        exempt = _exempt(request, permission_single_provider)
        people = self._recall.people(index_path(self.zone, request.project), self._keys)
        prepared = draft(request, people, self.profile, self._secret, exempt=exempt)
        if override is not None:
            prepared = _overridden(prepared, override)
        with self._ledger.writing():
            content = self._ledger.released_as(prepared.digest)
            private = None
            ranks = self._recall.ranks(self._ledger, people)
            if content is None:
                private, content, ranks = self._decided(prepared, ranks, actor, override, registry_head)
        self._recall.learn(self._ledger, people, ranks)
        if private is not None or content is None:
            raise self._refused(request, prepared, private or "")
        self._copied()
        return release_of(content)

    def know(self, project: str, people: PersonIndex) -> None:
        """The people of a project by their index, for as long as this desk is open: of an analyst's own file,
        which has none in the zone."""
        self._recall.give(index_path(self.zone, project), people, self._keys)

    def note_files(self, left: FilesLeft, *, actor: str, registry_head: str = "") -> Head:
        """Record files that leave by a request: by their fingerprints, before they are handed out.

        Who is counted in them is not known here, so nothing is guarded by this entry: people compare such
        files. It makes what left undeniable, in order, and proven with everything else that left. Noted
        again, the same files are one entry.

        Args:
            actor: account name for the ledger. registry_head: as in `release`.

        Raises:
            TryAgain: the ledger is busy or the disk full; nothing may leave.
        """
        with self._ledger.writing():
            if not self._ledger.noted(left.digest):
                self._ledger.note_files(left.reference, left.details(registry_head), actor=actor)
        return self._copied()

    def _copied(self) -> Head:
        """Seal a copy of what is new in the ledger, and keep where it stands; what left has then a memory."""
        with self._ledger.writing():  # one at a time: the head beside the ledger is never an older one
            head = self._ledger.head()
            assert head is not None
            if self._copies is not None:
                copy_entries(self._ledger, self._copies, self._secret)
            write_head(self.zone / HEAD, head)
        return head

    def recall(self, release_id: str) -> Release | None:
        """A release that left earlier, from the ledger."""
        content = self._ledger.release(release_id)
        return None if content is None else release_of(content)

    def told_labels(self, family: str) -> dict[str, tuple[str, ...]]:
        """Per dimension, every label that stands in a release of a data family: those are no secret."""
        return self._ledger.labels(family)

    def told_rows(self, family: str) -> set[tuple[str, ...]]:
        """Every row that stands in a release of a data family under a heading of its own (long tables)."""
        return self._ledger.rows(family)

    def head(self) -> Head | None:
        """Where the release ledger stands, for the registry to keep; None before the first release."""
        return self._ledger.head()

    def reason(self, reference: str) -> Internal[str | None]:
        """Why a request was refused; for the checker."""
        return Internal(self._ledger.reason(reference))

    def why(self, release_id: str) -> Internal[dict[str, dict[str, int]]]:
        """Per table of a release, how many cells show what they show for which reason; for the checker.

        Where what was told so far, taken together, singles somebody of this release out: how many people all
        cohorts do (`singling`), and how many were left out of this release (`overlaps`).
        """
        found = self._ledger.reasons(release_id, [fate.name.lower() for fate in Fate])
        content = self._ledger.release(release_id)
        if content is not None:
            with self._ledger.writing():
                past = self._recall.memory(self._ledger, content["family"]).past
            many = singled_out(past, int(content["ledger_entry"]), self.profile.people_threshold)
            left = self._ledger.left_out(int(content["ledger_entry"]))
            both = {"people_singled_out": many, "people_left_out": left}
            found |= {TOGETHER: {kind: n for kind, n in both.items() if n}} if any(both.values()) else {}
        return Internal(found)

    def _decided(
        self, prepared: Draft, ranks: Ranks, actor: str, override: Override | None, registry_head: str
    ) -> tuple[str | None, dict[str, Any] | None, Ranks]:
        """Inside the transaction: a private reason to refuse, or what was recorded; and everyone's rank."""
        request, ledger = prepared.request, self._ledger
        memory = self._recall.memory(ledger, request.family)
        size = int(prepared.cohorts.counts[0])
        entry = self._near_entry(prepared, memory, ranks)  # before the size is looked at: one path for all
        if size < self.profile.people_threshold:
            return f"the population has {size} people", None, ranks
        if prepared.seen_through[0][0]:
            return "one member of the pool could see through it by taking its own people away", None, ranks
        known = ranks
        decision = decide(
            prepared, memory, ledger.effects(request.family), self._keys, self.profile,
            ranks=ranks.by_place, near_earlier=entry is not None, lifted=override is not None,
            linked=lambda: earlier_tables(ledger, memory.past, prepared, known.by_place),
        )  # fmt: skip
        if not decision.wide:
            return "exact bounds over all releases leave a hidden number fewer than three values", None, ranks
        ranks, members = self._ranked(prepared, ranks)
        kept = blocks(prepared, decision, members)
        ledger.note_rules(request.family, profile=self.profile.name, digest=self.profile.digest, actor=actor)
        content = self._content(prepared, decision)
        ledger.record(
            family=request.family, request=prepared.digest, content=content, blocks=kept,
            effects=past_effects(prepared, decision), actor=actor,
            details={"family": request.family, "project": request.project, "purpose": request.purpose,
                     "profile": self.profile.digest, "near": entry or 0, "left_out": decision.left_out,
                     "registry": registry_head,
                     "override": [override.checker, override.reason] if override else []},
        )  # fmt: skip
        return None, content, ranks

    def _ranked(self, prepared: Draft, ranks: Ranks) -> tuple[Ranks, list[Places]]:
        """The people of the cohorts and of each table by rank; whoever has none is added to the list."""
        columns = [pairs.loose[1] for pairs in prepared.pairs]
        new = np.zeros(len(ranks.by_place), dtype=bool)
        columns = [all_in_order(places, len(new)) for places in columns]
        for places in columns:
            new[places] = True
        new &= ranks.by_place < 0
        added = int(np.count_nonzero(new))
        if added:
            every, persons = added == len(new), prepared.people.index.persons
            by_place = np.arange(ranks.number, ranks.number + added, dtype=np.int32)
            if not every:
                some, by_place = by_place, ranks.by_place.copy()
                by_place[new] = some
            self._ledger.add_people(persons if every else persons[new])
            ranks = Ranks(by_place, ranks.number + added, self._ledger.people_seq())
        return ranks, [ranks.by_place[places] for places in columns]

    def _near_entry(self, prepared: Draft, memory: Memory, ranks: Ranks) -> int | None:
        """The entry of an earlier population one to `guard_distance` people from this one."""
        size = int(prepared.cohorts.counts[0])
        cohort = prepared.cohorts.take(np.zeros(1, dtype=np.int64))
        people = ranks.by_place[all_in_order(prepared.cohort_pairs.places[:size], len(ranks.by_place))]
        return near_cohort(people, cohort, memory.past, self.profile.guard_distance)

    def _refused(self, request: ReleaseRequest, prepared: Draft, private: str) -> ReleaseRefused:
        made = utc_text(datetime.now(UTC))
        reference = hashlib.sha384(f"{prepared.digest} {made}".encode()).hexdigest()[:10].upper()
        self._ledger.refuse(reference, made, request.project, private)
        return ReleaseRefused(reference, private)

    def _content(self, prepared: Draft, decision: Decision) -> dict[str, Any]:
        last = self._ledger.last_event()
        entry = 1 if last is None else last.seq + 1
        # Stands in addresses a provider sees: it must not count what was released to others.
        name = hashlib.sha384(f"{prepared.digest} {entry}".encode()).hexdigest()[:16]
        heading = {"release_id": f"R-{name}", "ledger_entry": entry,
                   "disclaimers": disclaimers(prepared.request.sources)}  # fmt: skip
        return heading | content_of(prepared, decision, self.profile, HIDDEN)


def disclaimers(sources: tuple[str, ...]) -> list[str]:
    """The paragraphs that must travel with a release made from these data sources."""
    text = (resources.files("linkwell.confidentiality") / "disclaimers.toml").read_text("utf-8")
    return [part["text"] for part in tomllib.loads(text)["paragraph"] if part["when"] in ("", *sources)]


def _overridden(prepared: Draft, override: Override) -> Draft:
    """The same draft as another request: what was released without the override stays what it was.

    Raises:
        WrongUse: no name or no reason.
    """
    if not override.checker.strip() or len(override.reason.strip()) < SHORTEST_REASON:
        raise WrongUse(
            "An override needs the checker's name and a reason in words.",
            why="Whoever reads the ledger later must understand why the guard was lifted.",
        )
    mark = f"{prepared.digest} override {override.checker} {override.reason}".encode()
    return replace(prepared, digest=hashlib.sha384(mark).hexdigest())


def _exempt(request: ReleaseRequest, permission: bool) -> frozenset[str]:
    """Kinds of entity that need not be counted: with the agreement's permission, the provider itself."""
    if request.single_provider and not permission:
        raise RefusedByRule(
            "Output about a single provider needs the permission recorded in its agreement.",
            where=request.project,
            why="With fewer than three organisations behind a number, the number is about that organisation.",
            fix="Record the permission in the agreement, or ask about several providers together.",
        )
    return frozenset({"provider"} if request.single_provider else set())
