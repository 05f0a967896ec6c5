"""Regression outputs: rounded numbers of people, freedom left, no saturated model or thin term."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from linkwell.confidentiality.output_check.cells import Cell, Sheet
from linkwell.confidentiality.output_check.counting import Ways
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.tables import Table
from linkwell.confidentiality.output_check.words import plain
from linkwell.confidentiality.profile import Profile

_PEOPLE = re.compile(
    r"^(n|no observations|number of (obs|observations|people|subjects)|observations|obs|nobs|sample size|"
    r"people|n obs|num obs|no of obs|people analysed|sample)$"
)
_FREEDOM = re.compile(
    r"^(df resid(uals?)?|residual d(egrees of )?f(reedom)?|df|degrees of freedom|residual df|d f|dof|"
    r"degrees of freedom residual)$"
)
_FIT = re.compile(
    r"^(adj(usted)? )?(r ?(2|²|squared?|sq)|pseudo r ?(2|squ\w*))$|^r squared( \(?uncentered\)?)?$"
)
_DIAGNOSED = re.compile(
    r"^(omnibus|prob ?\(omnibus\)|skew(ness)?|kurtosis|durbin watson|jarque bera( ?\(jb\))?|prob ?\(jb\)|"
    r"cond no|log likelihood|ll null|llr p value|aic|bic|(prob ?\()?f statistic\)?)$"
)
_SETTINGS = re.compile(
    r"^(dep(endent)? variable|model|method|date|time|converged|covariance type|df (model|m)|no iterations)$"
)
_CONSTANT = re.compile(r"^\(?(intercept|constant|const|_?cons)\)?$")
_CROSSED = re.compile(r"\s*(?::|×|#| x |\*| by )\s*")
_LARGE, _WIDE = 10.0, 50.0  # a coefficient and its error when a term sets a few people apart perfectly
_LOG_ODDS = 100.0  # no log odds are as large, even then: an amount in dollars is


def is_model(table: Table) -> bool:
    """Whether a table is what a regression gives."""
    kinds = {column.kind for column in table.columns}
    if "estimate" in kinds and kinds & {"se", "p_value", "interval"}:
        return True
    labels = [plain(own[-1]) for own in table.labels.values() if own]
    told = [label for label in labels if any(each.match(label) for each in (_FIT, _PEOPLE, _DIAGNOSED))]
    return len(told) >= 2 or any(_CONSTANT.match(label) for label in labels)


def check_models(
    sheet: Sheet, tables: Sequence[Table], ways: Ways, profile: Profile,
    beside: Sequence[tuple[Sheet, Sequence[Table]]] = (),
) -> Iterator[Finding]:  # fmt: skip
    """The regressions of one sheet.

    Args:
        beside: sheets of the same output with their tables, where its terms or number of people may stand.
    """
    models = [table for table in tables if is_model(table) and table.role != "raw"]
    for table in tables:
        yield from _residuals(table)
    if not models:
        return
    facts = {name: list(_facts(sheet, pattern)) for name, pattern in
             (("people", _PEOPLE), ("freedom", _FREEDOM), ("fit", _FIT))}  # fmt: skip
    where = sheet.file, sheet.name
    every = (*models, *(table for _, found_there in beside for table in found_there))
    terms = max((len(_terms(table)) for table in every if any(table.leaving("estimate"))), default=None)
    exact = [cell.at for cell in facts["people"] if not (ways.fits("rr3", cell) or ways.fits("grr", cell))]
    if terms is not None:
        exact += [cell.at for cell in facts["freedom"] if _tells_people(cell, terms, ways)]
    if exact:
        yield found("model_exact_n", *where, dict.fromkeys(exact))
    few = [cell.at for cell in facts["freedom"] if (cell.number or 0) < profile.model_freedom]
    few += [cell.at for cell in facts["people"] if (cell.number or 0) - (terms or 1) < profile.model_freedom]
    if few:
        yield found("model_freedom", *where, dict.fromkeys(few))
    full = [cell.at for cell in facts["fit"] if _share(cell) >= profile.model_fit_percent]
    full += [at for table in models for at in _all_crossed(table)]
    if full:
        yield found("model_saturated", *where, dict.fromkeys(full))
    thin = [at for table in models for at in (*_thin(table, profile), *_apart(table))]
    if thin:
        yield found("model_thin", *where, dict.fromkeys(thin))
    told = facts["people"] or any(True for other, _ in beside for _ in _facts(other, _PEOPLE))
    if not told and not any(True for table in models for _ in table.leaving("count")):
        yield found("model_people", *where, [column.cells[next(iter(column.cells))].at
                    for column in models[0].leaving("estimate") if column.cells][:1])  # fmt: skip


def _facts(sheet: Sheet, pattern: re.Pattern[str]) -> Iterator[Cell]:
    """The numbers to the right of the words, or below them in a heading."""
    for (row, column), cell in sheet.cells.items():
        if cell.is_value or not pattern.match(plain(cell.text.strip().rstrip(":"))):
            continue
        beside = [sheet.cells[row, at] for at in range(column + 1, column + 12) if (row, at) in sheet.cells]
        taken = False
        for each in beside:
            if each.number is None:
                break
            taken = True
            yield each
        below = sheet.cells.get((row + 1, column))
        if not taken and not beside and below is not None and below.number is not None:
            yield below


def _tells_people(freedom: Cell, terms: int, ways: Ways) -> bool:
    """Residual degrees of freedom and terms give the number of people; harmless if that is a rounded one."""
    if freedom.number is None or not freedom.whole or freedom.number < 3:
        return False
    people = Cell(0, 0, "", freedom.number + terms)
    return not (ways.fits("rr3", people) or ways.fits("grr", people))


def _share(cell: Cell) -> float:
    number = cell.number or 0.0
    return number if cell.percent or number > 1 else number * 100


def without_summary(table: Table) -> Table:
    """A model's table without the lines about the whole of it, which `check_models` looks at."""
    kept = {row for row, labels in table.labels.items() if not any(map(_is_summary, labels))}
    columns = [
        replace(each, cells={row: cell for row, cell in each.cells.items() if row in kept})
        for each in table.columns
    ]
    return replace(
        table, rows=tuple(row for row in table.rows if row in kept),
        labels={row: own for row, own in table.labels.items() if row in kept}, columns=tuple(columns),
    )  # fmt: skip


