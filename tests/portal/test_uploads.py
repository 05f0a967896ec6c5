"""The upload door: tus 1.0 as written, bytes kept, nobody else's upload, and a receipt that verifies
offline.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
from dataclasses import replace

import pytest
from django.db import OperationalError
from django.test import Client

from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.models import Supply, Upload
from linkwell.custody.supplies.tidying import tidy
from linkwell.ledger.receipts import Receipt, verify
from linkwell.vault.custodian_keys import custodian_keys

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = "application/offset+octet-stream"


class Sender:
    """A tus client of few lines on Django's test client."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}", **TUS}, enforce_csrf_checks=True)

    def create(self, data: bytes, **metadata: str) -> str:
        said = ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in metadata.items())
        answer = self.client.post(
            "/api/uploads/", headers={"Upload-Length": str(len(data)), "Upload-Metadata": said}
        )
        assert answer.status_code == 201, answer.content
        return answer["Location"].removeprefix("http://testserver")

    def patch(self, place: str, data: bytes, offset: int, **headers: str):
        return self.client.patch(
            place, data, content_type=CHUNK, headers={"Upload-Offset": str(offset), **headers}
        )

    def offset(self, place: str) -> int:
        return int(self.client.head(place)["Upload-Offset"])


@pytest.fixture
def sender(registry, settings) -> Sender:
    settings.ALLOWED_HOSTS = ["testserver"]
    return Sender(registry.token)


@pytest.fixture
def package(registry) -> bytes:
    return registry.sealed.path.read_bytes()


def test_a_file_sent_in_one_piece_arrives_and_its_receipt_verifies_offline(sender, package, registry) -> None:
    place = sender.create(package, sha384=hashlib.sha384(package).hexdigest())
    assert sender.patch(place, package, 0).status_code == 204
    receipt = Receipt.from_json(sender.client.get(place + "/receipt").content)
    verify(receipt, custodian_keys(registry.home).receipts)
    assert receipt.facts["sha384"] == hashlib.sha384(package).hexdigest()
    assert receipt.facts["package"] == registry.sealed.manifest.package
    assert receipt.demo
    supply = Supply.objects.get()
    assert supply.state == "received"
    kept = registry.home.path / "intake" / "quarantine" / f"{supply.reference}.lwp"
    assert kept.read_bytes() == package
    assert not list((registry.home.path / "intake" / "incoming").iterdir())


def test_a_dropped_line_keeps_what_arrived_and_sending_goes_on(sender, package) -> None:
    place = sender.create(package)
    upload = Upload.objects.get()
    gone = iter([package[:700]])

    def read(_: int) -> bytes:
        try:
            return next(gone)
        except StopIteration:
            raise OSError("line dropped") from None

    arrivals.take(upload, offset=0, read=read, length=len(package))
    assert sender.offset(place) == 700
    assert sender.patch(place, package[700:], 700).status_code == 204
    assert sender.offset(place) == len(package)
    assert Supply.objects.get().digest == hashlib.sha384(package).hexdigest()


def test_the_digest_is_right_when_another_process_goes_on(sender, package) -> None:
    place = sender.create(package)
    sender.patch(place, package[:500], 0)
    arrivals._so_far.clear()
    sender.patch(place, package[500:], 500)
    assert Supply.objects.get().digest == hashlib.sha384(package).hexdigest()


def test_a_wrong_offset_is_a_conflict_and_changes_nothing(sender, package) -> None:
    place = sender.create(package)
    sender.patch(place, package[:100], 0)
    assert sender.patch(place, package[50:], 50).status_code == 409
    assert sender.offset(place) == 100


def test_a_chunk_that_does_not_match_its_checksum_is_thrown_away(sender, package) -> None:
    place = sender.create(package)
    sender.patch(place, package[:100], 0)
    wrong = "sha384 " + base64.b64encode(hashlib.sha384(b"other").digest()).decode()
    answer = sender.patch(place, package[100:200], 100, **{"Upload-Checksum": wrong})
    assert answer.status_code == 460
    assert sender.offset(place) == 100
    right = "sha256 " + base64.b64encode(hashlib.sha256(package[100:]).digest()).decode()
    assert sender.patch(place, package[100:], 100, **{"Upload-Checksum": right}).status_code == 204
    assert Supply.objects.get().digest == hashlib.sha384(package).hexdigest()


