"""addPaymentMethod: attach what Stripe.js made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.tables import PaymentMethod
from mirror.errors import CardDeclined, NotFound, Refused
from mirror.gateway import Answer, customers, payment_methods
from resolvers.checks import Checks
from resolvers.context import Context
from resolvers.operation import Operation
from resolvers.outcome import Outcome, Rejected
from resolvers.ownership import customer_of, not_found, owned
from resolvers.payment import default_payment_method, id_of
from resolvers.perform import perform

PATHS: Mapping[str, tuple[str, ...]] = {"payment_method": ("paymentMethod",), "customer": ("customer",)}


@dataclass(frozen=True, slots=True)
class AddPaymentMethodRequest:
    """`customer` is the operator's to give; a subscriber means themselves."""

    payment_method: str
    customer: str | None = None
    set_default: bool = True
    idempotency_key: str | None = None


async def add_payment_method(context: Context, request: AddPaymentMethodRequest) -> Outcome:
    """Attach a payment method, and make it the default. The outcome has `customer` and `payment_method`."""
    checks = Checks()
    checks.customer_given(context.caller, request.customer)
    checks.payment_method(request.payment_method, "paymentMethod")
    if checks.refusal:
        return checks.refusal

    async def act(operation: Operation) -> Outcome:
        if operation.has_begun("attach"):
            customer = str(operation.params_of("attach")["customer"])
        else:
            customer = await customer_of(context, request.customer, "customer")
        payment_method = await attach(operation, request.payment_method, customer, "paymentMethod")
        if request.set_default:
            await operation.step(
                "default",
                customers.update(customer, {"invoice_settings": {"default_payment_method": payment_method}}),
                done=lambda seen: default_payment_method(seen) == payment_method,
            )
        return Outcome(customer=customer, payment_method=payment_method)

    return await perform(context, "addPaymentMethod", request, act, paths=PATHS)


async def usable(context: Context, operation: Operation, payment_method: str, customer: str, *path: str) -> str:
    """The customer's own payment method as it is; one that belongs to nobody yet is attached first."""
    if not operation.has_begun("attach"):
        try:
            await owned(context, PaymentMethod, payment_method, *path, customer=customer)
        except Rejected:
            pass
        else:
            return payment_method
    return await attach(operation, payment_method, customer, *path)


async def attach(operation: Operation, payment_method: str, customer: str, *path: str) -> str:
    """Attach it to the customer, and give the id that it has from then on (Stripe's test tokens get a new one).

    Raises CardDeclined, and Rejected with NOT_FOUND for what is not there or is somebody else's, alike.
    """
    try:
        answer = await operation.step(
            "attach",
            payment_methods.attach(payment_method, {"customer": customer}),
            look=lambda age_seconds: _look(operation, payment_method, customer, age_seconds),
        )
    except CardDeclined:
        raise
    except Refused as refused:
        if not await _is_attached(operation, payment_method, customer):
            raise not_found(*path) from refused
        return payment_method
    attached: str = answer.data["id"]
    return attached


async def _look(operation: Operation, payment_method: str, customer: str, age_seconds: float) -> Answer | None:
    """Whether it was attached. Stripe's test tokens become a payment method of their own each time."""
    gateway = operation.services.gateway
    try:
        answer = await gateway.fetch("payment_method", payment_method)
    except NotFound:
        return None
    if answer.data["id"] == payment_method:
        return answer if id_of(answer.data["customer"]) == customer else None
    since = int(answer.seen.latest - age_seconds) - 1
    async for page in gateway.payment_methods(customer):
        for each in page.data["data"]:
            if each["created"] >= since and _fingerprint(each) == _fingerprint(answer.data):
                return Answer(each, page.seen, page.request_id)
    return None


def _fingerprint(payment_method: Mapping[str, Any]) -> Any:
    return (payment_method.get("card") or {}).get("fingerprint")


async def _is_attached(operation: Operation, payment_method: str, customer: str) -> bool:
    try:
        seen: Mapping[str, Any] = (await operation.services.gateway.fetch("payment_method", payment_method)).data
    except Refused:
        return False
    return id_of(seen.get("customer")) == customer
