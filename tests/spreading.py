"""How tests are spread over processes: a file at a time, and files that share a long walk in one.

`--dist=loadgroup` cannot do it: pytest-xdist 3.8 marks groups in a way pytest 9.2 no longer reads, so every
test goes wherever there is room, and what a file makes once is made in each process.
"""

from __future__ import annotations

from typing import Any

import pytest

TOGETHER = {
    "tests/custody/test_killed_keeping.py": "tests/custody/test_backups.py",
    "tests/journey/test_identifiers_alone.py": "tests/journey/test_killed.py",
    "tests/journey/test_no_identity_outside.py": "tests/journey/test_killed.py",
    "tests/journey/test_portal_opens.py": "tests/journey/test_killed.py",
    "tests/journey/test_reports_open.py": "tests/journey/test_killed.py",
    "tests/journey/test_worker_killed.py": "tests/journey/test_killed.py",
}
"""Files that go where another goes, because both look at the same walk."""


APART = {"tests/security/test_addresses.py"}
"""Files whose tests share nothing and take long, so that each goes where there is room."""

FIRST = (
    "tests/custody/test_record.py",  # before any test whose flush makes the record step aside
    "tests/journey/",
    "tests/security/test_addresses.py",
    "tests/browser/test_desk.py",
    "tests/browser/test_decisions.py",
    "tests/custody/test_backups.py",
    "tests/custody/test_killed_keeping.py",
    "tests/browser/",
    "tests/custody/",
    "tests/insights/",
)
"""The longest first, so that none of them is all that is left at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; otherwise in their order."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((place for place, begin in enumerate(FIRST) if nodeid.startswith(begin)), len(FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file at a time, in the order of the files."""
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return nodeid if file in APART else TOGETHER.get(file, file)

    config.option.loadscopereorder = False
    return Files(config, log) if config.getvalue("dist") != "no" else None