def test_an_unknown_checksum_algorithm_is_refused(sender, package) -> None:
    place = sender.create(package)
    assert sender.patch(place, package, 0, **{"Upload-Checksum": "md5 AAAA"}).status_code == 400


@pytest.mark.parametrize("said", ["sha1", "sha1 AAAA", "sha384 ", "sha384-whole AAAA"])
def test_a_checksum_that_cannot_be_one_is_a_wrong_request_and_no_damage(sender, package, said) -> None:
    place = sender.create(package)
    assert sender.patch(place, package, 0, **{"Upload-Checksum": said}).status_code == 400
    assert sender.offset(place) == 0


@pytest.mark.parametrize("offset", ["", "-1", "1.0", "9" * 5000])
def test_an_offset_that_is_no_number_is_a_wrong_request(sender, package, offset) -> None:
    assert sender.patch(sender.create(package), package, 0, **{"Upload-Offset": offset}).status_code == 400


def test_a_network_that_lets_only_post_through_can_send_too(sender, package) -> None:
    def meant(method: str, data: bytes = b"", **headers: str):
        return sender.client.post(
            place, data, content_type=CHUNK, headers={"X-HTTP-Method-Override": method, **headers}
        )

    place = sender.create(package)
    assert sender.client.post(place, package, content_type=CHUNK).status_code == 405
    assert meant("PUT").status_code == 405
    assert meant("PATCH", package[:50], **{"Upload-Offset": "0"}).status_code == 204
    assert meant("HEAD")["Upload-Offset"] == "50"
    assert meant("DELETE").status_code == 204
    assert meant("HEAD").status_code == 410


def test_a_size_is_said_once(sender, package) -> None:
    place = sender.create(package)
    assert sender.patch(place, package[:9], 0, **{"Upload-Length": "99"}).status_code == 400
    assert sender.patch(place, package[:9], 0, **{"Upload-Length": str(len(package))}).status_code == 204


def test_a_body_without_a_length_is_read_to_its_end_or_asked_for_its_length(sender, package) -> None:
    place, rest = sender.create(package), package[900:]
    pieces = {"Transfer-Encoding": "chunked"}
    assert sender.patch(place, package[:900], 0, **pieces).status_code == 411
    assert sender.offset(place) == 0
    sender.patch(place, package[:900], 0)
    ends = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(rest), "CONTENT_TYPE": CHUNK}
    answer = sender.client.generic("PATCH", place, headers={"Upload-Offset": "900", **pieces}, **ends)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(package)))


def test_more_than_was_announced_is_refused(sender, package) -> None:
    place = sender.create(package[:100])
    assert sender.patch(place, package, 0).status_code == 422


def test_sending_the_same_file_again_finds_the_same_upload(sender, package) -> None:
    digest = hashlib.sha384(package).hexdigest()
    place = sender.create(package, sha384=digest)
    sender.patch(place, package[:100], 0)
    assert sender.create(package, sha384=digest) == place
    sender.patch(place, package[100:], 100)
    assert sender.create(package, sha384=digest) == place
    assert sender.offset(place) == len(package)
    assert Supply.objects.count() == 1


def test_a_process_that_died_before_the_receipt_is_made_good_by_asking_for_it(sender, package) -> None:
    place = sender.create(package)
    upload = Upload.objects.get()
    arrivals.take(upload, offset=0, read=_reader(package), length=None)
    assert Supply.objects.get().state == "receiving"
    assert sender.client.get(place + "/receipt").status_code == 200
    assert Supply.objects.get().state == "received"


def _reader(data: bytes):
    import io

    return io.BytesIO(data).read


def quarantined(registry) -> list[str]:
    return sorted(path.name for path in (registry.home.path / "intake" / "quarantine").iterdir())


