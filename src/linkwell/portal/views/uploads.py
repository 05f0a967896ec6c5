"""The door for sealed files: tus 1.0 with a bearer token (core, creation, checksum, termination, expiration).

Served by WSGI, so that what arrived before the line dropped is kept; see https://tus.io/protocols/resumable-upload.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from linkwell.custody.agreements.actions import token_holder
from linkwell.custody.agreements.models import UploadToken
from linkwell.custody.clients.actions import for_client
from linkwell.custody.signin.commands import for_person
from linkwell.custody.supplies import actions, arrivals
from linkwell.custody.supplies.approving import give_ok
from linkwell.custody.supplies.limits import OverQuota, room_left
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.custody.supplies.states import SupplyState
from linkwell.errors import LinkwellError, RefusedByRule, TryAgain
from linkwell.portal import tus
from linkwell.portal.access import SENDER, page

TUS = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,checksum,termination,expiration"
CHUNK_TYPE = "application/offset+octet-stream"
_DIGEST = re.compile(r"[0-9a-f]{96}")


def _answer(error: LinkwellError, status: int) -> HttpResponse:
    return JsonResponse(error.as_dict(), status=status)


def _plain(what: str, status: int, fix: str = "") -> HttpResponse:
    return _answer(LinkwellError(what, fix=fix), status)


def for_senders(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for a live token and the tus version, hand the token to the view, and answer errors as JSON."""

    @csrf_exempt  # no cookie is looked at here: the bearer token is the only way in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _options()
        try:
            response = _answered(view, request, *args, **kwargs)
            if request.method == "HEAD":
                response.content = b""
            return response
        except OperationalError:  # locked for too long, or gone: nothing was changed
            return _tus(_plain("The registry is busy.", 503, fix="Go on in a moment; nothing was lost."))
        except OSError as error:
            what = "The disk is full." if error.errno == errno.ENOSPC else "The disk cannot be written."
            return _tus(_plain(what, 507, fix="Go on later; what arrived is kept."))

    return guarded


