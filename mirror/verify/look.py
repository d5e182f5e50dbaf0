"""A look at objects, at Stripe and here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.engine import reading
from mirror.asking import Asking
from mirror.equality import OWNERS, differing_columns, differing_fields
from mirror.errors import NotFetchable, NotFound
from mirror.gateway import Gateway
from mirror.gateway.lists import COMES_WITH, LISTED
from mirror.held import held_objects
from mirror.known import TABLES, Known, known_objects
from mirror.stored import MIRRORED_TYPES, Key, Stored, is_cut_short, stored_forms
from mirror.verify.finding import Finding, Problem

LOOKS = 4
"""How often an object is looked at that changes here while Stripe is asked."""


class Look:
    """Compares single objects, each with what it consists of."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, account: Account, subscriber_key: str) -> None:
        self._engine = engine
        self._asking = Asking(gateway)
        self.account = account
        self._subscriber_key = subscriber_key

    async def at_page(self, page: Sequence[dict[str, Any]]) -> dict[Key, list[Finding]]:
        """What differs between objects of a list and here, by object. Typed columns are not looked at."""
        forms: dict[Key, tuple[Key, Stored]] = {}
        for each in page:
            asked = Key(each["object"], each["id"])
            # A list within a list is cut short.
            data = (await self._asking.ask(asked))[0].data if is_cut_short(each) else each
            forms |= {form.key: (asked, form) for form in self._concerned(asked, data)}
        async with reading(self._engine).connect() as connection:
            known = await known_objects(connection, self.account, forms)
        found: dict[Key, list[Finding]] = {}
        for asked, form in forms.values():
            # It is not there when what it was found in is fetched alone.
            asked = form.key if form.key.type == "payment_method" else asked
            if finding := _compared(asked, form.key, form, known.get(form.key)):
                found.setdefault(asked, []).append(finding)
        return found

    async def at(self, asked: Key) -> list[Finding]:
        """What differs between an object, asked of Stripe now, and here. Typed columns are not looked at.

        Raises the gateway's errors.
        """
        found: list[Finding] = []
        for _ in range(LOOKS):
            before = await self._revisions(asked)
            forms = await self._now(asked)
            found = [] if forms is None else await self._found(asked, forms)
            if await self._revisions(asked) == before:
                break
        return found

    async def at_columns(self, keys: Iterable[Key]) -> dict[Key, Finding]:
        """Objects whose typed columns are not what their JSON says. Stripe is not asked."""
        async with reading(self._engine).connect() as connection:
            held = await held_objects(connection, self.account, keys, subscriber_key=self._subscriber_key)
        return {
            key: Finding(key, Problem.COLUMNS, key, tuple(differences))
            for key, each in held.items()
            if (differences := differing_columns(each))
        }

    async def missing(self, keys: Sequence[Key]) -> set[Key]:
        """Those of the keys under which nothing is stored."""
        async with reading(self._engine).connect() as connection:
            return set(keys) - (await known_objects(connection, self.account, keys)).keys()

    async def _found(self, asked: Key, forms: Mapping[Key, Stored]) -> list[Finding]:
        async with reading(self._engine).connect() as connection:
            rows = await self._rows(connection, asked)
            known = await known_objects(connection, self.account, {asked, *rows, *forms})
        compared = [
            _compared(asked, key, forms.get(key), known.get(key), rows.get(key)) for key in {**rows, **known, **forms}
        ]
        return [finding for finding in compared if finding]

    async def _now(self, asked: Key) -> dict[Key, Stored] | None:
        """What Stripe has: nothing where it is gone. None for what Stripe cannot be asked for."""
        try:
            (answer,) = await self._asking.ask(asked)
        except NotFetchable:
            return None
        except NotFound:
            return {}
        return {form.key: form for form in self._concerned(asked, answer.data)}

    def _concerned(self, asked: Key, data: dict[str, Any]) -> Iterable[Stored]:
        """The object and what it consists of; what has a list of its own is compared with that."""
        for form in stored_forms(data):
            parts = form.key.type in MIRRORED_TYPES and form.key.type not in LISTED
            # Payment methods that no customer keeps are in no list.
            kept_by_nobody = form.key.type == "payment_method" and form.data.get("customer") is None
            if form.key == asked or parts or kept_by_nobody:
                yield form

    async def _rows(self, connection: AsyncConnection, asked: Key) -> dict[Key, bool]:
        """The typed rows of the object and of its parts, and whether they are marked deleted."""
        account = self.account
        found: dict[Key, bool] = {}
        for type, column in ((asked.type, "id"), *((part, owner) for part, (owner, _) in OWNERS.items())):
            if type not in TABLES or (column != "id" and column != asked.type):
                continue
            table = TABLES[type].__table__
            statement = select(table.c.id, table.c.deleted).where(
                table.c.account == account.id, table.c.livemode == account.livemode, table.c[column] == asked.id
            )
            found |= {Key(type, id): deleted for id, deleted in await connection.execute(statement)}
        return found

    async def _revisions(self, asked: Key) -> dict[Key, int]:
        async with reading(self._engine).connect() as connection:
            keys = {asked, *await self._rows(connection, asked)}
            return {key: known.revision for key, known in (await known_objects(connection, self.account, keys)).items()}


def asked_for(key: Key, data: Mapping[str, Any]) -> Key:
    """What Stripe is asked for to learn about an object: the object, or what it comes with."""
    for owner in COMES_WITH.get(key.type, ()):
        if isinstance(id := data.get(owner), str):
            return Key(owner, id)
    return key


def _compared(
    asked: Key, key: Key, form: Stored | None, known: Known | None, row_deleted: bool | None = None
) -> Finding | None:
    """`row_deleted` is what a typed row says that may be there without its JSON; None where there is none."""
    there = form is not None and not form.deleted
    if known is None:
        if there:
            return Finding(key, Problem.MISSING, asked)
        return Finding(key, Problem.GONE, asked) if row_deleted is False else None
    if there and known.deleted:
        # One that was taken off its subscription is still told by the invoices that it was on.
        return None if key.type == "discount" else Finding(key, Problem.BURIED, asked)
    if not there:
        return None if known.deleted else Finding(key, Problem.GONE, asked)
    assert form is not None
    differences = tuple(differing_fields(form, known.data, deleted=known.deleted))
    return Finding(key, Problem.DIFFERENT, asked, differences) if differences else None
