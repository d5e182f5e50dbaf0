"""Payments: endpoints of the API."""

from sandbox.api import search
from sandbox.api.routing import Route, get, many, post
from sandbox.payments import (
    balance_transactions,
    charges,
    payment_intent_parameters,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
)

ROUTES: tuple[Route, ...] = (
    many("/v1/balance_transactions", balance_transactions.listing, "balance_transaction", balance_transactions.LIST),
    get("/v1/balance_transactions/{id}", balance_transactions.retrieve, "balance_transaction"),
    many("/v1/charges", charges.listing, "charge", charges.LIST),
    many("/v1/charges/search", charges.find, "charge", search.SHAPE),
    get("/v1/charges/{charge}", charges.retrieve, "charge"),
    post("/v1/charges/{charge}", charges.update, "charge", charges.UPDATE),
    many("/v1/charges/{charge}/refunds", charges.refunds, "refund", charges.LIST_REFUNDS),
    many("/v1/payment_intents", payment_intents.listing, "payment_intent", payment_intent_parameters.LIST),
    post("/v1/payment_intents", payment_intents.create, "payment_intent", payment_intent_parameters.CREATE),
    many("/v1/payment_intents/search", payment_intents.find, "payment_intent", search.SHAPE),
    get(
        "/v1/payment_intents/{intent}",
        payment_intents.retrieve,
        "payment_intent",
        payment_intent_parameters.RETRIEVE,
        publishable=True,
    ),
    post("/v1/payment_intents/{intent}", payment_intents.update, "payment_intent", payment_intent_parameters.UPDATE),
    post(
        "/v1/payment_intents/{intent}/cancel",
        payment_intents.cancel,
        "payment_intent",
        payment_intent_parameters.CANCEL,
    ),
    post(
        "/v1/payment_intents/{intent}/capture",
        payment_intents.capture,
        "payment_intent",
        payment_intent_parameters.CAPTURE,
    ),
    post(
        "/v1/payment_intents/{intent}/confirm",
        payment_intents.confirm,
        "payment_intent",
        payment_intent_parameters.CONFIRM,
        publishable=True,
    ),
    many("/v1/payment_methods", payment_methods.listing, "payment_method", payment_methods.LIST),
    post("/v1/payment_methods", payment_methods.create, "payment_method", payment_methods.CREATE, publishable=True),
    get("/v1/payment_methods/{payment_method}", payment_methods.retrieve, "payment_method"),
    post("/v1/payment_methods/{payment_method}", payment_methods.update, "payment_method", payment_methods.UPDATE),
    post(
        "/v1/payment_methods/{payment_method}/attach", payment_methods.attach, "payment_method", payment_methods.ATTACH
    ),
    post("/v1/payment_methods/{payment_method}/detach", payment_methods.detach, "payment_method"),
    many("/v1/refunds", refunds.listing, "refund", refunds.LIST),
    post("/v1/refunds", refunds.create, "refund", refunds.CREATE),
    get("/v1/refunds/{refund}", refunds.retrieve, "refund"),
    post("/v1/refunds/{refund}", refunds.update, "refund", refunds.UPDATE),
    post("/v1/refunds/{refund}/cancel", refunds.cancel, "refund"),
    many("/v1/setup_intents", setup_intents.listing, "setup_intent", setup_intents.LIST),
    post("/v1/setup_intents", setup_intents.create, "setup_intent", setup_intents.CREATE),
    get(
        "/v1/setup_intents/{intent}",
        setup_intents.retrieve,
        "setup_intent",
        payment_intent_parameters.RETRIEVE,
        publishable=True,
    ),
    post("/v1/setup_intents/{intent}", setup_intents.update, "setup_intent", setup_intents.UPDATE),
    post("/v1/setup_intents/{intent}/cancel", setup_intents.cancel, "setup_intent", setup_intents.CANCEL),
    post(
        "/v1/setup_intents/{intent}/confirm",
        setup_intents.confirm,
        "setup_intent",
        setup_intents.CONFIRM,
        publishable=True,
    ),
)
