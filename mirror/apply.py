"""The one door into the mirror: every object enters here, from whichever road it comes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.columns import at
from db.engine import reading
from db.tables import InvoiceItem, InvoicePayment
from mirror.arrivals import Arrivals, revision
from mirror.background import Background
from mirror.census import Census
from mirror.errors import NotFetchable, NotFound
from mirror.gateway import API_VERSION, Answer, Gateway
from mirror.order import Decision, Seen
from mirror.references import missing_references
from mirror.stored import KEPT_WHEN_ABSENT, Key, Stored, is_cut_short, stored_forms
from mirror.write import Known, Writer, known_objects

log = structlog.get_logger()

Also = Callable[[AsyncConnection], Awaitable[None]]
ROUNDS = 8
"""How often the door starts over because another writer came first; more is a fault worth seeing."""
BUSY = "The same objects of the mirror were changed again and again. Try again."
PATIENCE_SECONDS = 2.0
"""How long a reference may point at nothing before its target is asked for: most arrive by themselves."""


class UnknownObject(Exception):
    """Stripe does not have, and the mirror never had, the object that something arrived for."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"Stripe has no {key.type} with the id that an event named, and the mirror never had it.")
        self.key = key


class Contended(Exception):
    """Other writers changed the same objects again and again."""


class Mirror:
    """Keeps rows of one account and mode true to Stripe."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, account: Account, *, subscriber_key: str) -> None:
        self.account = account
        self._engine = engine
        self._gateway = gateway
        self._subscriber_key = subscriber_key
        self.background = Background()
        self.census = Census(engine, account)

    async def settle(self, answers: Sequence[Answer], also: Also | None = None) -> None:
        """Put what Stripe answered into the mirror and run `also`, all in one transaction.

        What is too close to call is asked of Stripe again first, outside the transaction. Raises the gateway's errors
        when that fails, and then nothing is written.
        """
        arrivals = Arrivals(API_VERSION)
        for answer in answers:
            await self._take(arrivals, answer, {})
        await self._enter(arrivals, also)

    async def arrive(self, stripe_object: Mapping[str, Any], seen: Seen, *, deleted: bool = False) -> None:
        """Put away the object of an event, which was true at the event's time.

        Raises UnknownObject when Stripe, asked again, has never heard of it, and the gateway's errors.
        """
        arrivals = Arrivals(API_VERSION)
        forms = list(stored_forms(stripe_object))
        if not forms:
            return
        if deleted:
            forms = [replace(forms[0], data={**forms[0].data, "deleted": True}, deleted=True)]
        elif is_cut_short(stripe_object):
            await self._ask(arrivals, forms[0].key, await self._look_up([forms[0].key]))
            forms = []
        arrivals.take(forms, seen, known={})
        await self._enter(arrivals, None)

    async def refresh(self, type: str, id: str) -> None:
        """Fetch an object and put it away. One that is known and gone at Stripe is marked deleted.

        Raises UnknownObject for what neither Stripe nor the mirror knows, and the gateway's errors.
        """
        key = Key(type, id)
        arrivals = Arrivals(API_VERSION)
        await self._ask(arrivals, key, await self._look_up([key]))
        await self._enter(arrivals, None)

    async def close(self) -> None:
        """End what runs in the background."""
        await self.background.close()

    async def _enter(self, arrivals: Arrivals, also: Also | None) -> None:
        for _ in range(ROUNDS):
            known, decisions = await self._resolve(arrivals)
            applied = [key for key, decision in decisions.items() if decision is Decision.APPLY]
            async with self._engine.begin() as connection:
                now = await known_objects(connection, self.account, applied, lock=True)
                if any(revision(now.get(key)) != revision(known.get(key)) for key in applied):
                    continue
                writer = Writer(connection, self.account, now, self._subscriber_key)
                forms = [(arrivals[key].form, arrivals[key].seen) for key in applied]
                await writer.write(forms)
                if also is not None:
                    await also(connection)
            missing = missing_references([form for form, _ in forms])
            if missing:
                self.background.start(self._fetch_missing(missing))
            return
        raise Contended(BUSY)

    async def _resolve(self, arrivals: Arrivals) -> tuple[dict[Key, Known | None], dict[Key, Decision]]:
        """Ask Stripe until every arrival is decided.

        An answer counts only while the row is still what it was when Stripe was asked; otherwise it is asked again.
        """
        completed: set[Key] = set()
        unanswerable: set[Key] = set()
        for _ in range(ROUNDS):
            known = await self._look_up(arrivals.keys())
            decisions = arrivals.decided(known)
            open_ones = {
                key: arrivals[key]
                for key, decision in decisions.items()
                if decision is Decision.REFETCH and key not in unanswerable
            }
            questions = {_owner(arrival.form) for arrival in open_ones.values()}
            for key, decision in decisions.items():
                if decision is Decision.APPLY:
                    needed = await self._still_needed(arrivals[key].form, arrivals) - completed
                    completed |= needed
                    questions |= needed
            if not questions:
                undecided = {key: Decision.APPLY for key, each in decisions.items() if each is Decision.REFETCH}
                return known, decisions | undecided
            known |= await self._look_up(questions - known.keys())
            for question in sorted(questions):
                await self._ask(arrivals, question, known)
            # What Stripe has no way to retrieve, or what its owner does not have any more, is taken as it came: it is
            # not older than what is known.
            unanswerable |= {key for key, arrival in open_ones.items() if arrivals[key] is arrival}
        raise Contended(BUSY)

    async def _ask(self, arrivals: Arrivals, question: Key, known: Mapping[Key, Known | None]) -> None:
        try:
            if question.type == "invoice_payments":
                async for answer in self._gateway.invoice_payments(invoice=question.id):
                    arrivals.take(stored_forms(answer.data), answer.seen, known=known)
            else:
                await self._take(arrivals, await self._gateway.fetch(question.type, question.id), known)
        except NotFetchable:
            return
        except NotFound:
            before = known.get(question)
            if before is None:
                raise UnknownObject(question) from None
            gone = Stored(question, {"id": question.id, "object": question.type, "deleted": True}, deleted=True)
            arrivals.take([gone], before.seen, known=known)

    async def _take(self, arrivals: Arrivals, answer: Answer, known: Mapping[Key, Known | None]) -> None:
        data = answer.data
        if is_cut_short(data):
            data = await self._with_all_parts(data)
        arrivals.take(stored_forms(data), answer.seen, known=known)

    async def _with_all_parts(self, data: dict[str, Any]) -> dict[str, Any]:
        async def members(pages: AsyncIterator[Answer]) -> dict[str, Any]:
            return {"object": "list", "data": [member async for page in pages for member in page.data["data"]]}

        if data["object"] == "subscription":
            return {**data, "items": await members(self._gateway.subscription_items(data["id"]))}
        return {**data, "lines": await members(self._gateway.invoice_lines(data["id"]))}

    async def _look_up(self, keys: Sequence[Key] | set[Key]) -> dict[Key, Known | None]:
        async with reading(self._engine).connect() as connection:
            found = await known_objects(connection, self.account, keys)
        return {key: found.get(key) for key in keys}

    async def _still_needed(self, form: Stored, arrivals: Arrivals) -> set[Key]:
        """What Stripe leaves out of an object and has to be asked for with it."""
        needed: set[Key] = set()
        if form.key.type == "discount" and form.parent is None:
            needed.add(_owner(form))
        if form.key.type == "invoice":
            needed.update(await self._items_moved_by(form, arrivals))
            needed.update(await self._customers_without_currency(form))
        if form.deleted:
            return needed
        listed = [Key("discount", id) for id in form.data.get("discounts") or [] if isinstance(id, str)]
        strangers = [key for key in listed if key not in arrivals]
        if form.key.type in ("subscription", "invoice") and strangers:
            known = await self._look_up(strangers)
            if not all(known.values()):
                needed.add(form.key)
        only_when_expanded = KEPT_WHEN_ABSENT.get(form.key.type, frozenset())
        if only_when_expanded - form.data.keys() and (await self._look_up([form.key]))[form.key] is None:
            needed.add(form.key)
        if form.key.type == "invoice" and "payments" not in form.expanded and form.data.get("status") != "draft":
            needed.add(Key("invoice_payments", form.key.id))
        if form.key.type == "payment_intent":
            needed.update(await self._invoices_paid_by(form.key.id))
        return needed

    async def _items_moved_by(self, invoice: Stored, arrivals: Arrivals) -> set[Key]:
        """Invoice items that went onto the invoice, or off it: Stripe sends no event of their own for that."""
        on_it = {
            id
            for line in arrivals.parts_of(invoice.key)
            for origin in ("invoice_item_details", "subscription_item_details")
            if (id := at(line.data, "parent", origin, "invoice_item"))
        }
        statement = select(InvoiceItem.id).where(
            InvoiceItem.account == self.account.id,
            InvoiceItem.livemode == self.account.livemode,
            InvoiceItem.invoice == invoice.key.id,
            InvoiceItem.deleted.is_(False),
        )
        async with reading(self._engine).connect() as connection:
            known = set(await connection.scalars(statement))
        return {Key("invoiceitem", id) for id in on_it ^ known}

    async def _customers_without_currency(self, invoice: Stored) -> set[Key]:
        """The first invoice gives its customer a currency, and Stripe need not send an event for that."""
        key = Key("customer", invoice.data.get("customer") or "")
        known = (await self._look_up([key]))[key]
        return {key} if known and not known.deleted and known.data.get("currency") is None else set()

    async def _invoices_paid_by(self, payment_intent: str) -> set[Key]:
        statement = select(InvoicePayment.invoice).where(
            InvoicePayment.account == self.account.id,
            InvoicePayment.livemode == self.account.livemode,
            InvoicePayment.payment_intent == payment_intent,
        )
        async with reading(self._engine).connect() as connection:
            return {Key("invoice_payments", invoice) for invoice in await connection.scalars(statement) if invoice}

    async def _fetch_missing(self, references: set[Key]) -> None:
        if not await self.background.pause(PATIENCE_SECONDS):
            return
        for key, known in (await self._look_up(references)).items():
            if known is None and not self.background.closing:
                try:
                    await self.refresh(*key)
                except Exception as error:
                    log.warning("A referenced object could not be fetched.", type=key.type, error=type(error).__name__)


def _owner(form: Stored) -> Key:
    """What to ask Stripe for to learn about an object: itself, or what it is a part of."""
    for type in {"line_item": ("invoice",), "discount": ("subscription", "invoice", "customer")}.get(form.key.type, ()):
        if form.parent is not None:
            return form.parent
        if id := form.data.get(type):
            return Key(type, id)
    return form.key
