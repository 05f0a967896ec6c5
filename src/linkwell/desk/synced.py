"""Whether a folder copies itself to other computers: OneDrive, Dropbox, Google Drive, iCloud and the like."""

from __future__ import annotations

import os
from pathlib import Path

# part of a folder's name, in small letters -> what people call the service
_MARKS = (
    ("onedrive", "OneDrive"),
    ("sharepoint", "SharePoint"),
    ("dropbox", "Dropbox"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("mobile documents", "iCloud"),
    ("icloud", "iCloud"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("cloudstorage", "a cloud service"),
    ("box sync", "Box"),
    ("pcloud", "pCloud"),
    ("megasync", "MEGA"),
)
# Windows moves Documents and Desktop into OneDrive without changing their names; it says where in these.
_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")


def synced_by(path: Path) -> str:
    """The service that copies this folder elsewhere, or ""."""
    whole = path.expanduser()
    ways = {whole.absolute(), _resolved(whole)}
    for way in ways:
        for part in way.parts:
            for mark, service in _MARKS:
                if mark in part.casefold() or part.casefold() == "box":
                    return service if mark in part.casefold() else "Box"
        for variable in _VARIABLES:
            root = os.environ.get(variable, "")
            if root and way.is_relative_to(root):
                return "OneDrive"
    return ""


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except OSError:
        return path.absolute()
