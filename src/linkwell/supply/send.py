"""Send a sealed file over a line that may drop, and come back with the custodian's signed receipt.

A small state file beside the package remembers the upload, so a killed `send` is simply run again.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.ledger.receipts import Kind, Receipt, load
from linkwell.ledger.receipts import verify as verify_receipt
from linkwell.supply import tus
from linkwell.supply.ahead import Ahead
from linkwell.supply.manifest import Manifest
from linkwell.supply.package import Progress, check_sealed_bytes, cover_digest, read_manifest
from linkwell.vault.keys import fingerprint, public_pem
from linkwell.vault.zones import write_whole

RECEIPT_WAIT_SECONDS = 120.0
CHECKED_FIRST = 64 << 20
"""A file up to this size is checked whole before its first byte is sent; a larger one while it is sent."""


def send(
    package: Path,
    *,
    url: str,
    token: str,
    receipts: Path,
    progress: Progress | None = None,
    chunk_bytes: int = tus.CHUNK_BYTES,
    retries: int = tus.RETRIES,
    sleep: tus.Sleep = time.sleep,
) -> Path:
    """Send a package to a portal and keep its signed receipt; one that has its receipt is not sent again.

    Args:
        url: the portal's address; its uploads live at `/api/uploads/`.
        token: an upload-only token, or a person's (portal_sign_in); sent to that address and nowhere else.
        receipts: folder for the receipt (JSON and text) and the public key it was checked with.
        progress: called with (bytes the server has acknowledged, bytes in all).

    Returns:
        The receipt's JSON file.

    Raises:
        WrongUse: not a package, or not a portal's address.
        TryAgain: the line or the server failed; run the same command again and it goes on.
        RefusedByRule: the token, the package or the receipt was refused.
    """
    manifest = read_manifest(package)
    base, cover = tus.portal_address(url), cover_digest(package, manifest)
    with Ahead(package, manifest) as ahead:
        return _send(
            package, manifest, cover, base, ahead,
            token=token, receipts=receipts, progress=progress, chunk_bytes=chunk_bytes, retries=retries,
            sleep=sleep,
        )  # fmt: skip


def _send(
    package: Path, manifest: Manifest, cover: str, base: httpx.URL, ahead: Ahead, *,
    token: str, receipts: Path, progress: Progress | None, chunk_bytes: int, retries: int, sleep: tus.Sleep,
) -> Path:  # fmt: skip
    total, kept = manifest.sealed_until, receipt_path(manifest, Kind.RECEIVED, receipts)
    if kept.exists() or total <= CHECKED_FIRST:
        digest = ahead.digest_to(total).hex()
        if _proves(kept, manifest, digest):
            return kept
    # Redirects are not followed, so the token cannot be led elsewhere.
    headers = _headers(manifest, token)
    with httpx.Client(headers=headers, timeout=httpx.Timeout(60.0, connect=15.0)) as client:
        line = tus.Line(client, base, retries, sleep)
        place = tus.upload(
            line,
            package,
            ahead=ahead,
            metadata=_metadata(manifest, cover),
            resume=_remembered(package, base, cover),
            remember=lambda address: _remember(package, base, cover, address),
            chunk_bytes=chunk_bytes,
            progress=progress,
        )
        receipt = _fetch_receipt(line, place)
    path = keep_receipt(receipt, manifest, digest=ahead.digest_to(total).hex(), folder=receipts)
    _state_path(package).unlink(missing_ok=True)
    return path


def _headers(manifest: Manifest, token: str) -> dict[str, str]:
    """Which agreement it is sent under is on the cover page; who sends for several has one token."""
    return {**tus.VERSION, "Authorization": f"Bearer {token}", "Linkwell-Agreement": manifest.agreement}


def fetch_receipts(package: Path, *, url: str, token: str, receipts: Path) -> list[tuple[Path, Receipt]]:
    """Get every receipt the custodian has given about a package, check each and keep it.

    Raises:
        WrongUse: not a package or portal. TryAgain: the line failed.
        RefusedByRule: the token was refused, or a receipt is not the custodian's or not about this file.
    """
    manifest = read_manifest(package)
    digest = check_sealed_bytes(package, manifest)
    base = tus.portal_address(url)
    headers = _headers(manifest, token)
    with httpx.Client(headers=headers, timeout=httpx.Timeout(60.0, connect=15.0)) as client:
        try:
            answer = client.get(base.join(f"/api/packages/{manifest.package}/receipts"))
            tus.expect(answer, 200)
        except httpx.TransportError as problem:
            raise TryAgain(tus.words_of(problem), fix="Run the same command again.") from None
        except tus.GoneError:
            return []
    kept = []
    for found in answer.json()["receipts"]:
        receipt = Receipt.from_json(found["document"])
        about = "".join(c if c.isalnum() or c in "-." else "-" for c in str(found["about"]))[:60]
        kept.append((keep_receipt(receipt, manifest, digest=digest, folder=receipts, about=about), receipt))
    return kept


def deliver_ok(package: Path, ok: str, *, url: str, token: str) -> None:
    """Bring a provider's signed OK about a package to the portal it was sent to.

    Raises:
        TryAgain: the line failed. RefusedByRule: the portal says no, or does not have this package.
    """
    manifest, base = read_manifest(package), tus.portal_address(url)
    headers = {**_headers(manifest, token), "Content-Type": "application/json"}
    with httpx.Client(headers=headers, timeout=httpx.Timeout(60.0, connect=15.0)) as client:
        try:
            answer = client.put(base.join(f"/api/packages/{manifest.package}/ok"), content=ok.encode())
            tus.expect(answer, 200)
        except httpx.TransportError as problem:
            raise TryAgain(tus.words_of(problem), fix="Run the same command again.") from None
        except tus.GoneError:
            raise RefusedByRule(
                "The portal does not have this sealed file.",
                why="An OK is for a file that arrived.",
                fix="Wait until it was sent, then run the same command again.",
            ) from None


def keep_receipt(receipt: Receipt, manifest: Manifest, *, digest: str, folder: Path, about: str = "") -> Path:
    """Check that a receipt is the custodian's and about this very file, then keep it with the key it needs.

    Raises:
        RefusedByRule: signed by somebody else, altered, or about another file.
    """
    check_receipt(receipt, manifest, digest)
    key = manifest.custodians_receipt_key
    path = receipt_path(manifest, receipt.kind, folder, about)
    write_whole(
        folder / f"receipt-key-{fingerprint(key)[:16]}.pem", public_pem(key).encode("ascii"), mode=0o644
    )
    write_whole(path.with_suffix(".txt"), receipt.to_text().encode("utf-8"), mode=0o644)
    write_whole(path, receipt.to_json().encode("utf-8"), mode=0o644)
    return path


def check_receipt(receipt: Receipt, manifest: Manifest, digest: str) -> None:
    """Check that a receipt is signed by the custodian this package was sealed for, and is about these bytes.

    Raises:
        RefusedByRule: it is not.
    """
    verify_receipt(receipt, manifest.custodians_receipt_key)
    facts = receipt.facts
    # Later receipts are about the supply: only some of them repeat the file's digest.
    named = facts.get("sha384", digest if receipt.kind is not Kind.RECEIVED else None)
    if (facts.get("package"), named) != (manifest.package, digest):
        raise RefusedByRule(
            "The receipt is genuine, but it is about another file.",
            why="It does not prove that this file arrived.",
            fix="Run the same command again; if it happens twice, tell the custodian.",
        )


def receipt_path(manifest: Manifest, kind: Kind, folder: Path, about: str = "") -> Path:
    """Where the receipt of one kind (and thing, where there can be several) about a package is kept."""
    return folder / f"receipt-{manifest.package[:12]}-{kind.value}{'-' if about else ''}{about}.json"


def _proves(path: Path, manifest: Manifest, digest: str) -> bool:
    try:
        check_receipt(load(path), manifest, digest)
    except LinkwellError:
        return False
    return True


def _fetch_receipt(line: tus.Line, place: httpx.URL) -> Receipt:
    """Get the receipt; the server may need a moment to read what arrived."""
    address = httpx.URL(str(place).rstrip("/") + "/receipt")
    waited, failed = 0.0, 0
    while True:
        try:
            answer = line.client.get(address)
            if answer.status_code == 200:
                return Receipt.from_json(answer.content)
            if answer.status_code not in {202, 404}:
                tus.expect(answer, 200)
        except (httpx.TransportError, TryAgain) as problem:
            failed = tus.wait(line, failed, tus.words_of(problem))
        except tus.GoneError:
            raise _no_receipt() from None
        pause = min(2.0, 0.2 + waited / 5)
        waited += pause
        if waited > RECEIPT_WAIT_SECONDS:
            raise _no_receipt()
        line.sleep(pause)


def _no_receipt() -> TryAgain:
    return TryAgain(
        "The file arrived, but the portal has not given a receipt yet.",
        why="Without a receipt you cannot prove that it arrived.",
        fix="Run the same command again in a few minutes; it will not send the file twice.",
    )


def _metadata(manifest: Manifest, cover: str) -> dict[str, str]:
    """What the server is told at creation; the package's own cover page is what counts."""
    return {
        "filename": f"{manifest.package}.lwp",
        "package": manifest.package,
        "cover": cover,
        "agreement": manifest.agreement,
        "practice": "yes" if manifest.test else "no",
    }


def _remember(package: Path, base: httpx.URL, cover: str, address: str) -> None:
    state = {"portal": str(base), "cover": cover, "upload": address}
    write_whole(_state_path(package), json.dumps(state).encode())


def _remembered(package: Path, base: httpx.URL, cover: str) -> str:
    """The address of the upload an earlier run began for this same file and portal, or ""."""
    try:
        state = json.loads(_state_path(package).read_bytes())
        same = (state["portal"], state["cover"]) == (str(base), cover)
        return str(state["upload"]) if same else ""
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""


def _state_path(package: Path) -> Path:
    return package.with_name(package.name + ".upload.json")
