"""Calls about payment intents. https://docs.stripe.com/api/payment_intents"""

from stripe.params import PaymentIntentCreateParams

from mirror.gateway.call import Call


def create(params: PaymentIntentCreateParams) -> Call:
    return Call("post", "/v1/payment_intents", params)


def of_customer(customer: str) -> Call:
    return Call("get", "/v1/payment_intents", {"customer": customer, "limit": 100})
