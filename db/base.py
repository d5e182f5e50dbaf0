"""The declarative base that every table shares."""

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that compares and sorts by code point, as SQLite does it: every database and every locale agree."""


class Base(DeclarativeBase):
    """One metadata, with constraint names that are the same on every database, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
