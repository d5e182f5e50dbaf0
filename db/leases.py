"""Leases: who works on something now, and until when, on the database's own clock."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.expression import FunctionElement

from db.accounts import Account
from db.base import Base
from db.upsert import insert_into

LEASE_MS = 10_000


class database_ms(FunctionElement[int]):  # noqa: N801
    """Milliseconds since 1970 on the database's clock, the only one that all processes share."""

    type = BigInteger()
    inherit_cache = True


@compiles(database_ms, "sqlite")
def _sqlite_ms(_element: database_ms, _compiler: Any, **_: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(database_ms, "postgresql")
def _postgresql_ms(_element: database_ms, _compiler: Any, **_: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


class Lease(Base):
    """The right to be the only one who changes something at Stripe, such as a customer's subscriptions."""

    __tablename__ = "leases"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    until: Mapped[int] = mapped_column(BigInteger)
    """Milliseconds since 1970."""


async def hold(connection: AsyncConnection, account: Account, name: str, owner: str) -> bool:
    """Take or renew the lease. False while somebody else holds it."""
    values = {"account": account.id, "livemode": account.livemode, "name": name, "owner": owner, "me": owner}
    return bool((await connection.execute(_hold(connection.dialect.name), values)).rowcount)


@cache
def _hold(dialect: str) -> Any:
    given: dict[str, Any] = {name: bindparam(name) for name in ("account", "livemode", "name", "owner")}
    statement = insert_into(dialect, Lease).values(**given, until=database_ms() + LEASE_MS)
    return statement.on_conflict_do_update(
        index_elements=["account", "livemode", "name"],
        set_={"owner": statement.excluded.owner, "until": statement.excluded.until},
        where=or_(Lease.owner == bindparam("me", type_=Text), Lease.until <= database_ms()),
    )


async def held_until(connection: AsyncConnection, account: Account, name: str) -> int | None:
    """When the lease runs out unless it is renewed (milliseconds since 1970), whosever it is."""
    statement = select(Lease.until).where(
        Lease.account == account.id, Lease.livemode == account.livemode, Lease.name == name
    )
    return (await connection.scalars(statement)).one_or_none()


async def is_held(connection: AsyncConnection, account: Account, name: str) -> bool:
    """Whether somebody holds the lease now."""
    statement = select(Lease.until).where(
        Lease.account == account.id,
        Lease.livemode == account.livemode,
        Lease.name == name,
        Lease.until > database_ms(),
    )
    return (await connection.scalars(statement)).one_or_none() is not None


async def let_go(connection: AsyncConnection, account: Account, name: str, owner: str) -> None:
    await connection.execute(
        delete(Lease).where(
            Lease.account == account.id, Lease.livemode == account.livemode, Lease.name == name, Lease.owner == owner
        )
    )
