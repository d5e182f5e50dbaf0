"""What Stripe changes without an event of its own: asked for when what caused it arrives, in whichever order.

It is looked for in the transaction that writes the cause. Transactions about the same customer, coupon or code meet:
of two that would each miss what the other writes, the second sees it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.columns import at
from db.find import find
from db.meetings import meet
from db.tables import Discount, Invoice, InvoiceItem, Mirrored, PaymentMethod, PromotionCode
from mirror.known import Known, known_objects
from mirror.stored import Key, Stored

SHOWN_ON_DRAFTS: Mapping[str, str] = {
    f"customer_{name}": name for name in ("address", "email", "name", "phone", "shipping", "tax_exempt")
}
"""What an invoice shows of its customer as it is now, until it is finalized; and the customer's name for it."""
GIVEN_BACK = frozenset({"failed", "canceled"})
"""States of a refund whose money came back: its charge is not refunded any more."""
UNBILLED = InvoiceItem.__table__.c.invoice.is_(None)
DRAFT = Invoice.__table__.c.status == "draft"
ACTIVE = PromotionCode.__table__.c.active.is_(True)


class Change(NamedTuple):
    """What may have changed at Stripe, which object's arrival tells so, and why: it is asked for once for a reason."""

    question: Key
    cause: Key
    reason: str


