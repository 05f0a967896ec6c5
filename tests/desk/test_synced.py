"""Folders that copy themselves elsewhere are recognised by where they lie."""

from pathlib import Path

import pytest
from tests.desk.conftest import Visitor

from linkwell.desk.desk import Desk
from linkwell.desk.synced import synced_by


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("/home/kim/OneDrive/Linkwell", "OneDrive"),
        ("/home/kim/OneDrive - Our Trust/Documents/Linkwell", "OneDrive"),
        ("/home/kim/Dropbox (Our Trust)/x", "Dropbox"),
        ("/Users/kim/Library/CloudStorage/GoogleDrive-kim@example.org/My Drive", "Google Drive"),
        ("/Users/kim/Library/Mobile Documents/com~apple~CloudDocs/x", "iCloud"),
        ("/home/kim/iCloudDrive/x", "iCloud"),
        ("/home/kim/Box/x", "Box"),
        ("/home/kim/Nextcloud/x", "Nextcloud"),
        ("/home/kim/Linkwell", ""),
        ("/home/kim/Boxes of paper/x", ""),
        ("/srv/data", ""),
    ],
)
def test_a_folder_is_recognised_by_where_it_lies(folder: str, service: str) -> None:
    found = synced_by(Path(folder))
    assert found == service or (service == "Google Drive" and found == "a cloud service")


def test_documents_moved_into_onedrive_by_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "Trust"))
    assert synced_by(tmp_path / "Trust" / "Documents") == "OneDrive"


def test_home_and_copies_warn(visitor: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "seems to be copied" not in visitor.text("/")
    monkeypatch.setenv("OneDrive", str(desk.workspace.path))
    for page in ("/", "/copies/", "/keys/"):
        assert "seems to be copied by OneDrive" in visitor.text(page)
