"""The schema's history leads to the tables that the code declares."""

from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.base import Base
from db.engine import create_engine
from db.migrations import migrate
from db.schema_version import schema_is_current
from db.subscribers import Subscriber
from db.tables import RESOURCES, StoredObject

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """On a database that has been migrated."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


async def test_migrations_and_models_agree(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_migrated_schema_is_current_and_migrating_again_changes_nothing(engine: AsyncEngine) -> None:
    assert await schema_is_current(engine)
    await migrate(engine)
    assert await schema_is_current(engine)


async def test_a_schema_without_its_migrations_is_behind(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
    assert not await schema_is_current(engine)


async def test_a_schema_that_a_newer_version_migrated_still_serves(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    assert await schema_is_current(engine)


async def test_the_text_of_the_mirror_sorts_by_code_point(postgres_url: str) -> None:
    """The tests have no PostgreSQL whose own order differs, so the columns are asked."""
    engine = create_engine(postgres_url)
    tables = [*(table.__tablename__ for table in RESOURCES), StoredObject.__tablename__, Subscriber.__tablename__]
    question = text(
        "SELECT count(*), count(*) FILTER (WHERE collation_name = 'C') FROM information_schema.columns "
        "WHERE data_type = 'text' AND table_name = ANY(:tables)"
    )
    async with engine.connect() as connection:
        every, by_code_point = (await connection.execute(question, {"tables": tables})).one()
    await engine.dispose()
    assert every == by_code_point > 100
