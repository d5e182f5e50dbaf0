"""Which Stripe account a secret key belongs to, kept so that a start without Stripe knows whose rows to serve."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Boolean, Text, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.engine import reading
from db.upsert import insert


@dataclass(frozen=True, slots=True)
class Account:
    """One Stripe account in one mode: whose rows this process reads and writes."""

    id: str
    livemode: bool


class KnownAccount(Base):
    __tablename__ = "accounts"

    key_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    """SHA-256 of the secret key, in hex: the key itself is never stored."""
    account: Mapped[str] = mapped_column(Text)
    livemode: Mapped[bool] = mapped_column(Boolean)


def hash_of(secret_key: str) -> str:
    """What a secret key is known by."""
    return hashlib.sha256(secret_key.encode()).hexdigest()


async def remember(engine: AsyncEngine, key_hash: str, account: Account) -> None:
    async with engine.begin() as connection:
        statement = insert(connection, KnownAccount).values(
            key_hash=key_hash, account=account.id, livemode=account.livemode
        )
        changed = {"account": statement.excluded.account, "livemode": statement.excluded.livemode}
        await connection.execute(statement.on_conflict_do_update(index_elements=["key_hash"], set_=changed))


async def recall(engine: AsyncEngine, key_hash: str) -> Account | None:
    async with reading(engine).connect() as connection:
        statement = select(KnownAccount.account, KnownAccount.livemode).where(KnownAccount.key_hash == key_hash)
        row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Account(row.account, row.livemode)
