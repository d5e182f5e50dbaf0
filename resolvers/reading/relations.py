"""How rows belong to each other."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, true

from db.tables import InvoicePayment, PaymentIntent
from resolvers.reading.dialect import whole
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments

Belongs = Callable[[Any, Scope, Arguments], ColumnElement[bool]]


def everything(_parent: Scope | None, _child: Scope, _arguments: Arguments) -> ColumnElement[bool]:
    return true()


def pointing_by(column: str) -> Belongs:
    """Children whose column holds the parent's id."""
    return lambda parent, child, _arguments: child.row.c[column] == parent.row.c.id


def that_are(belongs: Belongs, condition: Callable[[Scope, Arguments], ColumnElement[bool]]) -> Belongs:
    """Those children for which the condition holds, too."""
    return lambda parent, child, arguments: and_(belongs(parent, child, arguments), condition(child, arguments))


def invoice_of_charge(scope: Scope) -> ColumnElement[Any]:
    """Charges have not told their invoice since 2025: the way back is the invoice payment."""
    payment = Scope.over(scope.request, InvoicePayment)
    paid = (payment.row.c.charge == scope.row.c.id) | (payment.row.c.payment_intent == scope.row.c.payment_intent)
    statement, rows = payment.select(payment.row.c.invoice)
    latest = statement.where(paid).order_by(payment.row.c.created.desc(), payment.tie_breaker().desc()).limit(whole(1))
    return latest.correlate_except(*rows).scalar_subquery()


def charge_of_invoice_payment(scope: Scope) -> ColumnElement[Any]:
    intent = Scope.over(scope.request, PaymentIntent)
    statement, rows = intent.select(intent.row.c.latest_charge)
    latest = statement.where(intent.row.c.id == scope.row.c.payment_intent).correlate_except(*rows).scalar_subquery()
    return func.coalesce(scope.row.c.charge, latest)


def default_of_customer(scope: Scope, customers: Scope) -> ColumnElement[bool]:
    """Whether a payment method is its customer's default."""
    row = customers.row.c
    same = and_(customers.owned(), row.id == scope.row.c.customer, row.default_payment_method == scope.row.c.id)
    return exists().where(same).correlate_except(customers.row)
