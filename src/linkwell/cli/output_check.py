"""`linkwell output check`: would these output files tell anything about a person if they left?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkwell.cli.output import finish, json_option, progress
from linkwell.errors import WrongUse

if TYPE_CHECKING:
    from linkwell.confidentiality.output_check.check import Checked

_PATH = click.Path(path_type=Path)
_MOST_TOLD = 60


@click.group()
def output() -> None:
    """Output files made elsewhere, on your own computer or in a lab."""


@output.command(
    epilog="""\b
Examples:
  linkwell output check table1_RAW.csv table1_CONF.csv     one pair: RAW stays, CONF is to leave
  linkwell output check results/                           a whole folder, ACRO's results.json included
  linkwell output check report.xlsx --as-is                this very file leaves: RAW in it is a fault
  linkwell output check results/ --annotated marked.xlsx --record disclosure.json

\b
RAW and CONF are told by the word in the name of the file, folder, sheet or column (raw, unrounded, actual;
conf, rr3, grr, rounded). RAW is evidence: it is not to leave and is not judged itself.

\b
Exit codes: 0 nothing that blocks (a person may still have to decide), 1 not to be released as it is,
2 wrong use, 4 a path inside a data home.
"""
)
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--as-is", is_flag=True, help="The files leave exactly as they are.")
@click.option("--evidence", multiple=True, metavar="NAME", help="A file that stays, whatever it is called.")
@click.option("--profile", default="nz-fixed", show_default=True, help="The rules: nz-fixed or nz-grr.")
@click.option(
    "--annotated", type=_PATH, help="Write a workbook that shows each fault at its cell. It stays too."
)
@click.option("--record", type=_PATH, help="Write the disclosure record (JSON), to be kept with a release.")
@json_option
def check(
    files: tuple[Path, ...], as_is: bool, evidence: tuple[str, ...], profile: str, annotated: Path | None,
    record: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Say of FILES (CSV, Excel workbooks, folders of them) what would tell about a person if they left.

    Every column gets the rules it was tested under and a verdict with cells: pass, review (a person decides)
    or fail. Counts have to be rounded at random to base 3 (or by GRR) and stand for six people or more;
    shares come from rounded counts; amounts rest on twenty people; nothing hidden may lie in a workbook.
    Nothing is changed in your files.
    """
    from linkwell.confidentiality.output_check.check import check_files
    from linkwell.confidentiality.output_check.disclosure_record import disclosure_record, write_record
    from linkwell.confidentiality.output_check.findings import Verdict

    _not_over([path for path in (annotated, record) if path is not None])
    with progress("Checking", quiet=as_json) as tick:
        checked = check_files(files, profile=profile, as_is=as_is, evidence=evidence, tick=tick)
    written = _write_annotated(checked, annotated)
    if record:
        write_record(checked, record)
        written.append(record)
    result: dict[str, Any] = {**disclosure_record(checked), "written": [str(path) for path in written]}
    lines = _lines(checked) + [f"Written: {path}" for path in written]
    finish(result, lines, as_json=as_json, next_step=_next(checked))
    return 1 if checked.verdict is Verdict.FAIL else 0


def _not_over(paths: list[Path]) -> None:
    """Refuse to write over anything that is there, but for what this command wrote itself before."""
    for path in paths:
        ours = path.suffix in (".xlsx", ".json") and path.exists() and _made_here(path)
        if path.exists() and not ours:
            raise WrongUse(
                "There is a file of this name already.",
                where=path.name,
                fix="Give another name for the result.",
            )


def _made_here(path: Path) -> bool:
    from linkwell.confidentiality.output_check.annotated import is_annotated
    from linkwell.confidentiality.output_check.disclosure_record import FORMAT

    return is_annotated(path) or FORMAT.encode() in path.read_bytes()[:200]


def _write_annotated(checked: Checked, path: Path | None) -> list[Path]:
    from linkwell.confidentiality.output_check.annotated import write_annotated

    if path is None:
        return []
    write_annotated(checked, path)
    return [path]


def _lines(checked: Checked) -> list[str]:
    from linkwell.confidentiality.output_check.annotated import WORDS
    from linkwell.confidentiality.output_check.findings import ORDER

    roles = {"leaves": "", "evidence": " (evidence, stays)", "both": " (holds RAW: not to leave as it is)"}
    lines = [f"{each.name}{roles[each.role]}: {each.verdict.value}" for each in checked.files]
    told = sorted(checked.findings, key=lambda finding: -ORDER.index(finding.verdict))
    for finding in told[:_MOST_TOLD]:
        rule = finding.words
        column = f" [{finding.column}]" if finding.column else ""
        lines += ["", f"{WORDS[finding.verdict]}: {rule.what} {finding.detail}".rstrip(),
                  f"  Where: {finding.where}{column}", f"  What to do: {rule.fix}"]  # fmt: skip
    if len(told) > _MOST_TOLD:
        lines += ["", f"And {len(told) - _MOST_TOLD:,} more: see them all with --annotated or --json."]
    leaving = [column for column in checked.columns if column.role == "leaves"]
    lines += [
        "",
        f"{_many(len(checked.files), 'file')}, {_many(len(leaving), 'column')} to leave, "
        f"{_many(len(told), 'finding')}: {WORDS[checked.verdict].lower()}.",
    ]
    return lines


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _next(checked: Checked) -> str:
    from linkwell.confidentiality.output_check.findings import Verdict

    if checked.verdict is Verdict.FAIL:
        return "mend what is marked and check again; --annotated FILE.xlsx shows each fault at its cell."
    if checked.verdict is Verdict.REVIEW:
        return "say in the context of your output request why each of these is safe."
    return "ask for release; a machine's pass is not yet a checker's."
