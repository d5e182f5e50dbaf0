"""Calls about invoice payments. https://docs.stripe.com/api/invoice-payment"""

from mirror.gateway.call import Call


def of(*, invoice: str | None = None, payment_intent: str | None = None) -> Call:
    """Invoice payments of an invoice, or of a payment intent, with the intent and its last charge."""
    params: dict[str, object] = {"limit": 100, "expand": ["data.payment.payment_intent.latest_charge"]}
    if invoice is not None:
        params["invoice"] = invoice
    if payment_intent is not None:
        params["payment"] = {"type": "payment_intent", "payment_intent": payment_intent}
    return Call("get", "/v1/invoice_payments", params)
