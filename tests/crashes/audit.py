"""What has to be true when everything is quiet again, counted at the sandbox and in the database."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from db.inbox import EventState, InboxEvent
from db.leases import Lease, database_ms
from db.operations import OperationRow, OperationState
from tests.crashes.wishes import Wish, Wishes
from tests.resolvers.shop import Shop
from tests.sandbox.auditing.lists import walk
from tests.sandbox.client import Client, Object

CREATES = {
    "addInvoiceItem": ("invoiceitem", "invoice_item"),
    "charge": ("payment_intent", None),
    "sendInvoice": ("invoice", "invoice"),
    "subscribe": ("subscription", "subscription"),
}
"""What a mutation makes one of, and where its outcome names it."""
CREATED = {
    "customer.created",
    "customer.subscription.created",
    "invoice.created",
    "invoiceitem.created",
    "payment_intent.created",
}
KEY = re.compile(r"(op_[0-9a-f]+):(.+?)(?::\d+)?")
"""Of a step of an operation; a step that certainly was not carried out goes on with a number behind it."""


@dataclass
class Done:
    """What Stripe has carried out for one operation."""

    made: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Ids by type."""
    requests: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By step, those that changed something."""


class Books:
    """Stripe's own account of what was done."""

    def __init__(self, stripe: Client) -> None:
        self.events = list(walk(stripe, "/v1/events"))
        self.invoices = {each["id"]: each for each in walk(stripe, "/v1/invoices")}
        self.intents = {each["id"]: each for each in walk(stripe, "/v1/payment_intents")}
        self.charges = list(walk(stripe, "/v1/charges"))
        self.payments = list(walk(stripe, "/v1/invoice_payments"))
        self.customers = list(walk(stripe, "/v1/customers"))
        self.items = {each["id"] for each in walk(stripe, "/v1/invoiceitems")}
        self.took_money = {each["request"]["id"] for each in self.events if each["type"] == "charge.succeeded"}
        """Requests, by their ids."""
        self._done: dict[str, Done] = defaultdict(Done)
        for event in self.events:
            self._enter(event)

    def of(self, operation: str) -> Done:
        return self._done.get(operation, Done())

    def _enter(self, event: Object) -> None:
        found = event["data"]["object"]
        if event["type"] in CREATED and (operation := (found.get("metadata") or {}).get("operation")):
            self._done[operation].made[found["object"]].append(found["id"])
        if key := KEY.fullmatch((event["request"] or {}).get("idempotency_key") or ""):
            self._done[key[1]].requests[key[2]].add(event["request"]["id"])

    def done_twice(self) -> Iterator[str]:
        for operation, done in self._done.items():
            for type, ids in done.made.items():
                if len(ids) > 1:
                    yield f"{operation} has made {len(ids)} of {type}: {ids}"
            for step, requests in done.requests.items():
                if len(requests) > 1:
                    yield f"{operation} has done {step} {len(requests)} times"
        paid = Counter(each["payment_intent"] for each in self.charges if each["status"] == "succeeded")
        yield from (f"{intent} was charged {times} times" for intent, times in paid.items() if times > 1)
        settled = Counter(each["invoice"] for each in self.payments if each["status"] == "paid")
        yield from (f"{invoice} was paid {times} times" for invoice, times in settled.items() if times > 1)
        owners = Counter(each["metadata"].get("subscriber_id") for each in self.customers)
        del owners[None]
        yield from (f"{owner} has {number} customers" for owner, number in owners.items() if number > 1)

    def charged_for_nothing(self, known: set[str]) -> Iterator[str]:
        """Charges behind which there is neither an invoice nor an operation of those that were asked for."""
        of_invoices = {each["payment"].get("payment_intent") for each in self.payments}
        for charge in self.charges:
            intent = charge["payment_intent"]
            operation = self.intents[intent]["metadata"].get("operation") if intent in self.intents else None
            if intent not in of_invoices and operation not in known:
                yield f"{charge['id']} was charged for nothing that anybody asked for"