@pytest.mark.parametrize("killed", [False, True])
def test_what_is_not_a_sealed_file_is_turned_away_and_destroyed_with_receipts(
    sender, registry, django_capture_on_commit_callbacks, killed
) -> None:
    junk = b"PK\x03\x04 not a sealed file at all" * 10
    place = sender.create(junk)
    with django_capture_on_commit_callbacks(execute=not killed):
        answer = sender.patch(place, junk, 0)
    if killed:  # before it could destroy it
        tidy()
    assert answer.status_code == 422
    assert "sealed file" in answer.json()["what"]
    supply = Supply.objects.get()
    assert (supply.state, quarantined(registry)) == ("rejected", [])
    assert [each.kind for each in supply.receipts.all()] == ["rejected", "destroyed"]
    for each in supply.receipts.all():
        given = Receipt.from_json(each.document)
        verify(given, custodian_keys(registry.home).receipts)
        assert given.facts["sha384"] == hashlib.sha384(junk).hexdigest()
    assert sender.client.get(place + "/receipt").status_code == 422


def test_the_same_supply_in_another_sealing_is_refused_and_stays_sealed_with_a_receipt(
    sender, package, registry, seal_to
) -> None:
    sender.patch(sender.create(package), package, 0)
    again = seal_to(
        registry.home, name="again.lwp", package=registry.sealed.manifest.package
    ).path.read_bytes()
    assert again != package
    answer = sender.patch(sender.create(again), again, 0)
    assert answer.status_code == 422
    assert "already arrived" in answer.json()["what"]
    refused = Supply.objects.get(state="rejected")
    given = Receipt.from_json(refused.receipts.get().document)
    verify(given, custodian_keys(registry.home).receipts)
    assert (given.kind, given.facts["sha384"]) == ("rejected", hashlib.sha384(again).hexdigest())
    assert "already arrived" in str(given.facts["reason"])
    assert f"{refused.reference}.lwp" in quarantined(registry)
    found = sender.client.get(f"/api/packages/{registry.sealed.manifest.package}/receipts").json()
    assert [each["kind"] for each in found["receipts"]] == ["received", "rejected"]


def test_the_very_same_bytes_sent_twice_end_in_the_one_receipt(sender, package, registry) -> None:
    first, second = sender.create(package), sender.create(package)
    for place in (first, second):
        assert sender.patch(place, package, 0).status_code == 204
    receipts = {sender.client.get(place + "/receipt").content for place in (first, second)}
    assert len(receipts) == 1
    assert sorted(Supply.objects.values_list("state", flat=True)) == ["received", "stopped"]
    assert sender.offset(second) == len(package)
    assert len(quarantined(registry)) == 1
    assert not list((registry.home.path / "intake" / "incoming").iterdir())


def test_what_a_killed_process_left_of_an_upload_that_is_over_is_swept_up(sender, package, registry) -> None:
    over, going_on = sender.create(package), sender.create(package)
    for place in (over, going_on):
        sender.patch(place, package[:100], 0)
    incoming = registry.home.path / "intake" / "incoming"
    left = next(incoming.glob(f"{over[-32:]}*"))
    sender.client.delete(over)
    left.write_bytes(package[:100])  # as if the process had died before it threw the bytes away
    fresh = incoming / "begun-just-now.part"
    fresh.touch()
    for path in (left, incoming / f"{going_on[-32:]}.part"):
        os.utime(path, (0, 0))
    tidy()
    assert {path.name for path in incoming.iterdir()} == {f"{going_on[-32:]}.part", fresh.name}


def test_stopping_throws_the_bytes_away(sender, package, registry) -> None:
    place = sender.create(package)
    sender.patch(place, package[:100], 0)
    assert sender.client.delete(place).status_code == 204
    assert sender.client.head(place).status_code == 410
    assert Supply.objects.get().state == "stopped"
    assert not list((registry.home.path / "intake" / "incoming").iterdir())


def test_an_upload_that_ran_out_of_time_is_stopped(sender, package) -> None:
    place = sender.create(package)
    Upload.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert sender.client.head(place).status_code == 410
    assert tidy() == (1, 0)
    assert Supply.objects.get().state == "stopped"


