"""The house: which file stands on which floor, and that imports go down only."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "collector"

# The first name below collector/ decides; a new file must be given its floor here.
FLOORS = {
    0: {"__init__", "errors", "model", "shipped"},
    1: {
        "addresses", "cadence", "config", "copies", "current", "draft", "extract", "hostlines", "ingest", "judge", "match", "parse",
        "publish", "revisions", "silence", "similar", "telling", "text", "why",
    },
    2: {"batching", "export", "fetch", "log", "loop", "metrics", "pace", "robots", "store", "watch", "workers"},
    3: {
        "channels", "check", "collect", "discover", "doctor", "grouping", "pages", "plan", "poll", "replay", "revisit", "seeds",
        "static", "tracing",
    },
    4: {"scheduler", "web"},
    5: {"app", "service"},
    6: {"__main__", "cli"},
}  # fmt: skip
FLOOR = {name: floor for floor, names in FLOORS.items() for name in names}

PURE = {"aiohttp", "asyncio", "httpx", "requests", "socket", "sqlalchemy", "sqlite3", "psycopg", "time", "random", "subprocess"}
SOLE_USERS = {
    "feedparser": {"parse"}, "trafilatura": {"extract"}, "feedgen": {"publish"}, "aiohttp": {"fetch"}, "sqlalchemy": {"store"},
    "alembic": {"store"}, "nh3": {"text"}, "apscheduler": {"scheduler"}, "fastapi": {"web", "service"}, "uvicorn": {"web"},
    "typer": {"cli"}, "htmldate": {"extract"}, "protego": {"robots"}, "listparser": {"publish"}, "courlan": {"addresses"}, "re2": {"match"},
}  # fmt: skip


def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts)] = ast.parse(path.read_text("utf-8"))
    return found


MODULES = modules()


def imports(name: str, tree: ast.Module, *, at_start: bool = False) -> set[str]:
    """What a module imports, as absolute names; with `at_start` only what is imported when it is."""
    nodes = _run_at_start(tree) if at_start else ast.walk(tree)
    package = name.removesuffix(".__init__").split(".") if name.endswith("__init__") else name.split(".")[:-1]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def _run_at_start(tree: ast.Module):
    """The statements that run when a module is imported: not those in functions, nor those for type checkers."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        todo.extend(ast.iter_child_nodes(node))


def room(dotted: str) -> str:
    """The first name below collector/: "collector.store.feeds" is in the room "store"."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def own(names: set[str]) -> set[str]:
    """The modules of this package among imported names."""
    known = {name.removesuffix(".__init__") for name in MODULES}
    found = set()
    for name in names:
        while name.startswith("collector") and name not in known:
            name = name.rpartition(".")[0]
        if name.startswith("collector."):
            found.add(name)
    return found


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_from_its_own_floor_or_lower_ones(name):
    assert room(name) in FLOOR, f"{name} has no floor yet: give it one in FLOORS"
    mine = FLOOR[room(name)]

    above = {target for target in own(imports(name, MODULES[name])) if FLOOR[room(target)] > mine}

    assert not above, f"{name} (floor {mine}) imports from above"


def test_no_imports_run_in_a_circle():
    graph = {
        name.removesuffix(".__init__"): own(imports(name, tree, at_start=True)) - {name.removesuffix(".__init__")}
        for name, tree in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        pytest.fail(" -> ".join(exc.args[1]))


@pytest.mark.parametrize("name", sorted(n for n in MODULES if FLOOR.get(room(n), 9) <= 1))
def test_the_pure_floors_know_no_network_no_database_no_clock(name):
    tree = MODULES[name]
    libraries = {target.split(".")[0] for target in imports(name, tree)}
    asynchronous = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    clock = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today", "environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date", "os")
    ]  # fmt: skip

    assert not libraries & PURE
    assert not asynchronous
    assert not clock


def test_fetch_workers_and_store_do_not_know_each_other():
    apart = {"fetch", "workers", "store"}
    for name, tree in MODULES.items():
        if room(name) in apart:
            others = {room(target) for target in own(imports(name, tree))} & (apart - {room(name)})
            assert not others, f"{name} knows {others}"


@pytest.mark.parametrize(("library", "rooms"), sorted(SOLE_USERS.items()))
def test_each_foreign_library_sits_behind_one_room(library, rooms):
    users = {
        room(name)
        for name, tree in MODULES.items()
        if any(target == library or target.startswith(f"{library}.") for target in imports(name, tree))
    }

    assert users <= rooms