def _is_summary(label: str) -> bool:
    bare = plain(label.strip().rstrip(":"))
    return any(each.match(bare) for each in (_PEOPLE, _FREEDOM, _FIT, _DIAGNOSED, _SETTINGS))


def _terms(table: Table) -> list[str]:
    return [labels[-1] for labels in table.labels.values() if labels and not _is_summary(labels[-1])]


def _all_crossed(table: Table) -> list[str]:
    """The crossed terms of a model that has every combination of two or more factors, and nothing else."""
    cells = {labels[-1]: row for row, labels in table.labels.items() if labels}
    terms = [label for label in _terms(table) if not _CONSTANT.match(plain(label))]
    crossed = {label: frozenset(_CROSSED.split(label)) for label in terms}
    single = {next(iter(parts)) for parts in crossed.values() if len(parts) == 1}
    several = {parts: label for label, parts in crossed.items() if len(parts) > 1}
    if not several or not all(parts <= single for parts in several):
        return []
    used = {part for parts in several for part in parts}
    factors: dict[str, set[str]] = {}
    for part in single:
        factors.setdefault(_factor(part), set()).add(part)
    wanted = {
        frozenset((a, b)) for one, two in combinations(factors.values(), 2) for a in one for b in two
    }  # fmt: skip
    if used != single or not wanted or not wanted <= set(several) or len(factors) < 2:
        return []
    first = next(iter(table.leaving("estimate")), None)
    return [
        first.cells[cells[label]].at for label in several.values() if first and cells[label] in first.cells
    ]


def _factor(part: str) -> str:
    bare = re.sub(r"\[.*\]|=.*", "", part).strip()
    return re.sub(r"[\s_]*\d[\d\s\-–+]*$", "", bare) if bare == part else bare


def _thin(table: Table, profile: Profile) -> list[str]:
    return [cell.at for column in table.leaving("count") for row, cell in column.cells.items()
            if ((cell.number is not None and cell.number < profile.model_support) or cell.mark)
            and not any(map(_is_summary, table.labels.get(row, ())))]  # fmt: skip


def _apart(table: Table) -> list[str]:
    errors = list(table.leaving("se"))
    told = [abs(cell.number or 0) for each in table.leaving("estimate") for cell in each.cells.values()]
    if max(told, default=0) > _LOG_ODDS:
        return []
    return [
        cell.at
        for column in table.leaving("estimate")
        for row, cell in column.cells.items()
        for error in errors
        if row in error.cells
        and abs(cell.number or 0) > _LARGE
        and (error.cells[row].number or 0) > max(_WIDE, 5 * abs(cell.number or 0))
    ]


def _residuals(table: Table) -> Iterator[Finding]:
    for column in table.leaving("residual"):
        if len(column.cells) > 1:
            yield found("residuals", table.file, table.sheet, [cell.at for cell in column.cells.values()],
                        column=column.heading)  # fmt: skip


_IN_TEXT = re.compile(
    r"(?:No\. Observations|Number of obs|Observations|N obs)\s*[:=]\s*([\d,]+)", re.IGNORECASE
)


_FREEDOM_OF_R = re.compile(r"F-statistic:.*? on (\d+) and (\d+) DF")
_NULL_OF_R = re.compile(r"Null deviance:.*? on (\d+) +degrees of freedom")


def exact_in_text(text: str, ways: Ways) -> bool:
    """Whether a printed summary in a text file tells an unrounded number of people."""
    numbers = [float(each.replace(",", "")) for each in _IN_TEXT.findall(text) if each.strip(",")]
    numbers += [float(model) + float(rest) + 1 for model, rest in _FREEDOM_OF_R.findall(text)]
    numbers += [float(rest) + 1 for rest in _NULL_OF_R.findall(text)]
    return any(not (ways.fits("rr3", cell) or ways.fits("grr", cell))
               for cell in (Cell(0, 0, "", number) for number in numbers))  # fmt: skip