def test_another_senders_upload_does_not_exist(sender, package, registry) -> None:
    place = sender.create(package)
    other = Sender(registry.other_token)
    for answer in (
        other.client.head(place),
        other.patch(place, package, 0),
        other.client.delete(place),
        other.client.get(place + "/receipt"),
    ):
        assert answer.status_code == 404
    assert (
        other.client.get(place + "/receipt").content == other.client.get("/api/uploads/none/receipt").content
    )


@pytest.mark.parametrize("token", ["", "lwu_x_y", "nonsense", "lwu__"])
def test_without_a_live_token_nothing_opens(sender, package, token) -> None:
    place = sender.create(package)
    stranger = Sender(token)
    for answer in (
        stranger.client.post("/api/uploads/", headers={"Upload-Length": "10"}),
        stranger.client.head(place),
        stranger.patch(place, package, 0),
        stranger.client.delete(place),
        stranger.client.get(place + "/receipt"),
    ):
        assert answer.status_code == 401


def test_a_token_dies_with_its_agreement(sender, package, registry) -> None:
    from linkwell.custody.agreements.signing import end_agreement

    end_agreement(by=registry.person("manager"), agreement=registry.agreement)
    answer = sender.client.post("/api/uploads/", headers={"Upload-Length": "10"})
    assert answer.status_code == 401


