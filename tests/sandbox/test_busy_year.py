"""After a busy year every list, object, event and sum is in order.

STRIPE_GRAPHQL_TEST_SEED and STRIPE_GRAPHQL_TEST_CUSTOMERS make other and busier years.
"""

import os
from collections import Counter

from tests.sandbox.auditing.events import event_troubles
from tests.sandbox.auditing.lists import WHOLE, everything, list_troubles
from tests.sandbox.auditing.money import money_troubles
from tests.sandbox.busy_year import BusyYear
from tests.sandbox.in_process import inside

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
CUSTOMERS = int(os.environ.get("STRIPE_GRAPHQL_TEST_CUSTOMERS", "24"))


def test_everything_agrees_and_adds_up_after_a_busy_year() -> None:
    with inside(SEED) as (client, _):
        year = BusyYear(client, SEED, CUSTOMERS)
        year.live()
        found = everything(client)
        rows = sum(len(one) for one in found.values())
        troubles = [
            *list_troubles(client, found, every=max(1, rows // 4_000)),
            *money_troubles(client, found),
            *event_troubles(found),
        ]
        assert troubles == []
        busy = Counter({path: len(rows) for path, rows in found.items()})
        assert [path for path, many in busy.items() if not many] == [], year.refused
        assert len(WHOLE) == len(busy)
        assert busy["/v1/invoices"] > CUSTOMERS * 4
