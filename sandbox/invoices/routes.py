"""Invoices: endpoints of the API."""

from sandbox.api import search
from sandbox.api.routing import Route, delete, get, many, post
from sandbox.invoices import (
    invoice_item_parameters,
    invoice_items,
    invoice_line_editing,
    invoice_parameters,
    invoice_payments,
    invoices,
    preview_parameters,
    previewing,
)

ROUTES: tuple[Route, ...] = (
    many("/v1/invoice_payments", invoice_payments.listing, "invoice_payment", invoice_payments.LIST),
    get("/v1/invoice_payments/{invoice_payment}", invoice_payments.retrieve, "invoice_payment"),
    many("/v1/invoiceitems", invoice_items.listing, "invoiceitem", invoice_item_parameters.LIST),
    post("/v1/invoiceitems", invoice_items.create, "invoiceitem", invoice_item_parameters.CREATE),
    get("/v1/invoiceitems/{invoiceitem}", invoice_items.retrieve, "invoiceitem"),
    post("/v1/invoiceitems/{invoiceitem}", invoice_items.update, "invoiceitem", invoice_item_parameters.UPDATE),
    delete("/v1/invoiceitems/{invoiceitem}", invoice_items.delete, "invoiceitem"),
    many("/v1/invoices", invoices.listing, "invoice", invoice_parameters.LIST),
    post("/v1/invoices", invoices.create, "invoice", invoice_parameters.CREATE),
    many("/v1/invoices/search", invoices.find, "invoice", search.SHAPE),
    post("/v1/invoices/create_preview", previewing.create_preview, "invoice", preview_parameters.SHAPE),
    get("/v1/invoices/{invoice}", invoices.retrieve, "invoice"),
    post("/v1/invoices/{invoice}", invoices.update, "invoice", invoice_parameters.UPDATE),
    delete("/v1/invoices/{invoice}", invoices.delete, "invoice"),
    post("/v1/invoices/{invoice}/finalize", invoices.finalize, "invoice", invoice_parameters.FINALIZE),
    post("/v1/invoices/{invoice}/attach_payment", invoice_payments.attach, "invoice", invoice_parameters.ATTACH),
    many("/v1/invoices/{invoice}/lines", invoices.lines, "line_item"),
    post(
        "/v1/invoices/{invoice}/lines/{line_item}",
        invoice_line_editing.update_one,
        "line_item",
        invoice_item_parameters.LINE,
    ),
    post("/v1/invoices/{invoice}/add_lines", invoice_line_editing.add, "invoice", invoice_item_parameters.ADD_LINES),
    post(
        "/v1/invoices/{invoice}/remove_lines",
        invoice_line_editing.remove_many,
        "invoice",
        invoice_item_parameters.REMOVE_LINES,
    ),
    post(
        "/v1/invoices/{invoice}/update_lines",
        invoice_line_editing.update_many,
        "invoice",
        invoice_item_parameters.UPDATE_LINES,
    ),
    post("/v1/invoices/{invoice}/mark_uncollectible", invoices.mark_uncollectible, "invoice"),
    post("/v1/invoices/{invoice}/pay", invoices.pay, "invoice", invoice_parameters.PAY),
    post("/v1/invoices/{invoice}/send", invoices.send, "invoice"),
    post("/v1/invoices/{invoice}/void", invoices.void, "invoice"),
)
