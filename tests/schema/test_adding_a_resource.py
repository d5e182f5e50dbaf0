"""docs/adding-a-resource.md is true: what stands there, and nothing else, adds a resource."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.databases import Postgres

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "adding-a-resource.md"
ROOMS = ("db", "mirror", "resolvers", "schema")
MAY_CHANGE = {"db/tables/__init__.py", "schema/query.py"}


@dataclass(frozen=True)
class Block:
    """A block of code, and the file that was named last before it."""

    file: str
    language: str
    text: str


def blocks() -> Iterator[Block]:
    file = ""
    parts = re.finditer(r"^`([\w/.]+)`$|^```(\w+)\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    for part in parts:
        if part[1]:
            file = part[1]
        else:
            yield Block(file, part[2], part[3])


def head() -> str:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    found = ScriptDirectory.from_config(config).get_current_head()
    assert found is not None
    return found


def changed(block: Block, text: str) -> str:
    """The text with what the block says changed: lines with a plus come, lines with a minus go."""
    lines = block.text.splitlines()
    before = "\n".join(line[1:] for line in lines if line[0] != "+")
    assert text.count(before) == 1, f"{block.file} does not hold once: {before}"
    return text.replace(before, "\n".join(line[1:] for line in lines if line[0] != "-"))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the resource added."""
    folder = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).parent / "added_resource.py", folder / "story.py")
    for block in blocks():
        target = folder / block.file
        match block.language:
            case "python":
                assert not target.exists()
                # The number in the document is an example.
                target.write_text(block.text.replace('down_revision = "0041"', f'down_revision = "{head()}"'))
            case "diff":
                assert block.file in MAY_CHANGE
                target.write_text(changed(block, target.read_text()))
            case "json":
                (folder / "example.json").write_text(block.text)
    return folder


def run(copy: Path, *arguments: str) -> str:
    """What Python prints in the copy, which is the project that it imports there."""
    told = subprocess.run(
        [sys.executable, *arguments], cwd=copy, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_an_added_resource_is_mirrored_read_paged_and_deleted_on_sqlite(copy: Path, tmp_path: Path) -> None:
    run(copy, "story.py", f"sqlite:///{tmp_path}/new.db", "example.json")


def test_an_added_resource_is_mirrored_read_paged_and_deleted_on_postgresql(copy: Path, postgres: Postgres) -> None:
    with postgres.database(with_schema=False) as url:
        run(copy, "story.py", url, "example.json")


def test_it_takes_a_table_a_type_a_migration_a_line_in_the_list_and_two_queries() -> None:
    added = {block.file for block in blocks() if block.language == "python"}
    assert added == {"db/tables/disputes.py", "schema/dispute.py", "db/migrations/versions/0042_disputes.py"}
    edited = {block.file for block in blocks() if block.language == "diff"}
    assert edited == MAY_CHANGE
    fields = [line for block in blocks() if block.file == "schema/query.py" for line in block.text.splitlines()]
    assert len([line for line in fields if line.startswith("+    ")]) == 2


def test_the_contract_of_the_copy_differs_by_the_resource_alone(copy: Path) -> None:
    printed = run(copy, "-c", "from schema import print_contract; print(print_contract())").splitlines()
    before = (ROOT / "schema" / "schema.graphql").read_text().splitlines()
    assert [line for line in before if line not in printed] == []
    assert "type Dispute implements Node {" in printed
    assert "  ): DisputeConnection! @operator" in printed


def test_the_code_in_the_document_is_in_the_style_of_the_project(copy: Path) -> None:
    files = sorted({block.file for block in blocks() if block.language in ("python", "diff")})
    shutil.copy(ROOT / "pyproject.toml", copy)
    run(copy, "-m", "ruff", "check", "--no-cache", *files)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", *files)
