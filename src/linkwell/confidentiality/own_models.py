"""Regressions and densities from an analyst's own microdata, in one call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from linkwell.confidentiality.density import density_table
from linkwell.confidentiality.formulas import read_formula
from linkwell.confidentiality.own_files import OwnData, each_once, opened
from linkwell.confidentiality.own_labels import in_order, not_listed, word_of
from linkwell.confidentiality.release import Release
from linkwell.confidentiality.request import Category, Floats, Ints, ModelInput
from linkwell.errors import WrongUse


def confidentialise_model(
    data: pa.Table | Path, *, model: str, person: str, ledger: Path,
    codes: Mapping[str, Sequence[str]] | None = None, name: str = "model",
    purpose: str = "a model from own files", profile: str = "nz-fixed",
) -> Release:  # fmt: skip
    """Fit a regression behind the rules and release its coefficients.

    Args:
        model: "ols: wages ~ age + sex", "logit: employed ~ age", "poisson: visits ~ age + sex + age:sex". A
            column of words is a group variable, compared with its first label.
        codes: column -> its labels, the first being what others are compared with; else in rising order.
        Others as in `own_files.confidentialise`; one row a person.

    Raises:
        WrongUse: the model cannot be read, or does not fit the file.
    """
    kind, outcome, terms = read_formula(model)
    columns = list(dict.fromkeys(part.strip() for term in terms for part in term.split(":")))
    with opened(data, person, [outcome, *columns], ledger, profile) as own:
        _one_row_each(own)
        variables = {column: _variable(own, column, (codes or {}).get(column)) for column in columns}
        asked = ModelInput(
            name, kind, outcome, own.numbers(outcome), own.units, variables, terms, title=model
        )
        return own.release(each_once(own.units), purpose, models=(asked,))


def confidentialise_density(
    data: pa.Table | Path, *, column: str, person: str, ledger: Path, name: str = "density",
    purpose: str = "a density from own files", profile: str = "nz-fixed",
) -> Release:  # fmt: skip
    """Release how many people have how much of `column`, in bins a chart can be drawn from."""
    with opened(data, person, [column], ledger, profile) as own:
        _one_row_each(own)
        table = density_table(name, own.numbers(column), own.units, own.rules, measure=column)
        return own.release(each_once(own.units), purpose, tables=(table,))


def _one_row_each(own: OwnData) -> None:
    if len(each_once(own.units)) != len(own.units):
        raise WrongUse("A person has several rows.", why="A model or density needs one row a person.",
                       fix="Add the rows of a person up first.")  # fmt: skip


def _variable(own: OwnData, name: str, codes: Sequence[str] | None) -> Floats | Category:
    column = own.table.column(name)
    if codes is None and (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return own.numbers(name)
    words = [word_of(value) for value in column.to_pylist()]
    labels = tuple(codes) if codes is not None else tuple(in_order(set(words)))
    place = {label: n for n, label in enumerate(labels)}
    unknown = sorted(set(words) - set(place))
    if unknown:
        raise not_listed(name, unknown, ())
    found: Ints = np.array([place[word] for word in words], dtype=np.int64)
    return Category(found, labels)
