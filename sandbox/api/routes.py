"""The API: method, path, verb, parameters, and the kind of what is answered (for expansion)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.account import account
from sandbox.account.objects import Object
from sandbox.api import search
from sandbox.api.calls import Call
from sandbox.api.parameters import PAGING, Shape
from sandbox.catalogue import coupons, plans, prices, products, promotion_codes
from sandbox.customers import customer_balance, customer_parameters, customers, tax_ids
from sandbox.invoices import invoice_items, invoice_parameters, invoice_payments, invoices, previewing
from sandbox.payments import (
    balance_transactions,
    charges,
    payment_intent_parameters,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
)
from sandbox.subscriptions import subscription_items, subscription_parameters, subscriptions
from sandbox.timing import test_clocks
from sandbox.webhooks import events, webhook_endpoints

NONE: Shape = {}


@dataclass(frozen=True)
class Route:
    """One endpoint. `publishable` ones also take a browser's key with a client secret."""

    method: str
    path: str
    verb: Callable[[Call], Object]
    shape: Shape
    kind: str
    listed: bool = False
    publishable: bool = False


def get(
    path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE, *, publishable: bool = False
) -> Route:
    """Reads one object."""
    return Route("GET", path, verb, shape, kind, publishable=publishable)


def post(
    path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE, *, publishable: bool = False
) -> Route:
    """Makes or changes one object."""
    return Route("POST", path, verb, shape, kind, publishable=publishable)


def delete(path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE) -> Route:
    """Ends one object."""
    return Route("DELETE", path, verb, shape, kind)


def many(path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = PAGING) -> Route:
    """Lists objects."""
    return Route("GET", path, verb, shape, kind, listed=True)


CLOCKS = "/v1/test_helpers/test_clocks"
CLOCK = "test_helpers.test_clock"
LEDGER = "/v1/customers/{customer}/balance_transactions"
LEDGER_ENTRY = "customer_balance_transaction"