def _answered(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise RefusedByRule("An upload token is needed.", fix="Send Authorization: Bearer TOKEN.")
        holder = token_holder(token.strip())
        named = request.headers.get("Linkwell-Agreement", "")
        if holder.person is not None:  # a person's own, from a command line or a page
            holder = for_person(holder, named)
        elif holder.agreement is None:  # a vendor's: it says for which of its clients
            holder = for_client(holder, named)
    except RefusedByRule as error:
        response = _answer(error, 401)
        response["WWW-Authenticate"] = "Bearer"
        return _tus(response)
    if request.method in ("POST", "PATCH", "HEAD", "DELETE") and request.headers.get("Tus-Resumable") != TUS:
        response = _plain(f"This server speaks tus {TUS}.", 412)
        response["Tus-Version"] = TUS
        return _tus(response)
    try:
        return _tus(view(request, holder, *args, **kwargs))
    except LinkwellError as error:
        return _tus(_answer(error, _status_of(error)))


def _status_of(error: LinkwellError) -> int:
    table = (
        (arrivals.WrongOffset, 409),
        (arrivals.Busy, 423),
        (arrivals.ChecksumMismatch, 460),
        (OverQuota, 413),
        (TryAgain, 507),
    )
    return next((status for kind, status in table if isinstance(error, kind)), 422)


def _tus(response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = TUS
    response["Cache-Control"] = "no-store"
    return response


def _options() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = TUS
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(settings.CONFIGURATION.largest_upload)
    response["Tus-Checksum-Algorithm"] = ",".join(arrivals.CHECKSUMS)
    return _tus(response)


@page("api/uploads/", name="uploads", who=SENDER, methods=("POST", "OPTIONS"))
@for_senders
def create(request: HttpRequest, token: UploadToken) -> HttpResponse:
    """Begin an upload; for a file whose `sha384` was announced before, the same upload again.

    Headers: Upload-Length; Upload-Metadata may carry `sha384` of the file or `cover`, the digest of all
        before its first half (base64 of the hex digest), and `practice` (base64 of "yes" or "no"). File names
        are neither read nor kept.
    """
    length, refused = _length(request)
    if request.headers.get("Upload-Defer-Length") == "1" and "Upload-Length" not in request.headers:
        length, refused = 0, None
    if refused is not None:
        return refused
    said = tus.said_of_the_file(request.headers.get("Upload-Metadata", ""))
    digest = said.get("sha384", said.get("cover", "")).lower()
    upload = actions.begin_upload(
        token=token,
        length=length,
        declared_digest=digest if _DIGEST.fullmatch(digest) else "",
        practice={"yes": True, "no": False}.get(said.get("practice", "")),
    )
    response = HttpResponse(status=201)
    response["Location"] = request.build_absolute_uri(reverse("upload", args=[upload.pk]))
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _length(request: HttpRequest) -> tuple[int, HttpResponse | None]:
    """The announced size, or an answer that says what is wrong with it."""
    text = request.headers.get("Upload-Length", "")
    if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
        return 0, _plain("Upload-Length must be the size in bytes.", 400)
    found = tus.whole_number(text)
    if found is None or found > settings.CONFIGURATION.largest_upload:
        return 0, _plain("This file is larger than this server takes.", 413)
    return found, None


def _own(token: UploadToken, number: str) -> Upload | None:
    """The upload, if it was begun under this token's agreement: another sender's does not exist."""
    uploads = Upload.objects.select_related("supply__agreement__organisation", "token")
    return uploads.filter(pk=number, supply__agreement=token.agreement).first()


@page(
    "api/uploads/<slug:number>",
    name="upload",
    who=SENDER,
    methods=("HEAD", "PATCH", "DELETE", "POST", "OPTIONS"),
)
@for_senders
def upload(request: HttpRequest, token: UploadToken, number: str) -> HttpResponse:
    """Where an upload stands (HEAD), more of it (PATCH), or no more of it (DELETE); by POST, what
    X-HTTP-Method-Override says of these.
    """
    method = tus.method_of(request)
    if method not in _DOES:
        return HttpResponseNotAllowed(_DOES)
    found = _own(token, number)
    if found is None:
        return _plain("There is no such upload.", 404)
    over = found.ended_at is not None or found.supply.state == SupplyState.STOPPED
    if over or (found.supply.state == SupplyState.RECEIVING and found.expires_at < timezone.now()):
        return _plain("This upload is over.", 410, fix="Start a new one.")
    return _DOES[method](request, token, found)


def _stop(request: HttpRequest, token: UploadToken, found: Upload) -> HttpResponse:
    actions.stop_upload(found, by=token.actor)
    return HttpResponse(status=204)


def _stands_at(found: Upload) -> int:
    """A supply that has arrived stays arrived, also after its sealed file was destroyed."""
    return arrivals.arrived(found) if found.supply.state == SupplyState.RECEIVING else found.length


def _where(request: HttpRequest, token: UploadToken, found: Upload) -> HttpResponse:
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(_stands_at(found))
    if found.length:
        response["Upload-Length"] = str(found.length)
    else:
        response["Upload-Defer-Length"] = "1"
    response["Upload-Expires"] = http_date(found.expires_at.timestamp())
    return response


def _more(request: HttpRequest, token: UploadToken, found: Upload) -> HttpResponse:
    if request.content_type != CHUNK_TYPE:
        return _plain(f"The type of a chunk is {CHUNK_TYPE}.", 415)
    at = tus.whole_number(request.headers.get("Upload-Offset", ""))
    if at is None:
        return _plain("Upload-Offset must say where these bytes begin.", 400)
    said = request.headers.get("Upload-Checksum")
    checksum = arrivals.Checksum.from_header(said) if said else None
    if said and checksum is None:
        return _plain(
            "This checksum cannot be read.", 400, fix=f"Use one of {', '.join(arrivals.CHECKSUMS)}."
        )
    if found.supply.state != SupplyState.RECEIVING:
        raise arrivals.WrongOffset("This upload is complete.")
    if "Upload-Length" in request.headers:
        total, refused = _length(request)
        if refused is not None:
            return refused
        if found.length and total != found.length:
            return _plain(
                "Another size was said before.", 400, fix="A size is said once; start a new upload."
            )
        if not found.length:
            actions.announce_length(found, total)
    at = _take(request, found, at, checksum)
    if at is None:
        return _plain("This server needs to be told how long a chunk is.", 411, fix="Send Content-Length.")
    if at == found.length:
        actions.complete_upload(found)
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(at)
    return response


def _take(request: HttpRequest, found: Upload, at: int, checksum: arrivals.Checksum | None) -> int | None:
    """Take a chunk in and return where the upload stands then; None for a body without an end."""
    body = tus.body_of(request)
    if body is None:
        return None
    read, length = body
    # An empty chunk where everything is here already: the registry was busy when the last byte came.
    if length == 0 and at == found.length and at == arrivals.arrived(found):
        return at
    return arrivals.take(
        found,
        offset=at,
        read=read,
        length=length,
        checksum=checksum,
        most=min(settings.CONFIGURATION.largest_upload, room_left(found.supply.organisation, but=found)),
    )


_DOES = {"HEAD": _where, "PATCH": _more, "DELETE": _stop}


@page("api/uploads/<slug:number>/receipt", name="upload-receipt", who=SENDER, methods=("GET", "OPTIONS"))
@for_senders
def receipt(request: HttpRequest, token: UploadToken, number: str) -> HttpResponse:
    """The signed receipt of an upload that is whole; 404 while it is not."""
    found = _own(token, number)
    if found is None:
        return _plain("There is no such upload.", 404)
    if found.supply.state == SupplyState.RECEIVING:
        if not found.length or arrivals.arrived(found) < found.length:
            return _plain("The file has not arrived whole yet.", 404, fix="Send the rest.")
        actions.complete_upload(found)  # the process died between the last byte and the receipt
    given = found.supply.receipts.filter(kind="received").first()
    if given is None:
        reasons = found.supply.reasons
        return _answer(
            RefusedByRule(reasons.get("what", "It was not taken."), fix=reasons.get("fix", "")), 422
        )
    return HttpResponse(given.document, content_type="application/json")


@page("api/packages/<slug:package>/receipts", name="package-receipts", who=SENDER, methods=("GET", "OPTIONS"))
@for_senders
def package_receipts(request: HttpRequest, token: UploadToken, package: str) -> HttpResponse:
    """Where a package sent under this token's agreement stands, and every receipt about it, oldest first."""
    supplies = Supply.objects.filter(agreement=token.agreement, manifest__package=package)
    found = supplies.order_by("-pk").first()
    if found is None:
        return _plain("There is no such package.", 404)
    given = [
        {"kind": each.kind, "about": each.about, "document": each.document}
        for supply in supplies.order_by("pk")
        for each in supply.receipts.all()
    ]
    return JsonResponse({"supply": found.reference, "state": found.state, "receipts": given})


@page("api/packages/<slug:package>/ok", name="package-ok", who=SENDER, methods=("PUT", "OPTIONS"))
@for_senders
def package_ok(request: HttpRequest, token: UploadToken, package: str) -> HttpResponse:
    """The provider's signed OK to a package somebody else sealed for it; whoever sends may bring it."""
    found = (
        Supply.objects.filter(agreement=token.agreement, manifest__package=package).order_by("-pk").first()
    )
    if found is None:
        return _plain("There is no such package.", 404)
    given = give_ok(supply=found, document=request.body.decode("utf-8", "replace"), by=token.actor)
    return JsonResponse({"supply": found.reference, "given": given.given_at.isoformat()})
