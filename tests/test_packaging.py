"""What is installed is what is used, and the wheel has all that the program needs, and nothing of ours."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Imported by a library at run time, or by a database address: never by name in our code.
INDIRECT = {"lxml-html-clean", "psycopg"}


def plain(requirement: str) -> str:
    """The name of a requirement or distribution, normalised (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!; ]", requirement)[0]).lower()


def imported() -> set[str]:
    """The distributions that the package imports from."""
    providers, found = packages_distributions(), set()
    for path in (ROOT / "collector").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"collector"}
            found.update(plain(providers.get(top, [top])[0]) for top in tops)
    return found


def test_every_library_that_is_imported_is_declared_and_no_other():
    declared = set(map(plain, PROJECT["dependencies"]))

    assert imported() == declared - INDIRECT


@pytest.mark.parametrize("name", ["requirements.lock", "tests/requirements.lock"])
def test_a_lock_has_every_requirement_with_hashes_and_names_no_host(name):
    text = (ROOT / name).read_text("utf-8")
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + extras["build"] + (extras["test"] if name.startswith("tests") else [])
    pins = re.findall(r"^([A-Za-z0-9._-]+)==\S+.*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE)

    assert set(map(plain, wanted)) <= set(map(plain, pins))
    assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE)), "every pin has a hash"
    assert "://" not in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this checkout, beside a database that must not get in."""
    folder = tmp_path_factory.mktemp("wheel")
    data = ROOT / "db" / "data"
    data.mkdir(exist_ok=True)
    canary = data / "canary.sqlite3"
    canary.write_bytes(b"SQLite format 3\0")
    try:
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--no-build-isolation", "-w", folder, ROOT], check=True, capture_output=True)
    finally:
        canary.unlink()
    (path,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


@pytest.mark.parametrize(
    "file",
    ["feeds.yaml", "corpus/seeds.yaml", "corpus/000_5f74f048b937a400.txt", "db/env.py", "db/versions/0001_first_tables.py"],
)
def test_the_wheel_holds_migrations_seeds_and_the_starting_file(wheel, file):
    assert f"collector/shipped/{file}" in wheel


def test_the_wheel_holds_templates_and_style_sheets(wheel):
    kinds = {Path(name).suffix for name in wheel if name.startswith("collector/web/")}

    assert {".html", ".css"} <= kinds


def test_no_database_is_in_the_wheel(wheel):
    assert not [name for name in wheel if "sqlite" in name or "/data/" in name]
