"""`linkwell spec`: the base specification, changes between versions, Excel, Word, PDF and exports."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.documents import html, pdf, word
from linkwell.errors import WrongUse
from linkwell.primer import load_answers, worded
from linkwell.specification.base import base_specification
from linkwell.specification.diff import Change, Weight, compare
from linkwell.specification.document import specification_document
from linkwell.specification.exchange import as_json, data_contract, data_package, dictionary_csv
from linkwell.specification.file import load, save
from linkwell.specification.kit import as_supplied, cases
from linkwell.specification.model import Specification
from linkwell.specification.starter import write_starter
from linkwell.specification.workbook import from_excel, to_excel
from linkwell.vault.zones import write_whole

_WEIGHTS = {
    Weight.BREAKS: "Breaks supplies made under the first",
    Weight.ADDS: "Adds",
    Weight.WORDS: "Only words",
}
FORMATS = ("web", "pdf", "word", "csv", "frictionless", "odcs")

spec_argument = click.argument("specification", type=click.Path(path_type=Path))
out_option = click.option("--out", required=True, type=click.Path(path_type=Path), help="Where to write it.")


@click.group(
    epilog="""\b
Examples:
  linkwell spec base --out base
  linkwell spec diff specification.toml newer.toml
  linkwell spec to-excel specification.toml --out specification.xlsx
  linkwell spec from-excel specification.xlsx --spec specification.toml --keep
  linkwell spec export specification.toml --format word --out specification.docx
"""
)
def spec() -> None:
    """The base specification, changes between versions, and shapes for people and other tools."""


@spec.command(epilog="Example:\n\n  linkwell spec base --out base")
@out_option
@json_option
def base(out: Path, as_json: bool) -> int:
    """Write the published base specification: blank workbook, example files, conformance kit.

    Build an export once against it, and it fits every provider whose specification is a part of the base.
    """
    if out.exists() and not out.is_dir():
        raise WrongUse(
            "The place for the base specification is a file.", where=str(out), fix="Name a folder."
        )
    save(base_specification(), out / "base-specification.toml")
    save(as_supplied(), out / "example-specification.toml")
    write_starter(out / "starter-workbook.xlsx")
    write_starter(out / "starter-workbook-with-example.xlsx", example=True)
    to_excel(base_specification(), out / "base-specification.xlsx")
    for name, data in _exports(base_specification()).items():
        write_whole(out / name, data, mode=0o644)
    count = _write_kit(out / "conformance")
    facts = {
        "command": "spec base",
        "folder": str(out),
        "cases": count,
        "digest": base_specification().digest,
    }
    lines = [
        f"Wrote the base specification: {out}",
        f"Conformance kit: {count} cases in {out / 'conformance'}",
    ]
    finish(facts, lines, as_json=as_json, next_step=f"read {out / 'conformance' / 'README.md'}")
    return 0


def _exports(made: Specification) -> dict[str, bytes]:
    return {
        "dictionary.csv": dictionary_csv(made),
        "datapackage.json": as_json(data_package(made)),
        "contract.odcs.yaml": as_json(data_contract(made)),
        "specification.html": html.render_html(specification_document(made)).encode(),
    }


def _write_kit(folder: Path) -> int:
    lines = [
        "# Conformance kit of the base specification",
        "",
        "Every person is invented and every NHI number is from the test range. Check a case with:",
        "",
        "    linkwell check must-pass/plain/*.csv --spec must-pass/plain/specification.toml --out checked",
        "",
        "| case | what it shows | a supply may be made | findings |",
        "|---|---|---|---|",
    ]
    for case in cases():
        place = folder / ("must-pass" if case.passes else "must-fail") / case.name
        for name, _ in case.files:
            write_whole(place / f"{name}.csv", case.csv(name), mode=0o644)
        save(case.specification, place / "specification.toml")
        said = ", ".join(case.findings) or "none that hold anything back"
        lines.append(f"| {case.name} | {case.what} | {'yes' if case.passes else 'no'} | {said} |")
    write_whole(folder / "README.md", ("\n".join(lines) + "\n").encode(), mode=0o644)
    return len(cases())


@spec.command(
    epilog="Example:\n\n  linkwell spec diff specification.toml newer.toml\n\nExit code 1: a change breaks."
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@json_option
def diff(before: Path, after: Path, as_json: bool) -> int:
    """Say what changed between two specifications, and what breaks."""
    old, new = load(before), load(after)
    changes = compare(old, new)
    facts = {
        "command": "spec diff",
        "before": old.digest,
        "after": new.digest,
        "breaks": any(change.weight is Weight.BREAKS for change in changes),
        "changes": [asdict(change) for change in changes],
    }
    lines = _changes(changes) or ["Nothing changed."]
    step = "agree the new version, and make supplies anew under it" if facts["breaks"] else ""
    finish(facts, lines, as_json=as_json, next_step=step)
    return int(bool(facts["breaks"]))


def _changes(changes: tuple[Change, ...]) -> list[str]:
    lines: list[str] = []
    for weight, heading in _WEIGHTS.items():
        found = [change for change in changes if change.weight is weight]
        if found:
            lines += ["", f"{heading}:", *(f"  {change.place}: {change.what}" for change in found)]
    return lines[1:]


@spec.command(
    "to-excel", epilog="Example:\n\n  linkwell spec to-excel specification.toml --out specification.xlsx"
)
@spec_argument
@out_option
@json_option
def to_excel_command(specification: Path, out: Path, as_json: bool) -> int:
    """Write a specification as a workbook a person can edit."""
    made = load(specification)
    to_excel(made, out)
    facts = {"command": "spec to-excel", "workbook": str(out), "digest": made.digest}
    step = f"edit it, then: linkwell spec from-excel {out} --spec {specification}"
    finish(facts, [f"Wrote the workbook: {out}"], as_json=as_json, next_step=step)
    return 0


@spec.command(
    "from-excel",
    epilog="""\b
