"""Imports point down only: the floors of the house, held."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "linkwell"

# Bottom to top. Rooms on one floor do not import one another.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("standards",),
    ("vault",),
    ("ledger",),
    ("reading", "documents"),
    ("confidentiality",),
    ("forecast",),
    ("specification",),
    ("checking",),
    ("bulk",),
    ("primer",),
    ("supply",),
    ("intake", "linkage"),
    ("integration",),
    ("lab",),
    ("insights",),
    ("pages",),
    ("custody",),
    ("portal", "desk"),
    ("synthetic",),
    ("cli",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
LIBRARY_TOP = FLOOR_OF["insights"]
PROVIDER_ROOMS = (
    *("standards", "vault", "ledger", "reading", "forecast", "specification"),
    *("checking", "primer", "supply"),
)
CUSTODIAN_ONLY = {"numpy", "pyarrow", "duckdb", "scipy", "altair", "vl_convert", "pandas", "statsmodels"}
UNIX_ONLY = {"resource", "fcntl", "pwd", "grp", "termios", "pty"}


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            if node.module == "linkwell":
                names.update(f"linkwell.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in FLOOR_OF, f"the room {room} has no floor: add it to FLOORS and to the design"
    for name in imported(ast.parse(path.read_text("utf-8"))):
        if not name.startswith("linkwell."):
            continue
        other = name.split(".")[1]
        if other == room:
            continue
        assert FLOOR_OF[other] < FLOOR_OF[room], f"{path.name} ({room}) imports {name}, which is not below it"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_the_library_knows_nothing_of_django(path: Path) -> None:
    if FLOOR_OF.get(room_of(path), 0) > LIBRARY_TOP:
        return
    assert not {n.split(".")[0] for n in imported(ast.parse(path.read_text("utf-8")))} & {
        "django",
        "django_tasks",
    }


def top_level_imports(tree: ast.Module) -> set[str]:
    return {
        name.split(".")[0]
        for statement in tree.body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for name in imported(ast.Module([statement], []))
    }


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) in PROVIDER_ROOMS], ids=lambda p: p.name)
def test_the_providers_rooms_load_without_the_custodians_or_unix_only_parts(path: Path) -> None:
    found = top_level_imports(ast.parse(path.read_text("utf-8")))
    assert not found & (CUSTODIAN_ONLY | UNIX_ONLY)
