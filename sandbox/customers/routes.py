"""Customers: endpoints of the API."""

from sandbox.api import search
from sandbox.api.routing import Route, delete, get, many, post
from sandbox.customers import customer_balance, customer_parameters, customer_sessions, customers, tax_ids
from sandbox.payments import payment_methods

LEDGER = "/v1/customers/{customer}/balance_transactions"
LEDGER_ENTRY = "customer_balance_transaction"

ROUTES: tuple[Route, ...] = (
    post("/v1/customer_sessions", customer_sessions.create, "customer_session", customer_sessions.CREATE),
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
    many("/v1/tax_ids", tax_ids.list_owned, "tax_id", tax_ids.LIST),
    post("/v1/tax_ids", tax_ids.create_owned, "tax_id", tax_ids.CREATE_OWNED),
    get("/v1/tax_ids/{id}", tax_ids.retrieve_owned, "tax_id"),
    delete("/v1/tax_ids/{id}", tax_ids.delete_owned, "tax_id"),
)
