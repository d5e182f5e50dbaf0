"""Calls about invoice items. https://docs.stripe.com/api/invoiceitems"""

from stripe.params import InvoiceItemCreateParams

from mirror.gateway.call import Call


def create(params: InvoiceItemCreateParams) -> Call:
    return Call("post", "/v1/invoiceitems", params)


def pending(customer: str) -> Call:
    return Call("get", "/v1/invoiceitems", {"customer": customer, "pending": True, "limit": 100})
