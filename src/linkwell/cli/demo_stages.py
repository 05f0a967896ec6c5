"""The stages of the demonstration, as data: which command, what to say of its result."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkwell.vault.zones import Home, write_whole

AGREEMENT = "DSA-DEMO-001"
CODE = "riverbend"
SUPPLY = f"{AGREEMENT}-001"
REFRESH = "2025-10"
CUSTODIAN = "Demonstration custodian"


@dataclass
class Walk:
    """One walk of the road: its folder, its sizes, and what each ended stage printed."""

    home: Path
    people: int
    participants: int
    interactions: int
    seed: int
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    address: str = ""

    @property
    def world(self) -> Path:
        return self.home / "synthetic"

    @property
    def provider(self) -> Path:
        return self.home / "provider"

    @property
    def files(self) -> list[str]:
        return [str(self.provider / "participants.xlsx"), str(self.provider / "interactions.csv")]

    @property
    def specification(self) -> str:
        return str(self.provider / "specification.toml")


Command = Callable[[Walk], list[str]]


def _nothing(walk: Walk) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


def _as_it_is(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    return result


def _no_environment(walk: Walk) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Stage:
    """One command of the road.

    Attributes:
        command: its arguments. say: one line about its result.
        around: something that must run beside it (the portal while sending).
        after: what to keep of the result. environment: variables the command reads (passwords, tokens).
    """

    name: str
    title: str
    command: Command
    say: Callable[[Walk], str]
    around: Callable[[Walk], AbstractContextManager[None]] = _nothing
    after: Callable[[Walk, dict[str, Any]], dict[str, Any]] = _as_it_is
    environment: Callable[[Walk], dict[str, str]] = _no_environment


def _signed_in(username: str) -> Callable[[Walk], dict[str, str]]:
    def environment(walk: Walk) -> dict[str, str]:
        from linkwell.custody.demo import password_of

        return {"LINKWELL_PASSWORD": password_of(Home.open(walk.home), username)}

    return environment


def _custodian(*arguments: str, username: str) -> Command:
    return lambda walk: ["custodian", *arguments, "--home", str(walk.home), "--as", username]


def _answers(walk: Walk) -> list[str]:
    """The demonstration's provider answers the primer's questions as its spreadsheet stands."""
    answers = walk.provider / "readiness.toml"
    if not answers.exists():
        write_whole(answers, (Path(__file__).parent / "demo_answers.toml").read_bytes())
    return ["ready", "--answers", str(answers), "--out", str(walk.provider / "readiness.html")]


def _keep_token(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    """The token goes to a file of the provider's, as a person would keep it, and nowhere else."""
    write_whole(walk.provider / "upload-token.txt", result.pop("upload_token").encode())
    return result


@contextlib.contextmanager
def _portal(walk: Walk) -> Iterator[None]:
    """A real portal on loopback for as long as the sending takes; it ends with this process."""
    from linkwell.portal.start import start

    start(walk.home)
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from linkwell.portal.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the demonstration's own line is enough."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    walk.address = f"http://localhost:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _score_links(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    """Set the links beside the truth of the invented world: only a demonstration can, and nothing else reads it."""
    from linkwell.cli.demo_truth import score

    links = walk.home / "identity" / "links" / SUPPLY / "links.parquet"
    against, digest = score(walk.home, links, walk.files, walk.specification)
    return {**result, "against_truth": against, "links_digest": digest}


