"""The specification as a document to read and sign, under the headings of the IDI data dictionary."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from linkwell.documents.blocks import Block, Box, Bullets, Document, Facts, Grid, Heading, Text
from linkwell.specification.model import Field, Specification, TableSpec

_DELIVERY = {"full": "everything again", "delta": "only what is new or changed"}
_CLASSES = {
    "key": "joins tables, never leaves as it is",
    "linking_id": "a number, for linking only",
    "linking_biographic": "about the person, for linking only",
    "content": "service detail",
}


@cache
def _plan() -> dict[str, Any]:
    text = resources.files("linkwell.specification").joinpath("dictionary.toml").read_text("utf-8")
    return tomllib.loads(text)


def specification_document(spec: Specification) -> Document:
    """The document: general headings, then each dataset with its summary and its variables in detail."""
    blocks: list[Block] = []
    if spec.demo:
        blocks.append(Box("DEMO: these people are invented. This is not a real supply."))
    for heading in _plan()["heading"]:
        said = [block for source in heading["from"] for block in _from(spec, source)]
        blocks += [Heading(heading["title"]), *(said or [Text(_plan()["nothing"])])]
    for table in spec.tables:
        blocks += _dataset(spec, table)
    blocks += [*_code_lists(spec), *_staying(spec)]
    return Document(
        title=spec.title,
        lead=f"Data specification, version {spec.version}",
        footer=f"{spec.organisation or spec.title}. Fingerprint {spec.digest[:16]}",
        blocks=tuple(blocks),
    )


def _from(spec: Specification, source: str) -> Iterator[Block]:
    texts, notes = _plan()["text"], dict(spec.notes)
    if source.startswith("note:"):
        if words := notes.get(source[5:]):
            yield Text(words)
    elif source == "purpose":
        yield Text(spec.purpose)
    elif source == "questions" and spec.questions:
        yield Bullets(spec.questions)
    elif source == "initiatives" and spec.initiatives:
        yield Facts((("Initiatives", "; ".join(spec.initiatives)),))
    elif source == "not_held" and spec.not_held:
        absent = tuple((each.id, each.reason, each.review) for each in spec.not_held)
        yield Grid("What is not held", ("Field", "Reason", "Looked at again"), absent, (2, 4, 2))
    elif source == "gaps":
        gaps = [(f"{field.label} ({table.name})", field.gaps, field.review or "no date")
                for table, field in spec.fields() if field.gaps]  # fmt: skip
        head = ("Field", "Gap and reason", "Looked at again")
        yield Grid("Known gaps", head, tuple(gaps), (2, 4, 2)) if gaps else Text(texts["no_gaps"])
    elif source == "sensitive" and spec.sensitive:
        yield Box(texts["sensitive"].format(names="; ".join(spec.sensitive)))
    elif source == "stays" and spec.not_supplied:
        yield Text(texts["stays"].format(count=len(spec.not_supplied)))
    elif source == "datasets":
        rows = tuple((t.name, t.label, _half(t), str(len(t.fields))) for t in spec.tables)
        yield Grid("Datasets", ("Dataset", "What it holds", "Travels with", "Fields"), rows, (2, 5, 3, 1))
        for export in spec.exports:
            yield Text(
                texts["export"].format(
                    source=export.source,
                    key=export.key,
                    columns=", ".join(f"“{column}”" for column in export.columns),
                )
            )
    elif source == "overview":
        yield Text(texts["overview"].format(
            frequency=spec.frequency or "not settled", delivery=_DELIVERY.get(spec.delivery, spec.delivery),
            retention=spec.retention or "not settled", route=spec.route, contact=spec.contact or "not named",
        ))  # fmt: skip
    elif source == "history":
        base = spec.base or "no base"
        yield Text(texts["history"].format(version=spec.version, base=base, digest=_grouped(spec.digest)))
    elif source == "privacy":
        yield Text(texts["privacy"])


def _grouped(digest: str) -> str:
    """Eight characters at a time, so that it breaks over lines and can be read out."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


_ORDERS = {"dmy": "day first", "mdy": "month first", "iso": "year first"}


def _half(table: TableSpec) -> str:
    return "names and numbers" if table.compartment == "identity" else "service details"


def _dataset(spec: Specification, table: TableSpec) -> Iterator[Block]:
    yield Heading(f"Dataset {table.name}")
    yield Text(f"{table.label}. Travels with the {_half(table)}.")
    summary = tuple(
        (field.name, field.label, _CLASSES[field.cls], "yes" if field.required else "no")
        for field in table.fields
    )
    yield Grid(
        f"Variables of {table.name}", ("Variable", "Label", "Used as", "Required"), summary, (3, 4, 4, 2)
    )
    yield Heading(f"Variables of {table.name} in detail", 2)
    for field in table.fields:
        yield Heading(field.label, 3)
        codes = f"code of the list {field.codes}" if field.codes else ""
        source = "; ".join(filter(None, (field.source_column, *field.more_columns)))
        facts = (
            ("Variable", field.name), ("Meaning", field.meaning), ("Why it is supplied", field.purpose),
            ("Type", ", ".join(filter(None, (field.type.replace("_", " "), field.format, codes)))),
            ("An empty cell means", empty_cell(table, field)),
            ("Read from", source), ("Always", field.constant),
            ("Dates are written", _ORDERS.get(field.date_order, "")), ("Your words", _words(spec, field)),
            ("Where it is seen", field.screen), ("How it is collected", field.collected),
            ("Known gaps", field.gaps), ("Looked at again on", field.review),
            ("Sensitivity", field.sensitivity),
        )  # fmt: skip
        yield Facts(tuple((name, words) for name, words in facts if words))


def empty_cell(table: TableSpec, field: Field) -> str:
    """What an empty cell of a field means, as a sentence's end; "see NAME" in that field's words."""
    other = table.field(field.missing.removeprefix("see "))
    return f"nothing by itself; “{other.label}” says what is known" if other else field.missing


def _words(spec: Specification, field: Field) -> str:
    """What local words become, in the words of the code list."""
    codes = spec.code_list(field.codes)
    labels = codes.labels() if codes else {}
    became = ((word, [labels.get(code, code) for code in to.split(";")]) for word, to in field.values)
    return "; ".join(f"{word}: {' and '.join(filter(None, to)) or 'left empty'}" for word, to in became)


def _code_lists(spec: Specification) -> Iterator[Block]:
    if spec.code_lists:
        yield Heading("Code lists")
    for codes in spec.code_lists:
        source = ", ".join(filter(None, (codes.source, f"edition {codes.edition}" if codes.edition else "")))
        yield Grid(
            f"{codes.name} ({source})" if source else codes.name, ("Code", "Meaning"), codes.codes, (1, 3)
        )


def _staying(spec: Specification) -> Iterator[Block]:
    if spec.not_supplied:
        yield Heading("What is not supplied")
        rows = tuple((each.column, each.source, each.reason) for each in spec.not_supplied)
        yield Grid("Columns that stay with the provider", ("Column", "File", "Reason"), rows, (2, 2, 4))
