"""What Stripe leaves out of objects, and has to be asked for with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.columns import at
from db.find import find
from db.tables import InvoiceItem, InvoicePayment, Mirrored
from mirror.arrivals import Arrivals
from mirror.known import TABLES, Known
from mirror.stored import KEPT_WHEN_ABSENT, PART_TYPES, PARTS, Key, Stored

OWNERS: Mapping[str, tuple[str, ...]] = {
    "discount": ("subscription", "invoice", "customer"),
    "line_item": ("invoice",),
    "subscription_item": ("subscription",),
}
PART_TABLES: Mapping[str, type[Mirrored]] = {"items": TABLES["subscription_item"], "lines": TABLES["line_item"]}
Needed = dict[Key, set[Key]]
"""Questions, by the object that they are asked for."""


def owner_of(form: Stored) -> Key:
    """What to ask Stripe for to learn about an object: itself, or what it is a part of."""
    types = OWNERS.get(form.key.type, ())
    if form.parent is not None and form.parent.type in types:
        return form.parent
    for type in types:
        if id := form.data.get(type):
            return Key(type, id)
    return form.key


def mentioned(forms: Iterable[Stored]) -> set[Key]:
    """The other objects that have to be looked up to tell what is needed."""
    keys: set[Key] = set()
    for form in forms:
        keys.update(_discounts(form))
    return keys


class Needs:
    """Looks what is needed, in as many statements for a thousand objects as for one."""

    def __init__(self, connection: AsyncConnection, account: Account) -> None:
        self._connection = connection
        self._account = account

    async def of(self, forms: Sequence[Stored], arrivals: Arrivals, known: Mapping[Key, Known | None]) -> Needed:
        """`known` holds what the forms mention."""
        needed: Needed = defaultdict(set)
        for form in forms:
            if questions := set(_read_off(form, arrivals, known)):
                needed[form.key] = questions
        await self._add_items_that_moved(
            [form for form in forms if form.key.type == "invoice"], arrivals, known, needed
        )
        await self._add_paid_invoices([form.key.id for form in forms if _may_pay(form)], needed)
        return needed

    async def parts_not_listed(self, forms: Sequence[Stored]) -> dict[Key, Key]:
        """The parts that are known of the objects and that these do not list any more, with their owners."""
        found: dict[Key, Key] = {}
        for type, names in PARTS.items():
            for name in names:
                owners = {
                    form.key.id: form.data[name]
                    for form in forms
                    if form.key.type == type and not form.deleted and isinstance(form.data.get(name), list)
                }
                if not owners:
                    continue
                table = PART_TABLES[name]
                for id, owner in await find(
                    self._connection, self._account, table, ("id", type), type, owners, alive=True
                ):
                    if id not in owners[owner]:
                        found[Key(table.object_name, id)] = Key(type, owner)
        return found

    async def _add_items_that_moved(
        self, invoices: Sequence[Stored], arrivals: Arrivals, known: Mapping[Key, Known | None], needed: Needed
    ) -> None:
        """Invoice items that went onto an invoice, off it or changed on it: Stripe sends no event of their own."""
        if not invoices:
            return
        before: dict[str, set[str]] = defaultdict(set)
        ids = [each.key.id for each in invoices]
        for invoice, id in await find(
            self._connection, self._account, InvoiceItem, ("invoice", "id"), "invoice", ids, alive=True
        ):
            before[invoice or ""].add(id)
        for each in invoices:
            now = {
                id: line
                for line in arrivals.parts_of(each.key)
                for origin in ("invoice_item_details", "subscription_item_details")
                if (id := at(line.data, "parent", origin, "invoice_item"))
            }
            changed = {id for id, line in now.items() if (was := known.get(line.key)) and was.data != line.data}
            needed[each.key] |= {Key("invoiceitem", id) for id in changed | (now.keys() ^ before[each.key.id])}

    async def _add_paid_invoices(self, payment_intents: Sequence[str], needed: Needed) -> None:
        if not payment_intents:
            return
        names = ("payment_intent", "invoice")
        for payment_intent, invoice in await find(
            self._connection, self._account, InvoicePayment, names, "payment_intent", payment_intents
        ):
            if invoice:
                needed[Key("payment_intent", payment_intent or "")].add(Key("invoice_payments", invoice))


def _discounts(form: Stored) -> list[Key]:
    if form.deleted or form.key.type not in ("subscription", "invoice"):
        return []
    return [Key("discount", id) for id in form.data.get("discounts") or [] if isinstance(id, str)]


def _may_pay(form: Stored) -> bool:
    return form.key.type == "payment_intent" and not form.deleted


def _read_off(form: Stored, arrivals: Arrivals, known: Mapping[Key, Known | None]) -> Iterable[Key]:
    """The questions that the form itself, beside what is known, gives rise to."""
    type = form.key.type
    if type in OWNERS and (form.parent is None or (type in PART_TYPES and form.parent.type not in OWNERS[type])):
        yield owner_of(form)
    if form.deleted:
        return
    discounts = _discounts(form)
    if form.cut_short or (discounts and any(key not in arrivals and known.get(key) is None for key in discounts)):
        yield form.key
    only_when_expanded = KEPT_WHEN_ABSENT.get(type)
    if only_when_expanded and only_when_expanded - form.data.keys() and known.get(form.key) is None:
        yield form.key
    if type == "invoice" and "payments" not in form.expanded and form.data.get("status") != "draft":
        yield Key("invoice_payments", form.key.id)
