"""How a database that is away shows."""

import asyncpg
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

# SQLAlchemy wraps what goes wrong on a connection, and lets pass what goes wrong on the way to one.
DATABASE_AWAY = (OperationalError, InterfaceError, TimeoutError, asyncpg.PostgresError, OSError)
