"""The process that takes a workbook apart: limited in memory and time, so a hostile file harms only itself.

Run as `python -P -m linkwell.confidentiality.output_check.workbook_child`, one JSON line of orders on
standard input; one JSON object comes back.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from linkwell.reading.workbook_child import limit_process


def main() -> None:
    """Obey one order: {"path", "memory_bytes", "cpu_seconds"}."""
    from linkwell.confidentiality.output_check.workbook_parts import read_parts

    order = json.loads(sys.stdin.readline())
    limit_process(order["memory_bytes"], order["cpu_seconds"])
    try:
        answer = read_parts(Path(order["path"]))
    except MemoryError:
        answer = {"fault": "memory"}
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, IndexError, RuntimeError,
            NotImplementedError, EOFError, OSError, RecursionError):  # fmt: skip
        answer = {"fault": "damaged"}
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    json.dump(answer, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
