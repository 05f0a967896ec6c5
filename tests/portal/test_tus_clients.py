"""Other people's clients, unmodified, over a real socket; and a line that is cut at random."""

from __future__ import annotations

import gc
import hashlib
import random
import socket
import urllib.parse

import pytest

from linkwell.custody.supplies import arrivals
from linkwell.custody.supplies.models import Supply

tusclient = pytest.importorskip("tusclient.client")
from tusclient.exceptions import TusUploadFailed  # noqa: E402
from tusclient.storage import filestorage  # noqa: E402

pytestmark = [
    pytest.mark.usefixtures("flushable"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # tuspy leaves its files open
]


@pytest.fixture(autouse=True)
def open_files_end_here():
    """What tuspy left open is closed while the warning about it is still ours."""
    yield
    gc.collect()


@pytest.fixture
def address(registry, live_server, settings) -> str:
    settings.ALLOWED_HOSTS = ["*"]
    return f"{live_server.url}/api/uploads/"


@pytest.fixture
def client(address, registry):
    return tusclient.TusClient(
        address, headers={"Authorization": f"Bearer {registry.token}", "Connection": "close"}
    )


def arrived(registry) -> None:
    """The supply is here, byte for byte, with its receipt."""
    supply = Supply.objects.get()
    assert supply.state == "received"
    kept = registry.home.path / "intake" / "quarantine" / f"{supply.reference}.lwp"
    assert kept.read_bytes() == registry.sealed.path.read_bytes()
    assert supply.digest == hashlib.sha384(kept.read_bytes()).hexdigest()
    assert supply.receipts.filter(kind="received").exists()


def test_tuspy_uploads_in_chunks_with_checksums(client, registry) -> None:
    client.uploader(str(registry.sealed.path), chunk_size=1000, upload_checksum=True).upload()
    arrived(registry)


def test_tuspy_stops_and_another_run_resumes(client, registry, tmp_path) -> None:
    store = {"store_url": True, "url_storage": filestorage.FileStorage(str(tmp_path / "urls.json"))}
    first = client.uploader(str(registry.sealed.path), chunk_size=900, **store)
    first.upload(stop_at=1800)
    arrivals._so_far.clear()  # as in another server process
    second = client.uploader(str(registry.sealed.path), chunk_size=900, **store)
    assert (second.offset, second.url) == (1800, first.url)
    second.upload()
    arrived(registry)
    store["url_storage"].close()


def test_tuspy_hears_of_a_checksum_that_does_not_match_and_nothing_is_kept(client, registry) -> None:
    uploader = client.uploader(str(registry.sealed.path), chunk_size=1000, upload_checksum=True)
    uploader.upload_chunk()
    right = uploader.checksum_algorithm

    def wrong(data: bytes = b""):
        return right(b"something else")

    uploader._BaseUploader__checksum_algorithm = wrong
    with pytest.raises(TusUploadFailed) as failed:
        uploader.upload_chunk()
    assert failed.value.status_code == 460
    assert uploader.get_offset() == 1000
    uploader._BaseUploader__checksum_algorithm = right
    uploader.offset = 1000
    uploader.upload()
    arrived(registry)


def test_tuspy_cannot_announce_more_than_the_server_takes(client, registry, tmp_path, settings) -> None:
    from dataclasses import replace

    settings.CONFIGURATION = replace(settings.CONFIGURATION, largest_upload=2000)
    with pytest.raises(Exception, match="413"):
        client.uploader(str(registry.sealed.path)).upload()
    assert not Supply.objects.filter(state="received").exists()


def test_a_line_cut_at_random_loses_no_acknowledged_byte(address, client, registry) -> None:
    data, dice = registry.sealed.path.read_bytes(), random.Random(20)
    uploader = client.uploader(str(registry.sealed.path))
    uploader.set_url(uploader.create_url())
    place = urllib.parse.urlsplit(uploader.url)
    acknowledged = 0
    for _ in range(20):
        offset = uploader.get_offset()
        assert offset >= acknowledged
        acknowledged = offset
        part = registry.home.path / "intake" / "incoming" / f"{place.path.rpartition('/')[2]}.part"
        assert part.read_bytes() == data[:offset]
        _send_and_hang_up(place, registry.token, offset, data[offset:], dice.randrange(200))
        if dice.random() < 0.5:
            arrivals._so_far.clear()  # as after the server was killed
    uploader.offset = uploader.get_offset()
    assert uploader.offset > 0
    uploader.upload()
    arrived(registry)


def _send_and_hang_up(place, token: str, offset: int, rest: bytes, size: int) -> None:
    head = (
        f"PATCH {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Connection: close\r\nUpload-Offset: {offset}\r\nContent-Length: {len(rest)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(head.encode() + rest[:size])
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
