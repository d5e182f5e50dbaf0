"""`stripe-graphql operations`: what is not settled can be seen, and settled."""

import subprocess
from pathlib import Path

import pytest

from db.accounts import hash_of, remember
from db.operations import OperationRow, OperationState
from sandbox.app import build
from tests import program
from tests.resolvers.dying import killed
from tests.resolvers.shop import SECRET_KEY, open_shop
from tests.resolvers.stories import charging, invoicing, set_up
from tests.resolvers.test_recovery import A_DAY, MINUTES, last, pass_time
from tests.serving import free_port, serving, url_of

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def run(folder: Path, database_url: str, stripe_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_API_BASE": stripe_url,
    }
    return program.run("server.cli", "operations", *arguments, cwd=folder, env=environment)


async def test_what_is_begun_is_listed_and_settled(database_url: str, tmp_path: Path) -> None:
    url = database_url
    with free_port() as listener, serving(build(), listener):
        stripe_url = url_of(listener)
        async with open_shop(url, stripe_url) as shop:
            await remember(shop.services.engine, hash_of(SECRET_KEY), shop.services.account)
            stage = await set_up(shop)
            charge, invoice = await charging(stage, "user_1"), await invoicing(stage, "user_2")
            killed(url, stripe_url, [last(charge, 0), last(invoice, 4)])
            await pass_time(shop, MINUTES)

            listed = run(tmp_path, url, stripe_url, "list").stdout.splitlines()
            told = {line.split("  ")[1]: line.split("  ")[2:] for line in listed}
            assert told == {
                charge.operation: ["charge", "begun", "pay: sent"],
                invoice.operation: ["sendInvoice", "begun", "create: done, finalize: sent"],
            }
            some = run(tmp_path, url, stripe_url, "settle", invoice.operation)
            assert (some.stdout, some.returncode) == (f"{invoice.operation}  sendInvoice  completed\n", 0)
            assert await invoice.counts() == invoice.whole
            rest = run(tmp_path, url, stripe_url, "settle")
            assert (rest.stdout, rest.returncode) == (f"{charge.operation}  charge  not done\n", 0)
            again = run(tmp_path, url, stripe_url, "settle", invoice.operation)
            assert again.stdout == f"{invoice.operation}  sendInvoice  already settled\n"
            assert run(tmp_path, url, stripe_url, "list").stderr == "There are none.\n"
            everything = run(tmp_path, url, stripe_url, "list", "--all", "--limit", "10").stdout
            assert "charge  not sent  pay: not done" in everything
            assert "sendInvoice  done  create: done, finalize: done, send: done" in everything
            (row,) = await shop.mirrored(OperationRow, id=charge.operation)
            assert row["state"] == OperationState.NOT_SENT


async def test_what_was_half_done_a_day_ago_stays_to_be_seen_until_its_caller_asks_again(
    database_url: str, tmp_path: Path
) -> None:
    url = database_url
    with free_port() as listener, serving(build(), listener):
        stripe_url = url_of(listener)
        async with open_shop(url, stripe_url) as shop:
            await remember(shop.services.engine, hash_of(SECRET_KEY), shop.services.account)
            invoice = await invoicing(await set_up(shop), "user_1")
            killed(url, stripe_url, [last(invoice, 3)])
            await pass_time(shop, A_DAY)
            why = (
                "Only a part was carried out (create), too long ago for the rest to be sent without the caller: "
                "asking again with the same idempotencyKey completes it."
            )
            for _ in range(2):
                settled = run(tmp_path, url, stripe_url, "settle")
                assert settled.stdout == f"{invoice.operation}  sendInvoice  still uncertain: {why}\n"
                assert settled.returncode == 1
            (listed,) = run(tmp_path, url, stripe_url, "list").stdout.splitlines()
            assert listed.partition("  ")[2].startswith(
                f"{invoice.operation}  sendInvoice  begun  2 tries  create: done, finalize: not done"
            )
            assert listed.endswith(why)
            assert await invoice.counts() != invoice.whole
            assert (await invoice.ask()).errors == ()
            assert await invoice.counts() == invoice.whole
            assert run(tmp_path, url, stripe_url, "list").stderr == "There are none.\n"


async def test_what_remains_is_told_by_the_exit_code(database_url: str, tmp_path: Path) -> None:
    url = database_url
    with free_port() as listener, serving(build(), listener):
        stripe_url = url_of(listener)
        async with open_shop(url, stripe_url) as shop:
            await remember(shop.services.engine, hash_of(SECRET_KEY), shop.services.account)
            story = await charging(await set_up(shop), "user_1")
            killed(url, stripe_url, [last(story, 0)])
            await pass_time(shop, 1)
            done = run(tmp_path, url, stripe_url, "settle")
            assert done.returncode == 1
            assert done.stdout.startswith(f"{story.operation}  charge  still uncertain: Uncertain: ")
            assert "1 try" in run(tmp_path, url, stripe_url, "list").stdout
            unknown = run(tmp_path, url, stripe_url, "settle", "op_nothing")
            assert (unknown.returncode, unknown.stderr) == (2, "These are not stored here: op_nothing.\n")
