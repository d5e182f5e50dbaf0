"""How many statements reads take, counted at the driver, and what they hold."""

from itertools import chain
from typing import Any

import pytest

from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.stripe_objects import NOW, card, charge, invoice
from tests.resolvers.reading.world import ADA, World

ACCOUNT_PAGE = """{ viewer {
    id email name balance { formatted } delinquent defaultPaymentMethod { id }
    subscription { id status currentPeriodEnd cancelAtPeriodEnd latestInvoice { id status hostedInvoiceUrl }
        items { id quantity price { id nickname unitAmount { formatted } recurring { interval intervalCount }
            product { id name description } } } discounts { coupon { id percentOff amountOff { formatted } } } }
    activeSubscriptions { id items { id price { id product { name } } } }
    hasAnyActiveSubscription isSubscribedTo(product: "prod_1") access(product: "prod_1") { granted reason until }
    invoices(first: 20) { nodes { id number status total { formatted } created payments { charge { id } } }
        pageInfo { hasNextPage endCursor } totalCount }
    charges(first: 20) { nodes { id amount { formatted } status created refunds { id } invoice { id number } }
        pageInfo { hasNextPage endCursor } }
    paymentMethods { id label isDefault card { brand last4 expMonth expYear } }
    pendingInvoiceItems { id amount { formatted } } } }"""


@pytest.fixture
def busy(world: World) -> World:
    world.put(*catalogue(), *belongings("a", "ada"))
    world.put(*(invoice(f"in_{number}", "cus_a", created=NOW - number) for number in range(30)))
    world.put(*(charge(f"ch_{number}", "cus_a", created=NOW - number) for number in range(30)))
    world.put(*(card(f"pm_{number}", "cus_a") for number in range(3)))
    return world


def test_the_account_page_takes_one_statement(busy: World) -> None:
    with busy.database.statements() as sent:
        page = busy.ask(ACCOUNT_PAGE, by=ADA)
    assert len(sent) == 1
    assert page["subscription"]["items"][0]["price"]["product"]["name"] == "prod_1"
    assert page["activeSubscriptions"][0]["items"][0]["price"]["product"] == {"name": "prod_1"}
    assert (len(page["invoices"]["nodes"]), page["invoices"]["totalCount"]) == (20, 31)
    assert (len(page["charges"]["nodes"]), len(page["paymentMethods"])) == (20, 4)


def test_a_list_of_lists_takes_the_same_statement_however_long_it_is(world: World) -> None:
    question = """{ customers(first: 100) { nodes { id
        subscriptions { nodes { id items { id price { id product { id } } } } }
        invoices { nodes { id lines { nodes { id price { id } } } payments { charge { id refunds { id } } } } } } } }"""
    world.put(*catalogue())
    shapes = []
    for many in (1, 40):
        world.put(*chain(*(belongings(f"{many}x{number}") for number in range(many))))
        with world.database.statements() as sent:
            answer = world.ask(question)
        assert answer["nodes"][0]["invoices"]["nodes"][0]["payments"][0]["charge"]["refunds"]
        # Also as many bound values: databases take a limited number of them.
        shapes.append([(statement.sql, len(statement.bound)) for statement in sent])
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) == 1


def test_reads_begin_no_transaction(busy: World) -> None:
    with busy.database.statements() as sent:
        busy.ask("{ viewer { id } }", by=ADA)
    assert [statement.sql.split()[0] for statement in sent] == ["SELECT"]


def test_the_account_page_is_one_statement_at_the_driver_too(busy: World) -> None:
    reads: Any = busy.database.reads.inner
    heard: list[str] = []
    # Nothing is told of a statement that asyncpg prepares for one use.
    for _ in range(2):
        busy.ask(ACCOUNT_PAGE, by=ADA)
    if busy.database.name == "sqlite":
        listening, connections = "set_trace_callback", reads._all
    else:
        listening, connections = "add_query_logger", reads._idle
    for connection in connections:
        getattr(connection, listening)(heard.append)
    for asked in range(1, 4):
        busy.ask(ACCOUNT_PAGE, by=ADA)
        assert len(heard) == asked
    for connection in connections:
        if busy.database.name == "sqlite":
            connection.set_trace_callback(None)
        else:
            connection.remove_query_logger(heard.append)
