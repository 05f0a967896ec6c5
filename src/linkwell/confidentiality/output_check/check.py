"""Check a set of output files together: every file, every column, and what they tell beside one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from linkwell.confidentiality.output_check import (
    absent,
    acro_results,
    amounts,
    changes,
    counting,
    differing,
    fitted,
    groups_told,
    hiding,
    opening,
    pairs,
    persons,
    shares,
    sums,
    telling,
    unseen,
)
from linkwell.confidentiality.output_check.cells import Sheet, address
from linkwell.confidentiality.output_check.counting import Ways, ways_of
from linkwell.confidentiality.output_check.findings import ColumnVerdict, Finding, Verdict, found, worst
from linkwell.confidentiality.output_check.layout import Layout, find_tables
from linkwell.confidentiality.output_check.opening import Opened
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import Table, role_of_name
from linkwell.confidentiality.profile import Profile, load_profile

Tick = Callable[[int, int], None]
_TESTED = {
    "count": ("not_rounded", "small_count", "zero_beside_hidden", "over_group", "recoverable", "absent_rows"),
    "weighted": ("not_rounded", "small_weighted"), "percentage": ("not_from_rounded", "whole_group"),
    "rate": ("not_from_rounded",), "ratio": ("not_from_rounded",), "mean": ("thin_amount", "count_from_mean"),
    "total": ("thin_amount", "dominance", "recoverable"), "sd": ("thin_amount",), "measure": ("thin_amount",),
    "quantile": ("thin_quantile",), "minmax": ("minmax",), "residual": ("residuals",),
    "estimate": ("model_thin", "model_saturated"), "change": ("not_from_rounded",),
}  # fmt: skip
_WITH_RAW = ("not_from_raw", "shown_though_small", "zero_for_small", "direction", "nearest")


@dataclass(frozen=True)
class FileVerdict:
    """How one file came out.

    Attributes:
        role: "leaves", "evidence" (RAW), or "both" (RAW beside CONF: not to leave as it is).
    """

    name: str
    sha256: str
    size: int
    role: str
    verdict: Verdict


@dataclass(frozen=True)
class Checked:
    """Everything the check says about a set of files."""

    files: tuple[FileVerdict, ...]
    columns: tuple[ColumnVerdict, ...]
    findings: tuple[Finding, ...]
    profile: Profile
    opened: tuple[Opened, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest of all."""
        return worst(each.verdict for each in self.files)


def check_files(
    given: Sequence[Path], *, profile: str = "nz-fixed", as_is: bool = False, evidence: Sequence[str] = (),
    tick: Tick | None = None,
) -> Checked:  # fmt: skip
    """Check files and folders together.

    Args:
        as_is: the files leave exactly as they are: RAW columns in one are a fault. evidence: names of files
            that do not leave, whatever they are called.

    Raises:
        WrongUse: nothing to check. RefusedByRule: a path lies in a data home.
    """
    return check_listed(opening.find_files(given), profile=profile, as_is=as_is, evidence=evidence, tick=tick)


def check_listed(
    paths: Sequence[tuple[str, Path]],
    *,
    profile: str = "nz-fixed",
    as_is: bool = False,
    evidence: Sequence[str] = (),
    watched: Sequence[str] = (),
    tick: Tick | None = None,
) -> Checked:
    """Check files by the names they are called; for requests in a data home, whose files lie by content.

    Args:
        watched: what a project promised not to tell, or not alone: kinds of `groups_told.py`.
    """
    opened = []
    for at, (name, path) in enumerate(paths):
        opened.append(opening.open_file(name, path))
        if tick:
            tick(at + 1, len(paths))
    return _Check(tuple(opened), load_profile(profile), as_is, frozenset(evidence), tuple(watched)).run()


