"""Runs reads: one statement an operation, and another where one would be nested too deeply for the database."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Text, cast, select

from db.engine import reading
from resolvers.context import Context
from resolvers.reading.compiler import Compiler
from resolvers.reading.deferred import Deferred
from resolvers.reading.piece import Piece
from resolvers.reading.scope import Request
from resolvers.reading.selection import Selected
from resolvers.reading.sources import Declarations


class Reader:
    """Reads what is selected, by the declarations of the schema."""

    def __init__(self, declarations: Declarations) -> None:
        self.declarations = declarations

    async def read(self, context: Context, fields: Sequence[Selected]) -> dict[str, Any]:
        """The fields of a query's root, by response key."""
        compiler = self._compiler(context)
        values = await self._run(context, compiler, compiler.roots(fields))
        return dict(zip([field.response_key for field in fields], values, strict=True))

    async def read_by_id(self, context: Context, wanted: Sequence[tuple[Selected, str]]) -> list[Any]:
        """Objects by ids that the product itself handed on, each with what is selected below its field."""
        compiler = self._compiler(context)
        of_field: dict[tuple[int, ...], Deferred] = {}
        places = []
        for field, object_id in wanted:
            written = tuple(id(node) for node in field.nodes)
            if written not in of_field:
                of_field[written] = compiler.deferred(field)
            places.append((of_field[written], object_id, of_field[written].place(object_id)))
        await self._fill(context, list(of_field.values()))
        return [None if object_id in deferred.places else place for deferred, object_id, place in places]

    def _compiler(self, context: Context) -> Compiler:
        return Compiler(self.declarations, Request.of(context))

    async def _run(self, context: Context, compiler: Compiler, pieces: Sequence[Piece]) -> list[Any]:
        values = await self._fetch(context, pieces)
        await self._fill(context, [each for each in compiler.left_over if each.places])
        return values

    async def _fill(self, context: Context, deferred: Sequence[Deferred]) -> None:
        if not deferred:
            return
        compiler = self._compiler(context)
        found = await self._run(context, compiler, [compiler.rows(each) for each in deferred])
        for each, rows in zip(deferred, found, strict=True):
            each.fill(rows)

    async def _fetch(self, context: Context, pieces: Sequence[Piece]) -> list[Any]:
        # SQLite's JSON functions answer with text; PostgreSQL's json is cast, so that the driver does not parse it.
        statement = select(*(cast(piece.sql, Text).label(f"c{index}") for index, piece in enumerate(pieces)))
        async with reading(context.services.engine).connect() as connection:
            row = (await connection.execute(statement)).one()
        values = [None if text is None else orjson.loads(text) for text in row]
        return [piece.finish(value) if piece.finish else value for piece, value in zip(pieces, values, strict=True)]