async def troubles(shop: Shop, stripe: Client, wishes: Wishes) -> list[str]:
    """Everything that was done twice, half, not at all or in vain, and everything that still waits."""
    books = Books(stripe)
    account = shop.services.account
    rows = {row["id"]: row for row in await shop.mirrored(OperationRow)}
    found = [*books.done_twice(), *books.charged_for_nothing({wish.operation(account) for wish in wishes.all})]
    for wish in wishes.all:
        operation = wish.operation(account)
        about = f"{wish.mutation} {operation} ({wish.word})"
        found += [f"{about}: {trouble}" for trouble in _of_wish(wish, rows.get(operation), books.of(operation), books)]
    found += [f"{id} is {row['state']}" for id, row in rows.items() if row["state"] == OperationState.BEGUN]
    found += await _of_inbox(shop, books)
    async with shop.services.engine.connect() as connection:
        held = await connection.scalars(select(Lease.name).where(Lease.until > database_ms()))
        found += [f"the lease {name} is held" for name in held if name.startswith("customer:")]
    return found


def _of_wish(wish: Wish, row: Mapping[str, Any] | None, done: Done, books: Books) -> Iterator[str]:
    if wish.answer is None and not wish.given_up:
        yield f"never got a last word, asked {wish.tries} times"
        return
    if row is None or row["state"] == OperationState.NOT_SENT:
        # A declined card is told from an older try by its age, and the stranger turns Stripe's clock on meanwhile.
        matters = books.took_money if wish.mutation == "payInvoice" else set().union(*done.requests.values())
        items = done.made.get("invoiceitem", [])
        # Stripe does not show any more what went with its customer, and nothing of it is left.
        is_gone = bool(items) and not books.items & set(items)
        if not is_gone and (done.made or any(requests & matters for requests in done.requests.values())):
            yield f"the row says that nothing was done ({row and row['state']}), and Stripe did {dict(done.requests)}"
        if wish.succeeded:
            yield f"the row says that nothing was done ({row and row['state']})"
        return
    if row["state"] != OperationState.DONE:
        return
    errors = row["outcome"]["errors"]
    if wish.answer is not None and wish.succeeded is bool(errors):
        yield f"the row says {[error['code'] for error in errors]}"
    yield from _succeeded(wish, row["outcome"], done, books) if not errors else _refused(wish, done, books)


def _succeeded(wish: Wish, outcome: Mapping[str, Any], done: Done, books: Books) -> Iterator[str]:
    if wish.mutation in CREATES:
        type, name = CREATES[wish.mutation]
        ids = done.made[type]
        if len(ids) != 1:
            yield f"it is done, and Stripe has {len(ids)} of {type}"
        elif name and outcome[name] != ids[0]:
            yield f"it made {ids[0]}, and the row says {outcome[name]}"
    if wish.mutation == "sendInvoice" and (invoice := books.invoices.get(outcome["invoice"])):
        if invoice["status"] == "draft":
            yield f"{invoice['id']} is still a draft"
        if not wish.input["payNow"] and not done.requests["send"] and invoice["amount_due"] > 0:
            yield f"{invoice['id']} was never sent"
    if wish.mutation == "addPaymentMethod" and not (done.requests["attach"] and done.requests["default"]):
        yield f"only {sorted(step for step, requests in done.requests.items() if requests)} was done"
    if wish.mutation == "purgeCustomer" and any(each["id"] == outcome["customer"] for each in books.customers):
        yield "the customer lives"


def _refused(wish: Wish, done: Done, books: Books) -> Iterator[str]:
    if wish.mutation == "charge":
        paid = {each["payment_intent"] for each in books.charges if each["status"] == "succeeded"}
        yield from (f"refused, and {intent} was charged" for intent in done.made["payment_intent"] if intent in paid)
    elif wish.mutation in CREATES:
        left = [
            id for ids in done.made.values() for id in ids if wish.mutation != "sendInvoice" or id in books.invoices
        ]
        if left:
            yield f"refused, and {left} was left behind"


async def _of_inbox(shop: Shop, books: Books) -> list[str]:
    stored = {row["id"]: row for row in await shop.mirrored(InboxEvent)}
    found = [f"the event {each['id']} ({each['type']}) was lost" for each in books.events if each["id"] not in stored]
    for id, row in stored.items():
        if row["state"] != EventState.APPLIED:
            found.append(f"the event {id} ({row['type']}) is {row['state']}: {row['error']}")
    return found
