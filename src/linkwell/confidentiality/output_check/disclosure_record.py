"""The disclosure record of a set of outputs: what was checked, under which rules, and what came of it.

Machine-readable, kept with each release (SATRE 3.3.09). It names files, cells and rules, never a value.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from linkwell.confidentiality.output_check.check import Checked
from linkwell.confidentiality.output_check.findings import rules
from linkwell.ledger import digest
from linkwell.vault.zones import written_whole

FORMAT = "linkwell disclosure record 1"


def disclosure_record(checked: Checked) -> dict[str, Any]:
    """The record as plain data; the same files under the same rules give the same record."""
    used = sorted(
        {finding.rule for finding in checked.findings} | {r for c in checked.columns for r in c.tested}
    )
    body: dict[str, Any] = {
        "format": FORMAT,
        "standard": "SATRE 3.3.09",
        "verdict": checked.verdict.value,
        "profile": {
            "name": checked.profile.name,
            "title": checked.profile.title,
            "digest": checked.profile.digest,
        },
        "files": [{**asdict(each), "verdict": each.verdict.value} for each in checked.files],
        "columns": [
            {
                **asdict(each),
                "verdict": each.verdict.value,
                "tested": list(each.tested),
                "cells": list(each.cells),
            }
            for each in checked.columns
        ],
        "findings": [finding.as_dict() for finding in checked.findings],
        "rules": {
            name: {key: value for key, value in asdict(rules()[name]).items() if key in ("what", "source")}
            for name in used
        },
    }
    return {**body, "digest": digest(body)}


def write_record(checked: Checked, path: Path) -> None:
    """Write the record as JSON."""
    with written_whole(path) as part:
        part.write_text(json.dumps(disclosure_record(checked), ensure_ascii=False, indent=1) + "\n", "utf-8")
