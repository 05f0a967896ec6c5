"""The description for machines says what the server does: every answer here is held to it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client

from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.models import Upload
from linkwell.portal.access import PAGES, SENDER
from linkwell.supply.approval import approve, look, write_rows

DESCRIPTION = Path(__file__).parents[2] / "docs" / "upload-api.openapi.json"
API = json.loads(DESCRIPTION.read_text("utf-8"))
CHUNK = "application/offset+octet-stream"


def resolved(part: Any) -> Any:
    """A part of the description with every reference in it replaced by what it names."""
    if isinstance(part, list):
        return [resolved(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found: Any = API
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return resolved(found)
    return {name: resolved(each) for name, each in part.items()}


class Described:
    """A client that holds every answer to the description."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, enforce_csrf_checks=True)

    def ask(self, method: str, path: str, place: str, body: Any = b"", **headers: str) -> Any:
        operation = resolved(API["paths"][path][method])
        kind = headers.pop("type", next(iter(operation.get("requestBody", {}).get("content", {"": 0}))))
        more = {"headers": {"Tus-Resumable": "1.0.0", **{n.replace("_", "-"): v for n, v in headers.items()}}}
        if method in ("patch", "put", "post"):
            answer = getattr(self.client, method)(place, body, content_type=kind or "text/plain", **more)
        else:
            answer = getattr(self.client, method)(place, **more)
        status = str(answer.status_code)
        assert status in operation["responses"], f"{method} {path} answered {status}, which is not described"
        self._check(answer, operation["responses"][status], bodiless=method == "head")
        return answer

    @staticmethod
    def _check(answer: Any, said: dict[str, Any], *, bodiless: bool) -> None:
        for name, header in said.get("headers", {}).items():
            jsonschema.validate(answer[name], header["schema"])
        schema = said.get("content", {}).get("application/json", {}).get("schema")
        if schema and not bodiless:
            jsonschema.validate(json.loads(answer.content), schema)

    def create(self, length: int, **headers: str) -> str:
        place = "/api/uploads/"
        answer = self.ask("post", place, place, Upload_Length=str(length), **headers)
        return re.sub("^https?://[^/]+", "", answer["Location"]) if answer.status_code == 201 else ""

    def patch(self, place: str, data: bytes, offset: object, **headers: str) -> Any:
        return self.ask("patch", "/api/uploads/{upload}", place, data, Upload_Offset=str(offset), **headers)


@pytest.fixture
def sender(registry, settings) -> Described:
    settings.ALLOWED_HOSTS = ["testserver"]
    return Described(registry.token)


@pytest.fixture
def data(registry) -> bytes:
    return registry.sealed.path.read_bytes()


def test_a_whole_road_is_as_described(sender, registry, data, tmp_path) -> None:
    assert sender.ask("options", "/api/uploads/", "/api/uploads/").status_code == 204
    place = sender.create(len(data), Upload_Metadata=f"practice {base64.b64encode(b'no').decode()}")
    assert sender.ask("head", "/api/uploads/{upload}", place)["Upload-Offset"] == "0"
    receipt = "/api/uploads/{upload}/receipt"
    assert sender.ask("get", receipt, f"{place}/receipt").status_code == 404
    assert sender.patch(place, data[:100], 0).status_code == 204
    assert sender.patch(place, data[100:], 100).status_code == 204
    assert sender.ask("get", receipt, f"{place}/receipt").status_code == 200
    package = registry.sealed.manifest.package
    receipts = f"/api/packages/{package}/receipts"
    assert sender.ask("get", "/api/packages/{package}/receipts", receipts).status_code == 200
    write_rows(registry.sealed.split, tmp_path / "rows")
    ok = approve(look(registry.sealed.path, tmp_path / "rows"), signing_key=registry.sealed.sender)
    path, where = "/api/packages/{package}/ok", f"/api/packages/{package}/ok"
    assert sender.ask("put", path, where, ok.to_json()).status_code == 422  # nobody waits for it
    assert sender.ask("put", path, "/api/packages/" + "0" * 32 + "/ok", "{}").status_code == 404
    assert sender.ask("get", "/api/clients/", "/api/clients/").status_code == 401  # sends for one provider


def test_every_no_is_as_described(sender, registry, data, settings) -> None:
    whole, one = "/api/uploads/", "/api/uploads/{upload}"
    for headers, status in (
        ({"Upload_Length": "0"}, 400), ({"Upload_Length": str(10**15)}, 413),
        ({"Upload_Length": "10", "Tus_Resumable": "0.2"}, 412),
    ):  # fmt: skip
        assert sender.ask("post", whole, whole, **headers).status_code == status
    place = sender.create(len(data))
    assert sender.patch(place, data, 7).status_code == 409
    assert sender.patch(place, data, "x").status_code == 400
    assert sender.patch(place, data, 0, type="text/plain").status_code == 415
    assert sender.patch(place, data + b"more", 0).status_code == 422
    wrong = base64.b64encode(b"0" * 48).decode()
    for algorithm in ("sha384", arrivals.WHOLE):
        answer = sender.patch(place, data[:9], 0, Upload_Checksum=f"{algorithm} {wrong}")
        assert answer.status_code == 460
    with arrivals._only_writer(arrivals.part_path(Upload.objects.get(pk=place[-32:]))):
        assert sender.patch(place, data, 0).status_code == 423
    stranger = Described(registry.other_token)
    for method in ("head", "delete"):
        assert stranger.ask(method, one, place).status_code == 404
        assert Described("nothing").ask(method, one, place).status_code == 401
    assert stranger.patch(place, data, 0).status_code == 404
    assert sender.ask("delete", one, place).status_code == 204
    for method in ("head", "delete"):
        assert sender.ask(method, one, place).status_code == 410
    assert sender.patch(place, data, 0).status_code == 410


def test_every_address_for_senders_is_described_and_no_other() -> None:
    described = {
        (re.sub(r"\{\w+\}", "*", path.strip("/")), method.upper())
        for path, found in API["paths"].items()
        for method in found
        if method not in ("parameters", "options")
    }
    served = {
        (re.sub(r"<slug:\w+>", "*", page.route.strip("/")), method)
        for page in PAGES
        if page.who == SENDER
        for method in page.methods
        if method != "OPTIONS"
    }
    assert described == served


def test_the_checksum_of_the_whole_so_far_is_taken(sender, data) -> None:
    from hashlib import sha384

    place = sender.create(len(data))
    for start, end in ((0, 500), (500, len(data))):
        said = base64.b64encode(sha384(data[:end]).digest()).decode()
        answer = sender.patch(place, data[start:end], start, Upload_Checksum=f"{arrivals.WHOLE} {said}")
        assert answer.status_code == 204
        arrivals._so_far.clear()  # as in another process


def test_the_description_is_itself_in_order() -> None:
    assert API["openapi"].startswith("3.1")
    for found in API["paths"].values():
        for method, operation in found.items():
            if method != "parameters":
                assert operation["summary"]
                jsonschema.Draft202012Validator.check_schema(
                    {"anyOf": [schema for reply in resolved(operation)["responses"].values()
                               for body in reply.get("content", {}).values()
                               for schema in [body.get("schema", {})]] or [{}]}
                )  # fmt: skip
