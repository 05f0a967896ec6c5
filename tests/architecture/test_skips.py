"""In CI a skipped test is a failure, however it was skipped; elsewhere it is only a skip."""

from __future__ import annotations

import pytest

SKIPPED = {
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no time')\ndef test_it(): pass",
    "by a condition": "import pytest\n@pytest.mark.skipif(True, reason='no tool')\ndef test_it(): pass",
    "inside the test": "import pytest\ndef test_it(): pytest.skip('no tool')",
    "in a fixture": "import pytest\n@pytest.fixture\ndef t(): pytest.skip('none')\ndef test_it(t): pass",
    "for a missing part": "import pytest\ndef test_it(): pytest.importorskip('no_such_part')",
    "as a whole module": "import pytest\npytest.importorskip('no_such_part')\ndef test_it(): pass",
    "by unittest": "import unittest as u\nclass T(u.TestCase):\n  @u.skip('x')\n  def test_it(self): pass",
}
WITHOUT = ("-p", "no:django", "-p", "no:xdist", "-p", "no:playwright")
NEVER_HERE = "import pytest\n@pytest.mark.only_on('a-platform-nobody-has')\ndef test_it(): assert False"
EXPECTED = "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_it(): assert False"


@pytest.fixture
def outcomes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs one test module under the rule, in CI or not; how many passed, failed, were skipped and so on."""

    def run(source: str, *, ci: bool) -> dict[str, int]:
        monkeypatch.setenv("CI", "true" if ci else "")
        pytester.makeconftest("from tests.skips import *")
        pytester.makepyfile(source)
        found: dict[str, int] = pytester.runpytest_inprocess(*WITHOUT).parseoutcomes()
        return {name: count for name, count in found.items() if not name.startswith(("second", "warning"))}

    return run


@pytest.mark.parametrize("source", SKIPPED.values(), ids=SKIPPED)
def test_a_skip_in_ci_is_a_failure(outcomes, source: str) -> None:
    (said,) = outcomes(source, ci=True)
    assert said in ("failed", "errors", "error")


@pytest.mark.parametrize("source", SKIPPED.values(), ids=SKIPPED)
def test_a_skip_elsewhere_is_a_skip(outcomes, source: str) -> None:
    assert outcomes(source, ci=False) == {"skipped": 1}


def test_what_runs_on_another_platform_only_is_skipped_in_ci_too(outcomes) -> None:
    assert outcomes(NEVER_HERE, ci=True) == {"skipped": 1}


def test_an_expected_failure_stays_one(outcomes) -> None:
    assert outcomes(EXPECTED, ci=True) == {"xfailed": 1}


def test_an_ordinary_test_passes_in_ci(outcomes) -> None:
    assert outcomes("def test_it(): pass", ci=True) == {"passed": 1}
