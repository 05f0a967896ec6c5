"""A fingerprint of what a table says, whatever file it lies in: no nonces, times or row groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def table_digest(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> str:
    """SHA-384 (hex) of the values, column by column, in the order given; row order counts."""
    columns = [hashlib.sha384(f"{field.name}:{field.type}".encode()) for field in schema]
    for batch in batches:
        for digest, column in zip(columns, batch.columns, strict=True):
            for part in _bytes_of(column):
                digest.update(part)
    whole = hashlib.sha384()
    for digest in columns:
        whole.update(digest.digest())
    return whole.hexdigest()


BATCH_ROWS = 65_536
"""Every digest is taken over batches of this size."""


def arrow_digest(table: pa.Table) -> str:
    """`table_digest` of a table in memory."""
    table = table.combine_chunks()
    return table_digest(table.to_batches(max_chunksize=BATCH_ROWS), table.schema)


def _bytes_of(column: pa.Array) -> Iterable[bytes]:
    """Each value self-delimiting, so that where batches end changes nothing."""
    present = column.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = pc.fill_null(column, "").cast(pa.string())
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
        lengths = np.where(present, np.diff(ends), -1).astype("<i8")
        # Lengths and text travel together per batch; batches have one fixed size, so this is repeatable.
        return (lengths.tobytes(), b"" if data is None else bytes(memoryview(data)[ends[0] : ends[-1]]))
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    values = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    stored = values.astype("<f8") if values.dtype.kind == "f" else values.astype("<i8")
    return (np.where(present, 1, 0).astype("<i1").tobytes(), stored.tobytes())


def file_digest(path: Path) -> str:
    """SHA-384 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha384").hexdigest()


def combined(parts: Mapping[str, str]) -> str:
    """One digest over named digests, in name order."""
    whole = hashlib.sha384()
    for name in sorted(parts):
        whole.update(f"{name}={parts[name]}\n".encode())
    return whole.hexdigest()
