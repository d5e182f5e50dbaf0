"""What PostgreSQL plans by: kept true while tables grow faster than its own caretaker looks.

Autovacuum looks once a minute. Until then a statement that was prepared when its table was empty scans the whole table,
every time it is executed, and a mirror is filled in less than a minute.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.base import Base
from db.engine import reading

LEAST_CHANGES = 500
"""Rows; below, no plan is bad."""

OUTGROWN = text("""
    SELECT format('%I.%I', pg_namespace.nspname, pg_class.relname)
    FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_class.oid IN (SELECT to_regclass(quote_ident(name)) FROM unnest(CAST(:tables AS TEXT[])) AS name)
        AND pg_has_role(pg_class.relowner, 'USAGE')
        AND pg_stat_get_mod_since_analyze(pg_class.oid) > greatest(pg_class.reltuples, CAST(:least AS BIGINT))
    ORDER BY 1
""")


async def renew(engine: AsyncEngine) -> list[str]:
    """Look anew at the tables that changed by more than they held when they were looked at last; which those were.

    On SQLite none: it plans without. A table that is being looked at by another process is left to that one.
    """
    if engine.dialect.name != "postgresql":
        return []
    async with reading(engine).connect() as connection:
        asked = {"tables": list(Base.metadata.tables), "least": LEAST_CHANGES}
        outgrown = list(await connection.scalars(OUTGROWN, asked))
        for table in outgrown:
            await connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {table}")
    return outgrown
