"""`stripe-graphql sync`: the mirror is filled, also after a kill, and what is wrong is said in a sentence."""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select

from db import syncs
from db.accounts import hash_of, recall
from db.engine import create_engine
from db.leases import Lease
from db.tables import Charge, Customer, Invoice, InvoicePayment, StoredObject
from sandbox.app import build
from sandbox.demo.planting import Demo
from tests import program
from tests.serving import any_unused_port, free_port, serving, url_of

KEY = "sk_test_sync"
LISTED = select(func.sum(syncs.WindowRow.objects))


@pytest.fixture(scope="module")
def stripe() -> Iterator[str]:
    """A sandbox with customers who have a past."""
    with free_port() as listener, serving(build(demo=Demo(customers=60)), listener):
        yield url_of(listener)


def environment(stripe: str, database_url: str, **more: str) -> dict[str, str]:
    own = {"DATABASE_URL": database_url, "STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": stripe}
    return own | more


def run(folder: Path, settings: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return program.run("server.cli", "sync", *arguments, cwd=folder, env=settings)


def begin(folder: Path, settings: dict[str, str], *arguments: str) -> program.Process:
    return program.Process(
        *("server.cli", *arguments), cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def held(database_url: str, *statements: Any) -> list[Any]:
    async def read() -> list[Any]:
        engine = create_engine(database_url, pool_size=1)
        async with engine.begin() as connection:
            found = [await connection.execute(statement) for statement in statements]
            rows = [result.scalar() if result.returns_rows else None for result in found]
        await engine.dispose()
        return rows

    return asyncio.run(read())


def count(table: Any) -> Any:
    return select(func.count()).select_from(table)


def at_stripe(stripe: str, path: str) -> int:
    with httpx.Client(base_url=stripe, headers={"authorization": f"Bearer {KEY}"}, trust_env=False) as client:
        found = 0
        after: dict[str, str] = {}
        while True:
            page = client.get(f"/v1/{path}", params={"limit": 100, **after}).json()
            found += len(page["data"])
            if not page["has_more"]:
                return found
            after = {"starting_after": page["data"][-1]["id"]}


def test_killed_again_and_again_it_goes_on_and_ends_with_everything(
    stripe: str, database_url: str, tmp_path: Path
) -> None:
    settings = environment(stripe, database_url)
    rng = random.Random(1)
    resumed = 0
    listed = 0
    for _ in range(4):
        child = begin(tmp_path, settings, "sync", "--rate", "40")
        deadline = time.monotonic() + 60
        while child.poll() is None and (held(database_url, LISTED)[0] or 0) <= listed:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 0.2))
        child.kill()
        _, said = child.communicate()
        resumed += "Going on with the sync that began on " in said
        listed = held(database_url, delete(Lease), LISTED)[1] or 0
    done = run(tmp_path, settings, "--rate", "1000")
    assert done.returncode == 0, done.stderr
    assert resumed >= 1
    for table, path in (
        (Customer, "customers"),
        (Invoice, "invoices"),
        (InvoicePayment, "invoice_payments"),
        (Charge, "charges"),
    ):
        assert held(database_url, count(table).where(table.deleted.is_(False)))[0] == at_stripe(stripe, path)
    assert "in all" in done.stdout
    assert held(database_url, count(syncs.SyncRow), count(syncs.WindowRow)) == [0, 0]


def test_stopping_it_says_that_it_goes_on(stripe: str, database_url: str, tmp_path: Path) -> None:
    settings = environment(stripe, database_url)
    child = begin(tmp_path, settings, "sync", "--rate", "2")
    while held(database_url, count(StoredObject))[0] == 0:
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert said.splitlines()[-1] == "Stopped. The same command goes on from here."
    assert "garbage" not in said
    assert held(database_url, count(Lease))[0] == 0


def test_named_resources_are_copied_alone(stripe: str, database_url: str, tmp_path: Path) -> None:
    done = run(tmp_path, environment(stripe, database_url), "prices", "invoiceitems", "--rate", "1000")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[:2]] == ["prices", "invoice_items"]
    assert held(database_url, count(Charge))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "There is no resource nonsense. There are charges, coupons, "),
        (["invoice_lines"], "invoice_lines come with invoices: name those."),
        (["--since", "yesterday"], "--since is a date (2026-11-01), "),
    ],
)
def test_what_it_cannot_do_is_said(stripe: str, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(tmp_path, environment(stripe, "sqlite:///none.db"), *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(said)


def test_a_key_that_stripe_does_not_take_ends_it(stripe: str, postgres_url: str, tmp_path: Path) -> None:
    expired = "sk_test_expired_key"
    done = run(tmp_path, environment(stripe, postgres_url, STRIPE_SECRET_KEY=expired))
    assert done.returncode == 2
    assert "check STRIPE_SECRET_KEY" in done.stderr
    assert expired not in done.stderr


def test_without_a_word_from_stripe_it_keeps_trying_and_says_so(postgres_url: str, stripe: str, tmp_path: Path) -> None:
    run(tmp_path, environment(stripe, postgres_url), "prices")
    nowhere = environment(f"http://127.0.0.1:{any_unused_port()}", postgres_url)
    child = begin(tmp_path, nowhere, "sync", "prices")
    assert child.stderr is not None
    said = [child.stderr.readline() for _ in range(2)]
    child.kill()
    child.communicate()
    assert "Stripe could not be reached. Trying again in 1 s.\n" in said


def test_a_filled_mirror_is_told_from_one_that_never_was(stripe: str, database_url: str, tmp_path: Path) -> None:
    settings = environment(stripe, database_url, JWT_SECRET="x" * 32)
    asked = begin(tmp_path, settings, "serve", "--port", str(any_unused_port()), "--sync")
    assert asked.stderr is not None
    for line in asked.stderr:
        if "The mirror is filled." in line:
            break
    asked.terminate()
    asked.communicate()
    assert held(database_url, count(Invoice))[0] == at_stripe(stripe, "invoices")

    async def known() -> Any:
        engine = create_engine(database_url, pool_size=1)
        account = await recall(engine, hash_of(KEY))
        await engine.dispose()
        return account

    assert asyncio.run(known()) is not None