class Silent:
    """Looks at what is being written, in as many statements for a thousand objects as for one."""

    def __init__(
        self, connection: AsyncConnection, account: Account, known: Mapping[Key, Known | None], *, listing: bool
    ) -> None:
        """`known` is what the mirror held of the forms before; `listing`, whether they come from lists of all."""
        self._listing = listing
        self._connection = connection
        self._account = account
        self._known = known
        self._arriving: dict[Key, Stored] = {}
        self._held: dict[Key, Known] = {}

    async def changes(self, forms: Sequence[Stored]) -> list[Change]:
        self._arriving = {form.key: form for form in forms}
        others = {key for form in forms for key in _others(form)}
        if not others:
            return list(_charges(forms))
        await meet(self._connection, self._account, others)
        self._held = await known_objects(self._connection, self._account, others - self._arriving.keys())
        of: dict[str, list[Stored]] = defaultdict(list)
        for form in forms:
            of[form.key.type].append(form)
        return [
            *_charges(of["refund"]),
            *self._left_behind([*of["payment_method"], *of["invoiceitem"]]),
            *self._billed(of["invoice"]),
            *self._redeemed(of["discount"]),
            *self._codes(of["promotion_code"]),
            *[each async for each in self._of_customers(of["customer"])],
            *[each async for each in self._of_coupons(of["coupon"])],
            *[each async for each in self._counted(of["coupon"], "coupon")],
            *[each async for each in self._counted(of["promotion_code"], "promotion_code")],
        ]

    def _left_behind(self, forms: Iterable[Stored]) -> Iterator[Change]:
        """A customer that is deleted loses its payment methods, and what was still to be billed."""
        for form in forms:
            customer = _customer(form)
            if customer and not form.deleted and not form.data.get("invoice") and self._is_gone(customer):
                yield Change(form.key, form.key, "its customer is gone")

    def _billed(self, invoices: Iterable[Stored]) -> Iterator[Change]:
        """The first invoice gives its customer a currency; a draft shows its customer as it is."""
        for invoice in invoices:
            customer = _customer(invoice)
            if customer is None or (shown := self._data(customer)) is None:
                continue
            gone = self._is_gone(customer)
            if not gone and shown.get("currency") is None:
                yield Change(customer, invoice.key, "it was billed")
            fields = {name: shown.get(theirs) for name, theirs in SHOWN_ON_DRAFTS.items()}
            other = gone or any(invoice.data.get(name) != value for name, value in fields.items())
            if other and not invoice.deleted and invoice.data.get("status") == "draft":
                yield Change(invoice.key, invoice.key, f"its customer is {'gone' if gone else fields}")

    def _redeemed(self, discounts: Iterable[Stored]) -> Iterator[Change]:
        """A new discount was counted at its coupon and its promotion code, which may be used up by it."""
        for discount in discounts:
            if self._known.get(discount.key) is None:
                for key in _others(discount):
                    if self._data(key) is not None and not self._is_gone(key) and not self._counts(key, discount):
                        yield Change(key, discount.key, f"redeemed by {discount.key.id}")

    def _counts(self, key: Key, discount: Stored) -> bool:
        """Whether what is here was read when the discount was there: with it, or from a list, later."""
        if key in self._arriving:
            return discount.parent is not None and self._arriving[key].parent is not None
        return self._listing and (discount.data.get("start") or 0) < self._held[key].seen.earliest

    def _codes(self, codes: Iterable[Stored]) -> Iterator[Change]:
        """A promotion code is active for as long as its coupon is valid."""
        for code in codes:
            coupon = Key("coupon", at(code.data, "promotion", "coupon") or "")
            if code.data.get("active") and not code.deleted and self._is_used_up(coupon):
                yield Change(code.key, code.key, "its coupon is not valid")

    async def _of_customers(self, customers: Sequence[Stored]) -> AsyncIterator[Change]:
        """The same as `_left_behind` and `_billed`, where the customer comes last."""
        gone = {form.key.id: form.key for form in customers if form.deleted}
        for table, *more in ((PaymentMethod,), (InvoiceItem, UNBILLED)):
            async for id, customer in self._rows(table, "customer", gone, *more):
                yield Change(Key(table.object_name, id), gone[customer], "its customer is gone")
        living = {form.key.id: form for form in customers if not form.deleted}
        without = {id: form.key for id, form in living.items() if form.data.get("currency") is None}
        async for _, customer in self._rows(Invoice, "customer", without, alive=False):
            yield Change(without[customer], without[customer], "it was billed")
        changed = {form.key.id: form.key for form in customers if self._shows_otherwise(form)}
        async for id, customer in self._rows(Invoice, "customer", changed, DRAFT):
            yield Change(Key("invoice", id), changed[customer], f"its customer is {self._fields(changed[customer])}")

    async def _of_coupons(self, coupons: Sequence[Stored]) -> AsyncIterator[Change]:
        """The same as `_codes`, where the coupon comes last."""
        invalid = {form.key.id: form.key for form in coupons if self._is_used_up(form.key)}
        async for id, coupon in self._rows(PromotionCode, "coupon", invalid, ACTIVE):
            yield Change(Key("promotion_code", id), invalid[coupon], "its coupon is not valid")

    async def _counted(self, forms: Sequence[Stored], column: str) -> AsyncIterator[Change]:
        """The same as `_redeemed`, where what was redeemed comes last."""
        new = {form.key.id: form.key for form in forms if not form.deleted and self._known.get(form.key) is None}
        async for id, redeemed in self._rows(Discount, column, new, alive=False):
            yield Change(new[redeemed], new[redeemed], f"redeemed by {id}")

    def _data(self, key: Key) -> Mapping[str, Any] | None:
        """What the mirror will hold of an object."""
        if key in self._arriving:
            return self._arriving[key].data
        return self._held[key].data if key in self._held else None

    def _is_gone(self, key: Key) -> bool:
        if key in self._arriving:
            return self._arriving[key].deleted
        return key in self._held and self._held[key].deleted

    def _is_used_up(self, coupon: Key) -> bool:
        data = self._data(coupon)
        return data is not None and (self._is_gone(coupon) or data.get("valid") is False)

    def _shows_otherwise(self, customer: Stored) -> bool:
        known = self._known.get(customer.key)
        if known is None or customer.deleted:
            return True
        return any(known.data.get(name) != customer.data.get(name) for name in SHOWN_ON_DRAFTS.values())

    def _fields(self, customer: Key) -> str:
        form = self._arriving[customer]
        return "gone" if form.deleted else str({name: form.data.get(its) for name, its in SHOWN_ON_DRAFTS.items()})

    async def _rows(
        self,
        table: type[Mirrored],
        column: str,
        values: Mapping[str, Key],
        *conditions: ColumnElement[bool],
        alive: bool = True,
    ) -> AsyncIterator[tuple[str, str]]:
        """Ids of rows that refer to one of the values, each with that one; what arrives itself is looked at there."""
        if not values:
            return
        for id, value in await find(
            self._connection, self._account, table, ("id", column), column, values, *conditions, alive=alive
        ):
            if Key(table.object_name, id) not in self._arriving:
                yield id, value


def _charges(forms: Iterable[Stored]) -> Iterator[Change]:
    """A refund that fails is told of; that its charge is not refunded any more is not."""
    for form in forms:
        if form.key.type == "refund" and form.data.get("status") in GIVEN_BACK and (id := form.data.get("charge")):
            yield Change(Key("charge", id), form.key, f"{form.key.id} {form.data['status']}")


def _customer(form: Stored) -> Key | None:
    id = form.data.get("customer")
    return Key("customer", id) if isinstance(id, str) else None


def _others(form: Stored) -> list[Key]:
    """The objects at which transactions about this one meet."""
    type, data = form.key.type, form.data
    found: list[tuple[str, Any]] = []
    if type in ("customer", "coupon", "promotion_code"):
        found.append(form.key)
    if type in ("payment_method", "invoice") or (type == "invoiceitem" and not data.get("invoice")):
        found.append(("customer", data.get("customer")))
    if type == "discount":
        found += [("coupon", at(data, "source", "coupon")), ("promotion_code", data.get("promotion_code"))]
    if type == "promotion_code":
        found.append(("coupon", at(data, "promotion", "coupon")))
    return [Key(type, id) for type, id in found if isinstance(id, str) and id]
