"""After a busy year every list, object, event and sum is in order.

STRIPE_GRAPHQL_TEST_SEED and STRIPE_GRAPHQL_TEST_CUSTOMERS make other and busier years.
"""

import os

from tests.sandbox.auditing.events import event_troubles
from tests.sandbox.auditing.lists import everything, list_troubles, with_clocks
from tests.sandbox.auditing.money import money_troubles
from tests.sandbox.busy_year import BusyYear
from tests.sandbox.in_process import inside

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
FILLED = """
    balance_transactions charges coupons customers disputes events invoice_payments invoiceitems invoices
    payment_intents
    prices products promotion_codes refunds setup_intents subscriptions test_helpers/test_clocks webhook_endpoints
"""
CUSTOMERS = int(os.environ.get("STRIPE_GRAPHQL_TEST_CUSTOMERS", "20"))


def test_everything_agrees_and_adds_up_after_a_busy_year() -> None:
    with inside(SEED) as (client, _):
        year = BusyYear(client, SEED, CUSTOMERS)
        year.live()
        found = everything(client)
        whole = with_clocks(client, found)
        troubles = [
            *list_troubles(client, found, every=7),
            *money_troubles(client, whole),
            *event_troubles(whole),
        ]
        assert not troubles, "\n".join(troubles[:30])
        assert [name for name in FILLED.split() if not found[f"/v1/{name}"]] == [], year.refused
        assert len(whole["/v1/invoices"]) > CUSTOMERS * 4