Examples:
  linkwell spec from-excel specification.xlsx --spec specification.toml          see what changed
  linkwell spec from-excel specification.xlsx --spec specification.toml --keep   and keep it
""",
)
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option(
    "--spec", "spec_path", required=True, type=click.Path(path_type=Path), help="The specification."
)
@click.option("--keep", is_flag=True, help="Keep the changes as the next version.")
@json_option
def from_excel_command(workbook: Path, spec_path: Path, keep: bool, as_json: bool) -> int:
    """Bring an edited workbook back; what changed is shown before anything is kept."""
    old, new = load(spec_path), from_excel(workbook)
    changes = compare(old, new)
    if keep and changes:
        new = replace(new, version=max(old.version + 1, new.version))
        save(new, spec_path)
    facts = {
        "command": "spec from-excel",
        "kept": bool(keep and changes),
        "version": new.version if keep and changes else old.version,
        "changes": [asdict(change) for change in changes],
    }
    lines = _changes(changes) or ["Nothing changed."]
    if facts["kept"]:
        lines += ["", f"Kept as version {new.version}: {spec_path}"]
    step = "" if keep or not changes else f"linkwell spec from-excel {workbook} --spec {spec_path} --keep"
    finish(facts, lines, as_json=as_json, next_step=step)
    return 0


@spec.command(
    epilog="""\b
Examples:
  linkwell spec export specification.toml --format pdf --out specification.pdf
  linkwell spec export specification.toml --format word --answers readiness.toml --out specification.docx
  linkwell spec export specification.toml --format odcs --out contract.odcs.yaml
"""
)
@spec_argument
@click.option("--format", "shape", required=True, type=click.Choice(FORMATS), help="The shape to write.")
@click.option(
    "--answers", type=click.Path(path_type=Path), help="Take your write-ups from this answers file."
)
@out_option
@json_option
def export(specification: Path, shape: str, answers: Path | None, out: Path, as_json: bool) -> int:
    """Write a specification for people (web, pdf, word) or for other tools (csv, frictionless, odcs)."""
    made = load(specification)
    if answers is not None:
        made = worded(made, load_answers(answers))
    document = specification_document(made)
    if shape == "web":
        html.write_html(document, out)
    elif shape == "pdf":
        pdf.write_pdf(document, out)
    elif shape == "word":
        word.write_docx(document, out)
    else:
        facts = {"csv": dictionary_csv, "frictionless": _package, "odcs": _contract}[shape](made)
        write_whole(out, facts, mode=0o644)
    said = {"command": "spec export", "format": shape, "file": str(out), "digest": made.digest}
    finish(said, [f"Wrote the specification as {shape}: {out}"], as_json=as_json)
    return 0


def _package(made: Specification) -> bytes:
    return as_json(data_package(made))


def _contract(made: Specification) -> bytes:
    return as_json(data_contract(made))
