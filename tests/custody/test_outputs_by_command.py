"""An output request from its first file to the archive by command line: the portal's actions."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import applying, asking

from linkwell.cli.custodian import custodian
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.permissions import NotAllowed
from linkwell.custody.requests.models import OutputRequest
from linkwell.errors import BlockingFindings, LinkwellError, WrongUse

LEAD, ONE, TWO = "project_lead.a-university", "output_checker", "checker-two"


@pytest.fixture
def run(registry, monkeypatch, password):
    monkeypatch.setenv("LINKWELL_PASSWORD", password)
    monkeypatch.setenv("LINKWELL_HOME", str(registry.home.path))
    applying.approved(registry)
    asking.checkers(registry)

    def run(who: str, *words: str) -> dict[str, object]:
        done = CliRunner().invoke(custodian, ["output", *words, f"--as={who}", "--json"])
        if isinstance(done.exception, LinkwellError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def files(tmp_path) -> Path:
    (tmp_path / "table.csv").write_text(asking.SMALL)
    (tmp_path / "made.sql").write_bytes(asking.SCRIPT)
    return tmp_path


def submitted(run, files: Path) -> str:
    """A request that two look at, put together by command; its first table is refused by the check."""
    code = OutputRequest._meta.get_field("project").related_model.objects.get().code
    name = run(LEAD, "begin", code, "--title=First results")["request"]
    words = ("--context=People by region.", "--controls=RR3, under six S.")
    run(LEAD, "add", name, str(files / "table.csv"), *words)
    run(LEAD, "add", name, str(files / "made.sql"), "--part=script")
    with pytest.raises(BlockingFindings):
        run(LEAD, "submit", name)
    assert [each["cells"] for each in run(LEAD, "show", name)["findings"]][:1] == [["B4"]]
    (files / "table.csv").write_text(asking.TABLE)
    run(LEAD, "add", name, str(files / "table.csv"))
    assert run(LEAD, "submit", name)["state"] == "under review"
    return name


def test_the_whole_way_by_command(registry, run, files) -> None:
    Agreement.objects.filter(pk=registry.agreement.pk).update(permits_single_provider_output=True)
    name = submitted(run, files)
    assert [each["request"] for each in run(ONE, "list")["requests"]] == [name]
    assert sorted(run(ONE, "read", name, f"--out={files / 'look'}")["files"]) == [
        f"{name}-marked.xlsx", "made.sql", "table.csv",
    ]  # fmt: skip
    run(ONE, "vote", name, "--yes-to-all")
    assert run(TWO, "show", name)["votes"] == []  # blinded
    run(TWO, "vote", name, "--no=table.csv", "--why=Which year?")
    assert len(run(ONE, "show", name)["votes"]) == 2
    with pytest.raises(LinkwellError, match="Not everybody"):
        run(ONE, "decide", name, "approve")
    run(TWO, "vote", name, "--yes=table.csv")
    assert run(ONE, "decide", name, "approve", "--about=aroha")["reply_until"]
    with pytest.raises(LinkwellError, match="until"):
        run(ONE, "release", name)
    assert run("provider", "show", name)["files"][0]["name"] == "table.csv"
    run("provider", "reply", name, "The north is right.")
    left = run(TWO, "release", name)["files"]
    archive = files / "results.zip"
    run(LEAD, "bundle", name, f"--out={archive}")
    assert sorted(zipfile.ZipFile(archive).namelist()) == sorted(left)
    with pytest.raises(WrongUse, match="already"):
        run(LEAD, "bundle", name, f"--out={archive}")
    with pytest.raises(WrongUse, match="may fetch"):
        run("auditor", "bundle", name, f"--out={files / 'theirs.zip'}")  # sees requests, reads no file


def test_who_may_not_is_refused_before_anything_is_looked_up(run, files) -> None:
    name = submitted(run, files)
    for way in (("vote", "q", "--yes-to-all"), ("decide", "q", "return", "--reasons=x"), ("release", "q")):
        with pytest.raises(NotAllowed):
            run(LEAD, *way)
    for who in ("integrator", "provider"):
        for way in (("show",), ("submit",), ("reply", "x"), ("bundle", f"--out={files / 'z.zip'}")):
            said = []
            for reference in (name, "q"):
                with pytest.raises(WrongUse) as refused:
                    run(who, way[0], reference, *way[1:])
                said.append(str(refused.value.what))
            assert said[0] == said[1]


def test_wrong_files_and_places_change_nothing(registry, run, files) -> None:
    name = submitted(run, files)
    big = files / "big.csv"
    big.write_bytes(b"x" * (10 << 20) + b"x")
    with pytest.raises(WrongUse, match="larger"):
        run(LEAD, "add", name, str(big))
    with pytest.raises(WrongUse, match="outside"):
        run(ONE, "read", name, f"--out={registry.home.path / 'copy'}")
    with pytest.raises(WrongUse, match="holds something"):
        run(ONE, "read", name, f"--out={files}")
    with pytest.raises(WrongUse, match="Nothing is released"):
        run(LEAD, "bundle", name, f"--out={files / 'z.zip'}")
    with pytest.raises(WrongUse, match="both"):
        run(ONE, "vote", name, "--yes=table.csv", "--no=table.csv", "--why=x")
    with pytest.raises(WrongUse, match="nothing of this name"):
        run(ONE, "decide", name, "approve", "--about=other")
    assert OutputRequest.objects.get().state == "under review"
    assert run(LEAD, "submit", name, "--withdraw")["state"] == "withdrawn"
