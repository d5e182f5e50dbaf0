"""Events as they arrived, kept before anything is done with them."""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class EventState(StrEnum):
    PENDING = "pending"
    APPLIED = "applied"
    FAILED = "failed"


class InboxEvent(Base):
    """One event of Stripe's, once by its id.

    The body is kept as bytes, since text may hold what a database refuses; client secrets are taken out.
    """

    __tablename__ = "events"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    api_version: Mapped[str | None] = mapped_column(Text)
    created: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_events_state", "account", "livemode", "state", "created"),
        Index("ix_events_created", "account", "livemode", "created"),
    )