def check_beside(
    new: Sequence[tuple[str, Path]],
    earlier: Sequence[tuple[str, Path]],
    *,
    profile: str = "nz-fixed",
    evidence: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """What new files tell beside earlier ones, and would not tell alone.

    That is: nearly the same people, one group with two numbers, a table told again.

    Args:
        new, earlier: (name, path), RAW files too; no name twice. evidence: names of both that do not leave.
    """
    opened = [opening.open_file(name, path) for name, path in (*earlier, *new)]
    check = _Check(tuple(opened), load_profile(profile), True, frozenset(evidence))
    return tuple(dict.fromkeys(check.beside({name for name, _ in new})))


class _Check:
    def __init__(
        self,
        opened: tuple[Opened, ...],
        profile: Profile,
        as_is: bool,
        evidence: frozenset[str],
        watched: tuple[str, ...] = (),
    ) -> None:
        self.watched = watched
        self.opened, self.profile, self.as_is = opened, profile, as_is
        self.evidence = evidence if as_is else evidence | acro_results.stays(opened)
        self.together = acro_results.told_together(opened)
        self.ways: Ways = ways_of(profile)
        self.layouts: dict[tuple[str, str], Layout] = {}
        self.sheets: dict[tuple[str, str], Sheet] = {}
        tables: list[Table] = []
        for file in opened:
            for sheet in file.sheets:
                layout = find_tables(sheet)
                self.layouts[file.name, sheet.name], self.sheets[file.name, sheet.name] = layout, sheet
                tables += layout.tables
        self.tables = [self._as_it_leaves(table) for table in pairs.with_roles(tables)]
        self.leaving = [
            table
            for table in self.tables
            if self._leaves(table) and not fitted.is_model(table) and not persons.is_microdata(table)
        ]
        self.raw = [pairs.evidence_for(table, self.tables) for table in self.leaving]

    def run(self) -> Checked:
        findings = list(dict.fromkeys(self._findings()))
        columns = tuple(self._columns(findings))
        return Checked(tuple(self._files(findings)), columns, tuple(findings), self.profile, self.opened)

    def beside(self, new: set[str]) -> Iterator[Finding]:
        """What the new files tell beside the others; the others come first in what was opened."""
        both = list(zip(self.leaving, self.raw, strict=True))
        mine = [(table, raw) for table, raw in both if table.file in new]
        people = self.profile.people_threshold
        alone = set(differing.check_differences([t for t, _ in mine], [r for _, r in mine], people))
        for finding in differing.check_differences(self.leaving, self.raw, people):
            if finding.file in new and finding not in alone:
                yield finding
        yield from differing.check_repeats(
            [table for table, _ in mine], [table for table, _ in both if table.file not in new]
        )

    def _leaves(self, table: Table) -> bool:
        return table.file not in self.evidence and not (
            table.role == "raw" and not any(c.role == "conf" for c in table.columns)
        ) and self._file_role(table.file) != "raw"  # fmt: skip

    def _as_it_leaves(self, table: Table) -> Table:
        """Where files leave as they are, what one is called makes it no evidence."""
        leaves = self.as_is and table.file not in self.evidence
        called_so = role_of_name(table.file.rpartition(".")[0]) == "raw"
        return replace(table, role="") if leaves and called_so and table.role == "raw" else table

    def _file_role(self, name: str) -> str:
        if name in self.evidence:
            return "raw"
        if self.as_is:
            return ""
        role = role_of_name(name.rpartition(".")[0])
        if role:
            return role
        own = [table for table in self.tables if table.file == name]
        return "raw" if own and all(table.role == "raw" for table in own) else ""

    def _findings(self) -> Iterator[Finding]:
        for table, raw in zip(self.leaving, self.raw, strict=True):
            yield from groups_told.check_groups(table, self.watched)
            yield from telling.check_written(table)
            yield from counting.check_counts(table, raw, self.ways)
            yield from absent.check_absent(table, raw, self.profile.people_threshold)
            yield from sums.check_lines(table, self.ways)
            yield from shares.check_shares(table, self.leaving)
            yield from changes.check_changes(table)
            yield from amounts.check_amounts(table, self.leaving, raw, self.ways, self.profile)
            yield from amounts.check_contributors(table, raw, self.profile)
        for (
            table
        ) in self.tables:  # the number of people behind each term of a model is a count like any other
            if self._leaves(table) and fitted.is_model(table):
                terms = fitted.without_summary(table)
                yield from counting.check_counts(terms, pairs.NOTHING, self.ways)
        yield from self._directions()
        yield from differing.check_differences(self.leaving, self.raw, self.profile.people_threshold)
        for file in self.opened:
            if self._file_role(file.name) != "raw":
                yield from self._file(file)
        yield from self._raw_columns()

    def _directions(self) -> Iterator[Finding]:
        """How each column was rounded; where single columns are too short, a file's columns together."""
        by_file: dict[str, list[tuple[Table, str, list[counting.Moved]]]] = {}
        for table, raw in zip(self.leaving, self.raw, strict=True):
            for column in table.leaving("count"):
                cells = counting.moved(table, column, raw, self.ways)
                by_file.setdefault(table.file, []).append((table, column.heading, cells))
        for parts in by_file.values():
            alone = [
                finding
                for table, heading, cells in parts
                for finding in counting.check_directions(table, heading, cells, sure=len(parts) > 1)
            ]
            yield from alone
            if alone or len(parts) == 1:
                continue
            every = [cell for _, _, cells in parts for cell in cells]
            for finding in counting.check_directions(parts[0][0], "", every, sure=False):
                for table, heading, cells in parts:
                    if cells:
                        yield found(
                            finding.rule,
                            table.file,
                            table.sheet,
                            [cell.at for cell, *_ in cells],
                            column=heading,
                            detail=finding.detail,
                        )

    def _file(self, file: Opened) -> Iterator[Finding]:
        yield from _kind_of_file(file)
        yield from hiding.check_hiding(file)
        yield from unseen.check_unseen(file)
        if acro_results.is_acro(file):
            yield from acro_results.check_acro(file, {each.name: each for each in self.opened})
        texts = [("", file.name.replace("_", " "))]
        for name, at, text in hiding.texts_of(file):
            yield from telling.check_words(file.name, name, [(at, text)], self.ways)
            if what := persons.what_names(text):
                yield found("identifier", file.name, name, [at] if at else (), detail=what)
        for sheet in file.sheets:
            yield from self._sheet(file, sheet)
        if file.text and not acro_results.is_acro(file):
            texts += [(f"line {at}", line) for at, line in enumerate(file.text.splitlines(), start=1)]
            named = [at for at, line in texts if persons.what_names(line)]
            if named:
                yield found("identifier", file.name, cells=named)
            if fitted.exact_in_text(file.text, self.ways):
                yield found("model_exact_n", file.name)
        yield from telling.check_words(file.name, "", texts, self.ways)

    def _sheet(self, file: Opened, sheet: Sheet) -> Iterator[Finding]:
        if role_of_name(sheet.name) == "raw" and sheet.state == "visible":
            return
        layout = self.layouts[file.name, sheet.name]
        tables = tuple(t for t in self.tables if (t.file, t.sheet) == (file.name, sheet.name))
        beside = self.together.get(file.name, frozenset()) - {file.name}
        others = [
            (each, [table for table in self.tables if (table.file, table.sheet) == place])
            for place, each in self.sheets.items()
            if place[0] in beside
        ]
        yield from fitted.check_models(sheet, tables, self.ways, self.profile, others)
        yield from persons.check_persons(sheet, tables)
        around = {cell.at: cell.text for cell in layout.texts}
        around |= {cell.at: cell.text for table in layout.tables for cell in table.texts}
        around |= {cell.at: cell.text for cell in sheet.cells.values() if not cell.is_value}
        yield from telling.check_words(file.name, sheet.name, around.items(), self.ways)

    def _raw_columns(self) -> Iterator[Finding]:
        """Raw numbers in what is to leave: a fault where it leaves as it is, else a word of warning."""
        for table in self.tables:
            role = self._file_role(table.file)
            if role == "raw" or not table.has_raw:
                continue
            cells = [cell.at for column in table.raw() for cell in column.cells.values()]
            sure = self.as_is or role == "conf" or role_of_name(table.sheet) == "conf"
            rule = "raw_in_output" if sure else "raw_beside"
            yield found(
                rule, table.file, table.sheet, cells, column=", ".join(c.heading for c in table.raw())
            )

    def _files(self, findings: list[Finding]) -> Iterator[FileVerdict]:
        for file in self.opened:
            own = [finding for finding in findings if finding.file == file.name]
            role = "evidence" if self._file_role(file.name) == "raw" or self._is_list(file) else "leaves"
            if any(finding.rule == "raw_beside" for finding in own):
                role = "both"
            yield FileVerdict(file.name, file.sha256, file.size, role, worst(each.verdict for each in own))

    def _is_list(self, file: Opened) -> bool:
        return acro_results.is_acro(file) or "/checksums/" in f"/{file.name}"

    def _columns(self, findings: list[Finding]) -> Iterator[ColumnVerdict]:
        evidence: dict[int, Evidence] = {id(t): raw for t, raw in zip(self.leaving, self.raw, strict=True)}
        for table in self.tables:
            places: dict[str, list[Finding]] = {}
            for finding in findings:
                if (finding.file, finding.sheet) == (table.file, table.sheet):
                    for at in finding.cells:
                        places.setdefault(at, []).append(finding)
            for column in table.columns:
                raw = table.role_of(column) == "raw" or not self._leaves(table)
                cells = [cell.at for cell in column.cells.values() if cell.at in places]
                hits = [finding for at in cells for finding in places[at]]
                if raw:
                    hits = [finding for finding in hits if finding.rule == "raw_in_output"]
                own = evidence.get(id(table))
                paired = own is not None and any(at == column.at for at, _ in own.raw)
                kind = "estimate" if fitted.is_model(table) and column.kind == "measure" else column.kind
                tested = (
                    ()
                    if raw
                    else (*_TESTED.get(kind, ()), *(_WITH_RAW if paired and kind == "count" else ()))
                )
                yield ColumnVerdict(
                    table.file,
                    table.sheet,
                    _letters(column.at),
                    column.heading,
                    "evidence" if raw else "leaves",
                    kind,
                    tested,
                    worst(each.verdict for each in hits),
                    tuple(dict.fromkeys(cells)),
                )


def _letters(column: int) -> str:
    return address(1, column)[:-1]


def _kind_of_file(file: Opened) -> Iterator[Finding]:
    if file.fault:
        yield found("unreadable", file.name, detail=file.fault)
    elif file.suffix in opening.RECORDS:
        yield found("record_file", file.name)
    elif file.suffix in opening.OTHER_BOOKS:
        yield found("unreadable", file.name, detail=opening.OTHER_BOOKS[file.suffix])
    elif file.suffix in opening.UNREADABLE:
        yield found("unreadable", file.name)
    elif file.suffix == ".xlsm":
        yield found("active_content", file.name, detail="A workbook made for macros (.xlsm).")
    elif not file.sheets and not acro_results.is_acro(file) and "/checksums/" not in f"/{file.name}":
        yield found("other_file", file.name)
