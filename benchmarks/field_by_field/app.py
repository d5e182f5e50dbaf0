"""The queries, and the ASGI application that uvicorn starts: settings DATABASE_URL and ACCOUNT."""

import base64
import os
from typing import Any

import strawberry
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from benchmarks.bearer import BearerCheck
from benchmarks.field_by_field.loaders import Rows
from benchmarks.field_by_field.types import Customer, Customers, Info, PageInfo
from db import tables
from db.engine import database_url
from schema.scalars import SCALARS


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, info: Info, id: strawberry.ID) -> Customer | None:
        row = await info.context.one(tables.Customer, id)
        return row and Customer.of(row)

    @strawberry.field
    async def customers(self, info: Info, first: int = 20, after: str | None = None) -> Customers:
        table = tables.Customer
        newest = (table.created.desc(), table.id.desc())
        statement = select(table).where(*info.context.owned(table), table.deleted.is_(False)).order_by(*newest)
        if after is not None:
            created, _, id = base64.b64decode(after).decode().partition(" ")
            statement = statement.where(tuple_(table.created, table.id) < tuple_(int(created), id))
        async with info.context.sessions() as session:
            rows = (await session.scalars(statement.limit(first + 1))).all()
        page = rows[:first]
        end = base64.b64encode(f"{page[-1].created} {page[-1].id}".encode()).decode() if page else None
        return Customers(
            nodes=[Customer.of(row) for row in page],
            page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=end),
        )


class App(GraphQL[Rows, None]):
    def __init__(self, schema: strawberry.Schema, sessions: async_sessionmaker[AsyncSession], account: str) -> None:
        super().__init__(schema, graphql_ide=None)
        self._sessions = sessions
        self._account = account

    async def get_context(self, request: Any, response: Any) -> Rows:
        return Rows(self._sessions, self._account)


def app() -> BearerCheck:
    engine = create_async_engine(database_url(os.environ["DATABASE_URL"]), pool_size=16)
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    return BearerCheck(App(schema, async_sessionmaker(engine, expire_on_commit=False), os.environ["ACCOUNT"]))
