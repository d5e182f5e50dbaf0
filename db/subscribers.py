"""Who pays as which customer: the link between the product's own subscriber ids and Stripe's customers."""

from sqlalchemy import BigInteger, Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import TEXT, Base


class Subscriber(Base):
    """The reservation row: one live customer per account, mode and subscriber.

    It is there before the customer is. `generation` goes up when the customer is purged, so that the next one is
    created under another idempotency key.
    """

    __tablename__ = "subscribers"

    account: Mapped[str] = mapped_column(TEXT, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    subscriber: Mapped[str] = mapped_column(TEXT, primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    customer: Mapped[str | None] = mapped_column(TEXT)

    __table_args__ = (Index("ix_subscribers_customer", "account", "livemode", "customer"),)
