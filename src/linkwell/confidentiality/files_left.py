"""Files that leave by an output request, as the release ledger remembers them: by fingerprint."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from linkwell.ledger import digest


@dataclass(frozen=True)
class FilesLeft:
    """The approved files of one request.

    Attributes:
        reference, project, data: the request, its project and the data update the files were made from.
        files: SHA-384 of each file, sorted. record: digest of the disclosure record, which names every table
            and column the check could read.
    """

    reference: str
    project: str
    data: str
    files: tuple[str, ...]
    record: str

    @property
    def digest(self) -> str:
        """What makes it this request with these files: a repeat after a crash is the same entry."""
        return digest({**asdict(self), "files": list(self.files)})

    def details(self, registry_head: str) -> dict[str, object]:
        """What the entry says."""
        return {"request": self.digest, "project": self.project, "data": self.data, "files": list(self.files),
                "record": self.record, "registry": registry_head}  # fmt: skip