def _fingerprint_accepted(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    halves = [walk.home / zone / "supplies" / SUPPLY for zone in ("identity", "research")]
    return {**result, "tables_digest": _digest_of_tables(*halves)}


def _fingerprint_released(walk: Walk, result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "tables_digest": _digest_of_tables(Path(result["report"]).parent)}


def _digest_of_tables(*folders: Path) -> str:
    digest = hashlib.sha384()
    for table in sorted(path for folder in folders for path in folder.glob("*.csv")):
        digest.update(table.name.encode() + b"\0" + hashlib.sha384(table.read_bytes()).digest())
    return digest.hexdigest()


def _rows(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {table}" for table, count in counts.items())


STAGES: tuple[Stage, ...] = (
    Stage(
        "population",
        "An invented population",
        lambda w: ["synthetic", "population", "--people", str(w.people), "--participants", str(w.participants),
                   "--seed", str(w.seed), "--out", str(w.world)],
        lambda w: f"{w.people:,} people on the spine, {w.participants:,} of them take part",
    ),
    Stage(
        "provider",
        "What the provider has",
        lambda w: ["synthetic", "provider", "--world", str(w.world), "--out", str(w.provider),
                   "--interactions", str(w.interactions)],
        lambda w: f"a messy spreadsheet and {w.interactions:,} visits",
    ),
    Stage(
        "custodian",
        "The custodian's data home",
        lambda w: ["custodian", "init", "--home", str(w.home), "--name", CUSTODIAN, "--population", str(w.world),
                   "--demo-seed", str(w.seed)],
        lambda w: "zones, keys, registry, spine",
    ),
    Stage(
        "ready",
        "Ready?",
        _answers,
        lambda w: "yes: ready to describe" if w.results["ready"]["ready"] == "yes" else "not yet",
    ),
    Stage(
        "describe",
        "Describe what is recorded",
        lambda w: ["describe", *w.files, "--out", w.specification, "--yes"],
        lambda w: "a data specification is drafted",
    ),
    Stage(
        "check",
        "Check the files",
        lambda w: ["check", *w.files, "--spec", w.specification, "--out", str(w.provider / "checked")],
        lambda w: "findings written beside the data",
    ),
    Stage(
        "handover",
        "Hand over (plain CSV)",
        lambda w: ["handover", *w.files, "--spec", w.specification, "--out", str(w.provider / "handover"),
                   "--workspace", str(w.provider)],
        lambda w: "names apart from services, with control totals",
    ),
    Stage(
        "key",
        "The provider's signing key",
        lambda w: ["key", "--workspace", str(w.provider)],
        lambda w: f"fingerprint begins {w.results['key']['fingerprint'][:9]}",
    ),
    Stage(
        "agreement",
        "Agreement",
        lambda w: [*_custodian("enrol-provider", username="integrator")(w), "--code", CODE,
                   "--name", "Riverbend Community Trust", "--agreement", AGREEMENT,
                   "--specification", w.specification, "--sender-key", w.results["key"]["public_key"],
                   "--permit-single-provider"],
        lambda w: f"{AGREEMENT} names the specification by its fingerprint",
        after=_keep_token,
        environment=_signed_in("integrator"),
    ),
    Stage(
        "seal",
        "Seal",
        lambda w: ["seal", *w.files, "--spec", w.specification, "--custodian", str(w.home / "custodian-keys.json"),
                   "--agreement", AGREEMENT, "--workspace", str(w.provider), "--out", str(w.provider / "supply.lwp")],
        lambda w: f"{_rows(w.results['seal']['read'])} read; "
                  f"{sum(w.results['seal']['refused'].values()):,} rows stayed; two halves sealed to two keys",
    ),
    Stage(
        "send",
        "Send",
        lambda w: ["send", str(w.provider / "supply.lwp"), "--to", w.address or "http://localhost:8000",
                   "--token-file", str(w.provider / "upload-token.txt"), "--receipts", str(w.provider / "receipts")],
        lambda w: "sent over HTTP; signed receipt kept",
        around=_portal,
    ),
    Stage(
        "receipt",
        "Is the receipt good?",
        lambda w: ["receipt", "verify", w.results["send"]["receipt"]],
        lambda w: "verified without any server",
    ),
    Stage(
        "accept",
        "Accept",
        _custodian("accept", SUPPLY, username="integrator"),
        lambda w: f"opened and checked again: {w.results['accept']['counts']['accepted']['people']:,} people",
        after=_fingerprint_accepted,
        environment=_signed_in("integrator"),
    ),
    Stage(
        "link",
        "Link to the spine",
        _custodian("link", SUPPLY, username="linker"),
        lambda w: _linked_words(w.results["link"]),
        after=_score_links,
        environment=_signed_in("linker"),
    ),
    Stage(
        "load",
        "Take identity away",
        lambda w: [*_custodian("load", username="integrator")(w), "--label", REFRESH],
        lambda w: f"refresh {REFRESH}: {w.results['load']['clients']:,} clients, "
                  f"{w.results['load']['clients_linked']:,} of them found",
        environment=_signed_in("integrator"),
    ),
    Stage(
        "project",
        "The provider's own project",
        lambda w: [*_custodian("approve-insights", AGREEMENT, username="integrator")(w), "--analyst", "integrator"],
        lambda w: "approved columns, named analyst, fixed plan",
        environment=_signed_in("integrator"),
    ),
    Stage(
        "insights",
        "Insights",
        _custodian("insights", AGREEMENT, username="integrator"),
        lambda w: "reach, not yet reached, difference: worked out, still internal",
        environment=_signed_in("integrator"),
    ),
    Stage(
        "release",
        "Release",
        lambda w: _custodian("release", w.results["insights"]["output"], username="checker")(w),
        lambda w: "rounded, suppressed, guarded, signed off by an output checker",
        after=_fingerprint_released,
        environment=_signed_in("checker"),
    ),
)  # fmt: skip


def _linked_words(result: dict[str, Any]) -> str:
    linked, truth = result["counts"]["linked"], result["against_truth"]
    return (
        f"{linked['found']:,} of {linked['people']:,} found; against the truth "
        f"{100 * truth['precision']:.1f} % right, {100 * truth['recall']:.1f} % of those there found"
    )
