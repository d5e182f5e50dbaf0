from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean
from sqlalchemy.orm import Mapped, mapped_column

from db.base import TEXT, Base


class StoredObject(Base):
    """Stripe's JSON of every object that passed the door, known type or not, in its one stored form.

    Stripe's ids are unique per type only, so the type is part of the key; objects without an id have the id "".
    `earliest` and `latest` are whole seconds on Stripe's clock between which the object was true; `revision` goes up
    with every write, so that a decision can tell whether what it was based on still stands.
    """

    __tablename__ = "objects"

    account: Mapped[str] = mapped_column(TEXT, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    type: Mapped[str] = mapped_column(TEXT, primary_key=True)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    api_version: Mapped[str] = mapped_column(TEXT)
    earliest: Mapped[int] = mapped_column(BigInteger)
    latest: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(Boolean)
