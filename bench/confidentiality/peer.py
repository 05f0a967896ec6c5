"""One table by a peer, in the peer's own environment; prints its seconds as JSON.

`peers/bin/python bench/confidentiality/peer.py acro|cell-key DATA.npz`
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time

import numpy as np
import pandas as pd


def acro_table(data: pd.DataFrame) -> int:
    """A suppressed crosstab by acro."""
    from acro import ACRO

    session = ACRO(suppress=True)
    found = session.crosstab(data["region"], [data["age"], data["sex"]])
    return int(found.size)


def cell_key_table(data: pd.DataFrame) -> int:
    """A perturbed table by the ONS package, with its own ten-five rule."""
    from cell_key_perturbation.create_perturbed_table import create_perturbed_table
    from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule

    found = create_perturbed_table(
        data=data, ptable=generate_ptable_10_5_rule(), geog=["region"], tab_vars=["age", "sex"],
        record_key="record_key",
    )  # fmt: skip
    return len(found)


def main() -> None:
    """Time the table, without starting Python or reading the file."""
    kind, path = sys.argv[1:]
    data = pd.DataFrame(dict(np.load(path)))  # words become Python's own, as pandas reads them from a file
    if kind == "cell-key":
        data["record_key"] = np.random.default_rng(2025).integers(0, 256, len(data))
    os.chdir(tempfile.mkdtemp())
    made = {"acro": acro_table, "cell-key": cell_key_table}[kind]
    with contextlib.redirect_stdout(io.StringIO()):
        wall, cpu = time.perf_counter(), time.process_time()
        cells = made(data)
        seconds = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall": seconds[0], "cpu": seconds[1], "cells": cells}))


if __name__ == "__main__":
    main()
