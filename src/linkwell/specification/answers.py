"""Take up the answers a person gave to the questions `describe` left open."""

from __future__ import annotations

from dataclasses import replace

from linkwell.specification.model import Field, Question, Specification

LEAVE_OUT = "leave out"


def with_answers(spec: Specification) -> Specification:
    """The specification with every answered question applied to its field and struck off the list."""
    for question in spec.open_questions:
        if question.answer:
            spec = _applied(spec, question)
    return replace(spec, open_questions=spec.unanswered())


def answer(spec: Specification, question: Question, text: str) -> Specification:
    """The specification with one question answered and applied.

    Raises:
        ValueError: the answer is not among the question's options.
    """
    if text not in question.options:
        raise ValueError(f"the answer must be one of: {', '.join(question.options)}")
    others = tuple(each for each in spec.open_questions if each != question)
    return replace(_applied(spec, replace(question, answer=text)), open_questions=others)


def _applied(spec: Specification, question: Question) -> Specification:
    table_name, _, name = question.id.partition(".")
    table = spec.table(table_name)
    field = table.field(name) if table else None
    if table is None or field is None:
        return spec
    if question.about == "source_column" and question.answer == LEAVE_OUT:
        fields = tuple(each for each in table.fields if each.name != name)
        changed = replace(table, fields=fields)
        return replace(spec, tables=tuple(changed if t.name == table_name else t for t in spec.tables))
    if question.about == "source_column":  # the column leaves now, so it is no longer among those that stay
        stays = (n for n in spec.not_supplied if (n.source, n.column) != (table.source, question.answer))
        spec = replace(spec, not_supplied=tuple(stays))
    return spec.with_field(table_name, _answered(field, question))


def _answered(field: Field, question: Question) -> Field:
    if question.about == "century_from":
        return replace(field, century_from=0 if question.answer == LEAVE_OUT else int(question.answer))
    if question.about == "source_column":
        return replace(field, source_column=question.answer)
    return replace(field, date_order=question.answer)