def test_the_server_says_what_it_speaks(sender) -> None:
    answer = sender.client.options("/api/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert "checksum" in answer["Tus-Extension"]
    wrong = sender.client.post("/api/uploads/", headers={"Upload-Length": "10", "Tus-Resumable": "0.2.2"})
    assert wrong.status_code == 412


def test_a_file_too_large_or_of_no_size_is_refused_at_once(sender) -> None:
    sizes = ("0", 400), ("00", 400), ("-5", 400), ("", 400), (str(10**15), 413), ("9" * 5000, 413)
    for length, status in sizes:
        assert sender.client.post("/api/uploads/", headers={"Upload-Length": length}).status_code == status
    assert Supply.objects.count() == 0


def test_a_sender_gets_every_receipt_of_its_own_package_and_nobody_elses(sender, package, registry) -> None:
    sender.patch(sender.create(package), package, 0)
    name = registry.sealed.manifest.package
    answer = sender.client.get(f"/api/packages/{name}/receipts").json()
    assert (answer["state"], [each["kind"] for each in answer["receipts"]]) == ("received", ["received"])
    verify(Receipt.from_json(answer["receipts"][0]["document"]), custodian_keys(registry.home).receipts)
    other = Sender(registry.other_token).client
    theirs, nothing = (other.get(f"/api/packages/{each}/receipts") for each in (name, "0" * 32))
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content


def test_a_practice_is_opened_without_anybody_deciding_and_waits_only_for_a_real_file(
    sender, registry, package, tmp_path
) -> None:
    from linkwell.custody import road
    from linkwell.supply.seal import seal_practice

    path = tmp_path / "practice.lwp"
    seal_practice(
        registry.sealed.specification, agreement=registry.agreement.reference, organisation="Riverbend",
        signing_key=registry.sealed.sender, custodian=registry.sealed.custodian, out=path,
    )  # fmt: skip
    sender.patch(sender.create(path.read_bytes(), practice="yes"), path.read_bytes(), 0)
    supply = Supply.objects.get()
    assert (supply.reference, supply.state) == ("DSA-2026-001-p001", "accepting")
    done = road.accept(by=registry.person("integrator"), reference=supply.reference)
    assert done.state == "practised"
    assert Supply.objects.get().turn == "practised"  # you: now send the real file
    sender.patch(sender.create(package), package, 0)
    assert {each.state: each.turn for each in Supply.objects.all()} == {
        "practised": "followed up", "received": "received",
    }  # fmt: skip


def test_in_a_demonstration_the_record_says_that_no_practice_was_asked_for(sender, package) -> None:
    from linkwell.custody.audit.models import AuditEvent

    sender.patch(sender.create(package, practice="no"), package, 0)
    said = AuditEvent.objects.get(verb="supply.practice not asked")
    assert said.details["rule"] == "everybody in a demonstration is invented"


def test_a_provider_takes_a_supply_back_on_its_page(sender, package, registry) -> None:
    sender.patch(sender.create(package), package, 0)
    reference = Supply.objects.get().reference
    client = Client()
    client.force_login(registry.person("provider"), backend="django.contrib.auth.backends.ModelBackend")
    assert "Take it back" in client.get(f"/supplies/{reference}/").content.decode()
    assert "destroyed unopened" in client.get(f"/supplies/{reference}/recall").content.decode()
    assert client.post(f"/supplies/{reference}/recall").status_code == 302
    assert Supply.objects.get().state == "withdrawn"
    for form, start in (("json", b'{"statement"'), ("txt", b"*** DEMO"), ("pdf", b"%PDF-")):
        page = client.get(f"/supplies/{reference}/receipts/destroyed.{form}")
        assert page.content.startswith(start)


def test_a_page_without_script_says_that_the_disk_is_full_and_nothing_waits(
    package, registry, monkeypatch, settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(registry.person("provider"), backend="django.contrib.auth.backends.ModelBackend")

    def send():
        chosen = {"agreement": registry.agreement.reference, "package": io.BytesIO(package)}
        chosen["package"].name = "package.lwp"
        return client.post("/send/", chosen)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "lock_away", full)
        answer = send()
    assert (answer.status_code, "The disk is full" in answer.content.decode()) == (200, True)
    assert Supply.objects.get().state == "stopped"
    assert send().status_code == 302
    assert Supply.objects.filter(state="received").count() == 1


def defer(sender: Sender) -> str:
    answer = sender.client.post("/api/uploads/", headers={"Upload-Defer-Length": "1"})
    assert answer.status_code == 201
    return answer["Location"].removeprefix("http://testserver")


def test_the_size_may_be_said_later(sender, package) -> None:
    place = defer(sender)
    head = sender.client.head(place)
    assert (head["Upload-Defer-Length"], "Upload-Length" in head) == ("1", False)
    assert sender.patch(place, package[:700], 0).status_code == 204
    assert sender.client.get(place + "/receipt").status_code == 404
    rest = sender.patch(place, package[700:], 700, **{"Upload-Length": str(len(package))})
    assert rest.status_code == 204
    assert Supply.objects.get().digest == hashlib.sha384(package).hexdigest()


def test_a_size_said_later_is_held_to_the_same_limits(sender, package, settings) -> None:
    place = defer(sender)
    sender.patch(place, package[:700], 0)
    for length, status in (("600", 422), ("0", 400), (str(10**15), 413)):
        assert sender.patch(place, b"x", 700, **{"Upload-Length": length}).status_code == status
    settings.CONFIGURATION = replace(settings.CONFIGURATION, largest_upload=1000)
    assert sender.patch(place, package[700:], 700).status_code == 422
    assert sender.offset(place) == 700


@pytest.mark.parametrize(
    ("where", "what", "status"),
    [
        ("linkwell.custody.supplies.actions.give", OperationalError("database is locked"), 503),
        ("linkwell.custody.supplies.arrivals.lock_away", OSError(errno.ENOSPC, "full"), 507),
        ("linkwell.custody.supplies.arrivals.lock_away", OSError(errno.EACCES, "no"), 507),
    ],
)
def test_a_bad_moment_at_the_last_byte_is_said_and_the_next_try_completes(
    sender, package, monkeypatch, where, what, status
) -> None:
    def fails(*_, **__):
        raise what

    place = sender.create(package)
    with monkeypatch.context() as patched:
        patched.setattr(where, fails)
        answer = sender.patch(place, package, 0)
    assert (answer.status_code, Supply.objects.get().state) == (status, "receiving")
    assert answer.json()["fix"]
    assert sender.offset(place) == len(package)
    assert sender.client.get(place + "/receipt").status_code == 200
    assert Supply.objects.get().state == "received"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_refuses_at_the_start_leaves_no_supply_behind(
    sender, package, monkeypatch, number
) -> None:
    def fails(*_):
        raise OSError(number, "no")

    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "make_room", fails)
        answer = sender.client.post("/api/uploads/", headers={"Upload-Length": "900"})
    assert (answer.status_code, Supply.objects.count()) == (507, 0)
    assert sender.patch(sender.create(package), package, 0).status_code == 204
