"""Runs what was compiled."""

from collections.abc import Mapping, Sequence
from typing import Any

from resolvers.context import Context
from resolvers.reading.compiler import Compiler
from resolvers.reading.dialects import dialect_of
from resolvers.reading.finishing import unfinished
from resolvers.reading.limits import Limits
from resolvers.reading.plan import Plan, written
from resolvers.reading.scope import Shape
from resolvers.reading.selection import Selected
from resolvers.reading.sources import Declarations
from resolvers.reading.values import Frame, Given


def shape_of_request(context: Context) -> Shape:
    """What statements for this request depend on."""
    return Shape(dialect_of(context.services.engine), context.caller.is_operator, context.services.policy)


def frame_of(context: Context, variables: Mapping[str, Any]) -> Frame:
    account = context.services.account
    return Frame(variables, account.id, account.livemode, context.caller.id, context.now)


class Reader:
    """Reads what is selected, by the declarations of the schema."""

    def __init__(self, declarations: Declarations, limits: Limits) -> None:
        self.declarations = declarations
        self.limits = limits

    async def run(self, context: Context, plan: Plan, frame: Frame, *, often: bool) -> str:
        """What the plan's statement tells: the text of an operation's data, mostly finished.

        Raises GraphQLError for values that cannot be asked, and what `db.reads` raises.
        """
        if not plan.sql:
            return plan.constant
        values = [(name, get(frame)) for name, get in plan.values]
        return await context.services.reads.text(plan.sql, values, short=plan.short, often=often)

    async def read_by_id(self, context: Context, wanted: Sequence[tuple[Selected, str]]) -> list[Any]:
        """Objects by ids that the product itself handed on, each with what is selected below its field.

        One statement finds them all; null stands for one that is not here.
        """
        asked: dict[tuple[int, ...], tuple[Selected, list[str]]] = {}
        places = []
        for field, object_id in wanted:
            written_at = tuple(id(node) for node in field.nodes)
            _, ids = asked.setdefault(written_at, (field, []))
            ids.append(object_id)
            places.append((written_at, object_id))
        found = await self._find(context, list(asked.values()))
        by_field = dict(zip(asked, found, strict=True))
        return [by_field[written_at].get(object_id) for written_at, object_id in places]

    async def _find(self, context: Context, asked: Sequence[tuple[Selected, list[str]]]) -> list[dict[str, Any]]:
        frame = frame_of(context, asked[0][0].operation.variables.coerced)
        compiler = Compiler(self.declarations, shape_of_request(context), self.limits, frame)
        statement = compiler.by_ids([(field, Given(_known(ids))) for field, ids in asked])
        sql, gets = written(statement, compiler)
        values = [(name, get(frame)) for name, get in gets]
        text = await context.services.reads.text(sql, values, short=True, often=False)
        return [dict(pairs) for pairs in unfinished(text)]


def _known(ids: list[str]) -> Any:
    return lambda _frame: ids
