"""What one request reads: each kind of question has its DataLoader."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader

from db.tables import Mirrored


class Rows:
    def __init__(self, sessions: async_sessionmaker[Any], account: str) -> None:
        self.sessions = sessions
        self._account = account
        self._loaders: dict[tuple[Any, ...], DataLoader[str, Any]] = {}

    def owned(self, table: type[Mirrored]) -> tuple[ColumnElement[bool], ...]:
        return table.account == self._account, table.livemode.is_(False)

    async def one(self, table: type[Mirrored], id: str | None) -> Any:
        return None if id is None else await self._loader(self._ones, table).load(id)

    async def children(self, table: type[Mirrored], column: str, parent: str, size: int | None = None) -> list[Any]:
        """The children, newest first; those of many parents are read at once."""
        rows: list[Any] = await self._loader(self._children, table, column, size).load(parent)
        return rows

    def _loader(self, load: Callable[..., Any], *what: Any) -> DataLoader[str, Any]:
        if what not in self._loaders:
            self._loaders[what] = DataLoader(lambda keys: load(keys, *what))
        return self._loaders[what]

    async def _ones(self, ids: list[str], table: type[Mirrored]) -> list[Any]:
        async with self.sessions() as session:
            rows = await session.scalars(select(table).where(*self.owned(table), table.id.in_(ids)))
            found = {row.id: row for row in rows}
        return [found.get(id) for id in ids]

    async def _children(
        self, parents: list[str], table: type[Mirrored], column: str, size: int | None
    ) -> list[list[Any]]:
        parent = getattr(table, column)
        newest = (table.created.desc(), table.id.desc())
        statement = select(table).where(*self.owned(table), parent.in_(parents), table.deleted.is_(False))
        if size is None:
            statement = statement.order_by(*newest)
        else:
            place = func.row_number().over(partition_by=parent, order_by=newest).label("place")
            placed = statement.add_columns(place).subquery()
            row = aliased(table, placed)
            statement = select(row).where(placed.c.place <= size).order_by(placed.c.place)
        found: dict[str, list[Any]] = {id: [] for id in parents}
        async with self.sessions() as session:
            for child in await session.scalars(statement):
                found[getattr(child, column)].append(child)
        return list(found.values())