ROUTES: tuple[Route, ...] = (
    get("/v1/account", account.retrieve, "account"),
    many("/v1/balance_transactions", balance_transactions.listing, "balance_transaction", balance_transactions.LIST),
    get("/v1/balance_transactions/{id}", balance_transactions.retrieve, "balance_transaction"),
    many("/v1/charges", charges.listing, "charge", charges.LIST),
    many("/v1/charges/search", charges.find, "charge", search.SHAPE),
    get("/v1/charges/{charge}", charges.retrieve, "charge"),
    post("/v1/charges/{charge}", charges.update, "charge", charges.UPDATE),
    many("/v1/charges/{charge}/refunds", charges.refunds, "refund", charges.LIST_REFUNDS),
    many("/v1/coupons", coupons.listing, "coupon", coupons.LIST),
    post("/v1/coupons", coupons.create, "coupon", coupons.CREATE),
    get("/v1/coupons/{coupon}", coupons.retrieve, "coupon"),
    post("/v1/coupons/{coupon}", coupons.update, "coupon", coupons.UPDATE),
    delete("/v1/coupons/{coupon}", coupons.delete, "coupon"),
    many("/v1/customers", customers.listing, "customer", customer_parameters.LIST),
    post("/v1/customers", customers.create, "customer", customer_parameters.CREATE),
    many("/v1/customers/search", customers.find, "customer", search.SHAPE),
    get("/v1/customers/{id}", customers.retrieve, "customer"),
    post("/v1/customers/{id}", customers.update, "customer", customer_parameters.UPDATE),
    delete("/v1/customers/{id}", customers.delete, "customer"),
    many(LEDGER, customer_balance.listing, LEDGER_ENTRY, customer_balance.LIST),
    post(LEDGER, customer_balance.create, LEDGER_ENTRY, customer_balance.CREATE),
    get(LEDGER + "/{transaction}", customer_balance.retrieve, LEDGER_ENTRY),
    post(LEDGER + "/{transaction}", customer_balance.update, LEDGER_ENTRY, customer_balance.UPDATE),
    delete("/v1/customers/{customer}/discount", customers.delete_discount, "discount"),
    many(
        "/v1/customers/{customer}/payment_methods",
        customers.payment_methods,
        "payment_method",
        payment_methods.LIST_OF_CUSTOMER,
    ),
    get("/v1/customers/{customer}/payment_methods/{payment_method}", customers.payment_method, "payment_method"),
    many("/v1/customers/{customer}/tax_ids", tax_ids.listing, "tax_id"),
    post("/v1/customers/{customer}/tax_ids", tax_ids.create, "tax_id", tax_ids.CREATE),
    get("/v1/customers/{customer}/tax_ids/{id}", tax_ids.retrieve, "tax_id"),
    delete("/v1/customers/{customer}/tax_ids/{id}", tax_ids.delete, "tax_id"),
    many("/v1/events", events.listing, "event", events.LIST),
    get("/v1/events/{id}", events.retrieve, "event"),
    many("/v1/invoice_payments", invoice_payments.listing, "invoice_payment", invoice_payments.LIST),
    get("/v1/invoice_payments/{invoice_payment}", invoice_payments.retrieve, "invoice_payment"),
    many("/v1/invoiceitems", invoice_items.listing, "invoiceitem", invoice_items.LIST),
    post("/v1/invoiceitems", invoice_items.create, "invoiceitem", invoice_items.CREATE),
    get("/v1/invoiceitems/{invoiceitem}", invoice_items.retrieve, "invoiceitem"),
    post("/v1/invoiceitems/{invoiceitem}", invoice_items.update, "invoiceitem", invoice_items.UPDATE),
    delete("/v1/invoiceitems/{invoiceitem}", invoice_items.delete, "invoiceitem"),
    many("/v1/invoices", invoices.listing, "invoice", invoice_parameters.LIST),
    post("/v1/invoices", invoices.create, "invoice", invoice_parameters.CREATE),
    many("/v1/invoices/search", invoices.find, "invoice", search.SHAPE),
    post("/v1/invoices/create_preview", previewing.create_preview, "invoice", previewing.SHAPE),
    get("/v1/invoices/{invoice}", invoices.retrieve, "invoice"),
    post("/v1/invoices/{invoice}", invoices.update, "invoice", invoice_parameters.UPDATE),
    delete("/v1/invoices/{invoice}", invoices.delete, "invoice"),
    post("/v1/invoices/{invoice}/finalize", invoices.finalize, "invoice", invoice_parameters.FINALIZE),
    many("/v1/invoices/{invoice}/lines", invoices.lines, "line_item"),
    post("/v1/invoices/{invoice}/mark_uncollectible", invoices.mark_uncollectible, "invoice"),
    post("/v1/invoices/{invoice}/pay", invoices.pay, "invoice", invoice_parameters.PAY),
    post("/v1/invoices/{invoice}/send", invoices.send, "invoice"),
    post("/v1/invoices/{invoice}/void", invoices.void, "invoice"),
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
    many("/v1/plans", plans.listing, "plan", plans.LIST),
    get("/v1/plans/{plan}", plans.retrieve, "plan"),
    many("/v1/prices", prices.listing, "price", prices.LIST),
    post("/v1/prices", prices.create, "price", prices.CREATE),
    many("/v1/prices/search", prices.find, "price", search.SHAPE),
    get("/v1/prices/{price}", prices.retrieve, "price"),
    post("/v1/prices/{price}", prices.update, "price", prices.UPDATE),
    many("/v1/products", products.listing, "product", products.LIST),
    post("/v1/products", products.create, "product", products.CREATE),
    many("/v1/products/search", products.find, "product", search.SHAPE),
    get("/v1/products/{id}", products.retrieve, "product"),
    post("/v1/products/{id}", products.update, "product", products.UPDATE),
    delete("/v1/products/{id}", products.delete, "product"),
    many("/v1/promotion_codes", promotion_codes.listing, "promotion_code", promotion_codes.LIST),
    post("/v1/promotion_codes", promotion_codes.create, "promotion_code", promotion_codes.CREATE),
    get("/v1/promotion_codes/{promotion_code}", promotion_codes.retrieve, "promotion_code"),
    post("/v1/promotion_codes/{promotion_code}", promotion_codes.update, "promotion_code", promotion_codes.UPDATE),
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
    many("/v1/subscription_items", subscription_items.listing, "subscription_item", subscription_items.LIST),
    post("/v1/subscription_items", subscription_items.create, "subscription_item", subscription_items.CREATE),
    get("/v1/subscription_items/{item}", subscription_items.retrieve, "subscription_item"),
    post("/v1/subscription_items/{item}", subscription_items.update, "subscription_item", subscription_items.UPDATE),
    delete("/v1/subscription_items/{item}", subscription_items.delete, "subscription_item", subscription_items.DELETE),
    many("/v1/subscriptions", subscriptions.listing, "subscription", subscription_parameters.LIST),
    post("/v1/subscriptions", subscriptions.create, "subscription", subscription_parameters.CREATE),
    many("/v1/subscriptions/search", subscriptions.find, "subscription", search.SHAPE),
    get("/v1/subscriptions/{id}", subscriptions.retrieve, "subscription"),
    post("/v1/subscriptions/{id}", subscriptions.update, "subscription", subscription_parameters.UPDATE),
    delete("/v1/subscriptions/{id}", subscriptions.cancel, "subscription", subscription_parameters.CANCEL),
    delete("/v1/subscriptions/{id}/discount", subscriptions.delete_discount, "discount"),
    post("/v1/subscriptions/{id}/resume", subscriptions.resume, "subscription", subscription_parameters.RESUME),
    many(CLOCKS, test_clocks.listing, CLOCK, test_clocks.LIST),
    post(CLOCKS, test_clocks.create, CLOCK, test_clocks.CREATE),
    get(CLOCKS + "/{test_clock}", test_clocks.retrieve, CLOCK),
    delete(CLOCKS + "/{test_clock}", test_clocks.delete, CLOCK),
    post(CLOCKS + "/{test_clock}/advance", test_clocks.advance, CLOCK, test_clocks.ADVANCE),
    many("/v1/webhook_endpoints", webhook_endpoints.listing, "webhook_endpoint"),
    post("/v1/webhook_endpoints", webhook_endpoints.create, "webhook_endpoint", webhook_endpoints.CREATE),
    get("/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.retrieve, "webhook_endpoint"),
    post(
        "/v1/webhook_endpoints/{webhook_endpoint}",
        webhook_endpoints.update,
        "webhook_endpoint",
        webhook_endpoints.UPDATE,
    ),
    delete("/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.delete, "webhook_endpoint"),
)


class Router:
    """Finds the endpoint of a request; fixed parts of a path go before ids."""

    def __init__(self) -> None:
        self._by_length: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
        for route in sorted(ROUTES, key=lambda route: route.path.count("{")):
            pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path) + "$")
            self._by_length.setdefault((route.method, route.path.count("/")), []).append((pattern, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The endpoint and the ids in the path."""
        for pattern, route in self._by_length.get((method, path.count("/")), ()):
            match = pattern.match(path)
            if match:
                return route, match.groupdict()
        return None
