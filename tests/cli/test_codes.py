"""`linkwell codes`: the lists, what local words mean in them, and the record of it in the specification."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checking.examples import AS_OF, PEOPLE, clean
from tests.cli.test_provider import run, run_json, save_csv
from tests.provider_files import laid_out, people

from linkwell.checking.check import check
from linkwell.specification.draft import draft
from linkwell.specification.file import load, save

Capture = pytest.CaptureFixture[str]


def test_every_list_says_its_source_version_licence_and_what_is_missing(capsys: Capture) -> None:
    _, facts = run_json(capsys, "codes")
    lists = {each["name"]: each for each in facts["lists"]}
    assert {"gender", "sex", "ethnicity_1", "ethnicity_4", "iwi", "regions", "talb"} <= set(lists)
    assert all(
        each["source"] and each["edition"] and "CC BY 4.0" in each["licence"] for each in lists.values()
    )
    assert "could not be checked" in lists["talb"]["missing"]
    assert "Afghan" in run(capsys, "codes", "ethnicity_4")[1]


def test_words_are_mapped_at_each_level_and_losses_are_said(capsys: Capture) -> None:
    _, said = run(capsys, "codes", "ethnicity_2", "--map", "Filipino", "--map", "Klingon", "--map", "unknown")
    assert "Filipino: 41 Southeast Asian" in said
    assert "Loses: “Filipino” is kept as “Southeast Asian”" in said
    assert "Klingon: open" in said
    _, finer = run(capsys, "codes", "ethnicity_4", "--map", "Filipino")
    assert "41111 Filipino" in finer
    assert "Loses" not in finer


def test_meanings_are_kept_and_used_by_the_check(tmp_path: Path, capsys: Capture) -> None:
    spec_path, column = tmp_path / "spec.toml", ["Filipino", "Māori; Samoan", *people()["ethnicity"][2:]]
    save(draft(clean(), as_of=AS_OF).specification, spec_path)
    table = laid_out(PEOPLE, people(ethnicity=column))
    path = save_csv(table, tmp_path / "people.csv")
    arguments = [
        "codes",
        "ethnicity_4",
        "--file",
        str(path),
        "--column",
        "Ethnicity",
        "--spec",
        str(spec_path),
    ]
    code, _ = run_json(capsys, *arguments, "--keep")
    spec = load(spec_path)
    enrolment = spec.table("enrolment")
    assert code == 0
    assert enrolment is not None
    field = enrolment.field("ethnicity")
    assert field is not None
    assert (field.codes, spec.version) == ("ethnicity_4", 2)
    assert dict(field.values)["Filipino"] == "41111"
    assert [each.name for each in spec.code_lists].count("ethnicity_4") == 1
    kept = check(spec, [table, clean()[1]], as_of=AS_OF).table("enrolment")
    assert kept is not None
    at = kept.columns.index("ethnicity")
    assert [row[at] for row in kept.rows[:2]] == ["41111", "21111;31111"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["codes", "colours"], "no built-in list"),
        (["codes", "iwi", "--file", "{folder}/p.csv"], "which column"),
        (["codes", "iwi", "--file", "{folder}/p.csv", "--column", "Shoe"], "No column is headed"),
        (["codes", "iwi", "--map", "Ngāi Tahu", "--keep"], "name the specification"),
    ],
)
def test_wrong_use_is_said_plainly(arguments: list[str], what: str, tmp_path: Path, capsys: Capture) -> None:
    save_csv(laid_out(PEOPLE, people()), tmp_path / "p.csv")
    code, facts = run_json(capsys, *(each.format(folder=tmp_path) for each in arguments))
    assert code == 2
    assert what in facts["what"]
