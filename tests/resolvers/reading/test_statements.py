"""How many statements reads take, counted at the driver, and what they hold."""

import re
from itertools import chain

import pytest

from tests.resolvers.reading.connections import CONNECTIONS
from tests.resolvers.reading.everything import belongings, catalogue
from tests.resolvers.reading.stripe_objects import NOW, card, charge, customer, invoice
from tests.resolvers.reading.world import ADA, Database, World

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


def test_the_account_page_takes_one_statement_or_two(busy: World) -> None:
    with busy.database.statements() as sent:
        page = busy.ask(ACCOUNT_PAGE, by=ADA)
    # SQLite reads what lies deepest in a statement of its own.
    assert len(sent) == {"sqlite": 2, "postgresql": 1}[busy.database.name]
    assert page["subscription"]["items"][0]["price"]["product"]["name"] == "prod_1"
    assert page["activeSubscriptions"][0]["items"][0]["price"]["product"] == {"name": "prod_1"}
    assert (len(page["invoices"]["nodes"]), page["invoices"]["totalCount"]) == (20, 31)
    assert (len(page["charges"]["nodes"]), len(page["paymentMethods"])) == (20, 4)


def test_a_list_of_lists_takes_the_same_statements_however_long_it_is(world: World) -> None:
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
    assert len(shapes[0]) <= 5


def test_reads_begin_no_transaction(busy: World) -> None:
    with busy.database.statements() as sent:
        busy.ask("{ viewer { id } }", by=ADA)
    assert [statement.sql.split()[0] for statement in sent] == ["SELECT"]


def test_every_order_of_text_names_its_collation_on_postgresql(on_postgres: Database) -> None:
    """The tests have no PostgreSQL that sorts as people do, so what is sent is looked at."""
    world = World.on(on_postgres)
    world.put(customer(), invoice())
    with on_postgres.statements() as sent:
        for listed in CONNECTIONS:
            listed.page(world, "first: 1")
    orders = [order for each in sent for order in re.findall(r"ORDER BY (.+?)\s+LIMIT", each.sql, re.DOTALL)]
    assert len(orders) == len(CONNECTIONS)
    for order in orders:
        for column in re.split(r",\s+(?![^(]*\))", order):
            assert ('COLLATE "C"' in column) == bool(re.search(r"\.(id|email|name)\b", column)), order
