"""Imports point one way, rooms are shipped, and nothing in the repository belongs to one machine."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "db": set(),
    "mirror": {"db"},
    "resolvers": {"db", "mirror"},
    "schema": {"db", "mirror", "resolvers"},
    "webhooks": {"db", "mirror"},
    "sandbox": set(),
    "server": {"db", "mirror", "resolvers", "schema", "webhooks", "sandbox"},
}
# The hosts are spelled in two halves, so that this file does not name them either.
ELSEWHERE = re.compile(
    r"/(?:root|home|Users|work|opt|tmp|mnt)/\w|[A-Z]:\\\\|py"
    + r"pi\.|python"
    + r"hosted|npm"
    + r"js\.|index-url=|find-links="
)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path."""
    paths = [path for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def imports(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def imported_rooms(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in imports(tree):
        names.update([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    return {name.partition(".")[0] for name in names} & MAY_IMPORT.keys()


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_a_room_imports_only_rooms_to_its_right() -> None:
    wrong = {}
    for path, tree in modules().items():
        room = path.partition("/")[0]
        if others := imported_rooms(tree) - MAY_IMPORT[room] - {room}:
            wrong[path] = others
    assert wrong == {}


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in imports(function)
    ]
    assert inside == []


def test_only_the_gateway_makes_a_client_of_stripe() -> None:
    makers = {
        path.rpartition("/")[0]
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and "StripeClient" in node.attr)
        or (isinstance(node, ast.Name) and "StripeClient" in node.id)
    }
    assert makers == {"mirror/gateway"}


def test_every_room_is_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == MAY_IMPORT.keys()


def test_the_tests_have_everything_that_the_product_has() -> None:
    def pinned(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))

    assert pinned("requirements.txt") <= pinned("requirements-test.txt")


def test_no_file_names_a_place_of_one_machine_or_a_package_registry() -> None:
    found = {}
    for path in tracked_files():
        if path == Path(__file__) or path.suffix in {".png", ".ico"} or not path.is_file():
            continue
        if match := ELSEWHERE.search(path.read_text()):
            found[str(path.relative_to(ROOT))] = match.group()
    assert found == {}
