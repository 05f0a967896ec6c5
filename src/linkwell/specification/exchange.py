"""A specification in the shapes other tools read: Frictionless, ODCS v3, and a plain CSV dictionary.

They describe the tables as they are supplied (canonical field names, ISO dates, codes), not the provider's
own columns.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from linkwell.specification.model import Field, FieldType, Specification, TableSpec

_FRICTIONLESS = {
    FieldType.DATE: "date", FieldType.TIME: "string", FieldType.WHOLE_NUMBER: "integer",
}  # fmt: skip
_ODCS = {FieldType.DATE: "date", FieldType.TIME: "time", FieldType.WHOLE_NUMBER: "integer"}
_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DICTIONARY_HEADINGS = (
    "table", "compartment", "field", "label", "class", "type", "format", "code_list", "codes", "required",
    "missing_means", "meaning", "purpose", "source_file", "source_column", "screen", "collected",
    "known_gaps", "review", "sensitivity",
)  # fmt: skip


def table_schema(spec: Specification, table: TableSpec) -> dict[str, Any]:
    """A Frictionless Table Schema of one table as supplied, with its code lists as allowed values."""
    return {"fields": [_schema_field(spec, field) for field in table.fields], "missingValues": [""]}


def _schema_field(spec: Specification, field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "title": field.label,
        "type": _FRICTIONLESS.get(field.type, "string"),
        "description": " ".join(filter(None, (field.meaning, f"Why: {field.purpose}"))),
    }
    if field.type is FieldType.DATE:
        found["format"] = "%Y-%m-%d"
    limits: dict[str, Any] = {"required": True} if field.required else {}
    codes = spec.code_list(field.codes)
    if codes is not None and field.type is FieldType.CODE:
        limits["enum"] = list(codes.labels())
    elif codes is not None:
        one = "|".join(codes.labels())
        limits["pattern"] = f"^({one})(;({one}))*$"
    if field.type is FieldType.TIME:
        limits["pattern"] = _TIME
    return found | ({"constraints": limits} if limits else {})


def data_package(spec: Specification) -> dict[str, Any]:
    """A Frictionless Data Package naming one CSV a table; JSON-able."""
    return {
        "profile": "tabular-data-package",
        "name": _slug(spec.organisation or spec.title),
        "title": spec.title,
        "description": spec.purpose,
        "version": f"{spec.version}.0.0",
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": table.name,
                "title": table.label,
                "path": f"{table.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": table_schema(spec, table),
            }
            for table in spec.tables
        ],
    }


def data_contract(spec: Specification) -> dict[str, Any]:
    """An Open Data Contract Standard v3.0.2 contract; JSON-able, and JSON is YAML too."""
    return {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        "id": spec.digest[:32],
        "name": spec.title,
        "version": f"{spec.version}.0.0",
        "status": "draft",
        "tenant": spec.organisation or "not named",
        "description": {
            "purpose": spec.purpose,
            "usage": " ".join(spec.questions) or spec.purpose,
            "limitations": "Used for statistics and research about groups of people, never about one person.",
        },
        "schema": [_contract_table(spec, table) for table in spec.tables],
        "slaProperties": [
            {"property": "frequency", "value": spec.frequency or "as agreed"},
            {"property": "retention", "value": spec.retention or "as the agreement says"},
        ],
        "customProperties": [
            {"property": "specificationDigest", "value": spec.digest},
            {"property": "delivery", "value": spec.delivery},
            {"property": "route", "value": spec.route},
        ],
    }


def _contract_table(spec: Specification, table: TableSpec) -> dict[str, Any]:
    return {
        "name": table.name,
        "physicalName": f"{table.name}.csv",
        "physicalType": "csv",
        "logicalType": "object",
        "businessName": table.label,
        "description": table.label,
        "tags": [table.compartment.value],
        "properties": [_contract_field(spec, field) for field in table.fields],
    }


def _contract_field(spec: Specification, field: Field) -> dict[str, Any]:
    codes = spec.code_list(field.codes)
    found: dict[str, Any] = {
        "name": field.name,
        "businessName": field.label,
        "logicalType": _ODCS.get(field.type, "string"),
        "physicalType": "text",
        "description": " ".join(filter(None, (field.meaning, f"Why: {field.purpose}"))),
        "required": field.required,
        "classification": "restricted" if field.cls.startswith("linking") else "confidential",
        "tags": [field.cls.value],
    }
    if field.type is FieldType.DATE:
        found["logicalTypeOptions"] = {"format": "yyyy-MM-dd"}
    if codes is not None:
        source = " ".join(filter(None, (codes.source, codes.edition)))
        found["authoritativeDefinitions"] = [{"url": f"#{codes.name}", "type": source or "codeList"}]
        found["quality"] = [
            {"type": "text", "description": f"Codes of the list {codes.name}: {', '.join(codes.labels())}"}
        ]
    return found


def dictionary_csv(spec: Specification) -> bytes:
    """One row a field, for people and spreadsheets: UTF-8 with a mark so that Excel shows macrons.

    A text beginning like a formula gets an apostrophe in front, since this file is opened in spreadsheets.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(DICTIONARY_HEADINGS)
    for table, field in spec.fields():
        codes = spec.code_list(field.codes)
        listed = "; ".join(f"{code} = {label}" for code, label in codes.codes) if codes else ""
        row = (
            table.name, table.compartment, field.name, field.label, field.cls, field.type, field.format,
            field.codes, listed, "yes" if field.required else "no", field.missing, field.meaning,
            field.purpose, table.source, "; ".join(filter(None, (field.source_column, *field.more_columns))),
            field.screen, field.collected, field.gaps, field.review, field.sensitivity,
        )  # fmt: skip
        writer.writerow([_harmless(str(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def as_json(facts: dict[str, Any]) -> bytes:
    """Readable JSON with macrons as they are."""
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _slug(name: str) -> str:
    kept = "".join(each if each.isascii() and each.isalnum() else "-" for each in name.lower())
    return "-".join(filter(None, kept.split("-")))[:60] or "specification"
