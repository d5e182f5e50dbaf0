"""Calls about invoices. https://docs.stripe.com/api/invoices"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mirror.gateway.call import Call, segment

if TYPE_CHECKING:
    from stripe.params import (
        InvoiceCreateParams,
        InvoiceCreatePreviewParams,
        InvoiceFinalizeInvoiceParams,
        InvoicePayParams,
        InvoiceRemoveLinesParams,
        InvoiceSendInvoiceParams,
    )

UNASSIGNED_AT_ONCE = 100


def create(params: InvoiceCreateParams) -> Call:
    return Call("post", "/v1/invoices", params)


def finalize(invoice: str, params: InvoiceFinalizeInvoiceParams) -> Call:
    return Call("post", f"/v1/invoices/{segment(invoice)}/finalize", params)


def send(invoice: str, params: InvoiceSendInvoiceParams) -> Call:
    return Call("post", f"/v1/invoices/{segment(invoice)}/send", params)


def pay(invoice: str, params: InvoicePayParams) -> Call:
    return Call("post", f"/v1/invoices/{segment(invoice)}/pay", params)


def delete(invoice: str) -> Call:
    """Only a draft can be deleted."""
    return Call("delete", f"/v1/invoices/{segment(invoice)}")


def unassign(invoice: str, lines: Sequence[str]) -> Call:
    """Takes lines off a draft; their invoice items are pending again. At most UNASSIGNED_AT_ONCE."""
    params: InvoiceRemoveLinesParams = {"lines": [{"id": id, "behavior": "unassign"} for id in lines]}
    return Call("post", f"/v1/invoices/{segment(invoice)}/remove_lines", params)


def preview(params: InvoiceCreatePreviewParams) -> Call:
    """Changes nothing, though it is a POST."""
    return Call("post", "/v1/invoices/create_preview", params)


def lines(invoice: str) -> Call:
    return Call("get", f"/v1/invoices/{segment(invoice)}/lines", {"limit": 100})
