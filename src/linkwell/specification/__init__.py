"""The one object that says which tables and fields are supplied, why, and how they look."""

from linkwell.specification.model import (
    CodeList,
    Compartment,
    Field,
    FieldClass,
    FieldType,
    NotHeld,
    NotSupplied,
    Question,
    Specification,
    TableSpec,
)

__all__ = [
    "CodeList",
    "Compartment",
    "Field",
    "FieldClass",
    "FieldType",
    "NotHeld",
    "NotSupplied",
    "Question",
    "Specification",
    "TableSpec",
]
