"""How a database that is away shows, and how a statement that is wrong."""

import sqlite3

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

# SQLAlchemy wraps what goes wrong on a connection, and lets pass what goes wrong on the way to one.
DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
    TimeoutError,
    sqlite3.OperationalError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


class StatementFailed(Exception):
    """The database took a statement and refused it: a mistake of ours, and no reason to try again."""
