"""Fixtures for every room: real databases, the sandbox, and the server between them, over real HTTP.

`database_url` runs a test on SQLite and on PostgreSQL, and so does everything that stands on it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from server.event_loop import collect_seldom
from server.settings import Settings
from tests.databases import Postgres, SQLite
from tests.serving import any_unused_port

# A busy machine is no failure.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_collection_finish() -> None:
    """All that was imported would be looked through again and again for garbage, which it is not."""
    collect_seldom()


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """One PostgreSQL server for the whole run, all workers of it."""
    return Postgres(os.environ.get("PYTEST_XDIST_TESTRUNUID"))


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SQLite:
    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A fresh PostgreSQL database with the schema."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database with the schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite").database()
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and an environment without our settings."""
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unused_port() -> int:
    """A port on which nothing listens."""
    return any_unused_port()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have measured, and hold against nobody."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "told":
                terminalreporter.write_line(f"{report.nodeid}: {value}")
