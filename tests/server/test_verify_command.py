"""`stripe-graphql verify` and `rederive`: what is wrong is shown, mended, and told by the exit code."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import update

from db.accounts import hash_of, remember
from db.engine import create_engine
from db.tables import Customer, StoredObject
from tests import program
from tests.resolvers.conftest import sandbox_url
from tests.resolvers.shop import SECRET_KEY, open_shop

__all__ = ["sandbox_url"]


def run(folder: Path, url: str, stripe: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"DATABASE_URL": url, "STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_API_BASE": stripe}
    return program.run("server.cli", *arguments, cwd=folder, env=environment)


def copied(url: str, stripe: str, *names: str) -> list[str]:
    """The ids of customers that are at Stripe and here."""

    async def copy() -> list[str]:
        async with open_shop(url, stripe) as shop:
            ids = [str((await shop.stripe.post("/v1/customers", name=name))["id"]) for name in names]
            for id in ids:
                await shop.services.mirror.refresh("customer", id)
            await remember(shop.services.engine, hash_of(SECRET_KEY), shop.services.account)
            return ids

    return asyncio.run(copy())


def by_hand(url: str, *statements: Any) -> None:
    async def change() -> None:
        engine = create_engine(url, pool_size=1)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(statement)
        await engine.dispose()

    asyncio.run(change())


def test_a_row_that_was_broken_by_hand_is_found_and_mended(database_url: str, sandbox_url: str, tmp_path: Path) -> None:
    ada, grace = copied(database_url, sandbox_url, "Ada", "Grace")
    broken = {"id": grace, "object": "customer", "created": 5, "name": "Eve"}
    by_hand(
        database_url,
        update(Customer).where(Customer.id == ada).values(name="Mallory"),
        update(StoredObject).where(StoredObject.id == grace).values(data=broken),
    )
    found = run(tmp_path, database_url, sandbox_url, "verify", "customers")
    assert (found.returncode, found.stderr) == (1, "")
    lines = found.stdout.splitlines()
    assert f"customer {grace} differs" in lines
    assert '    name: Stripe "Grace", here "Eve"' in lines
    assert f"customer {ada} has typed columns that are not what its JSON says" in lines
    assert '    name: JSON "Ada", column "Mallory"' in lines
    assert lines[-1] == "3 objects differ from Stripe."

    told = run(tmp_path, database_url, sandbox_url, "verify", "customers", "--json").stdout.splitlines()
    (field,) = [
        field
        for line in told[:-1]
        if (read := json.loads(line))["id"] == grace and read["problem"] == "different"
        for field in read["fields"]
        if field["path"] == "name"
    ]
    assert field == {"path": "name", "stripe": "Grace", "mirror": "Eve", "silent": False}
    assert {"drift": 3, "mended": 0}.items() <= json.loads(told[-1]).items()

    mended = run(tmp_path, database_url, sandbox_url, "verify", "--repair")
    assert mended.returncode == 0, mended.stdout
    assert f"customer {grace} differs (mended)" in mended.stdout
    assert mended.stdout.splitlines()[-1] == "The mirror is equal to Stripe."


def test_columns_are_filled_again_without_stripe(database_url: str, sandbox_url: str, tmp_path: Path) -> None:
    copied(database_url, sandbox_url, "Ada", "Grace")
    by_hand(database_url, update(Customer).values(name="Eve"))
    done = run(tmp_path, database_url, "http://127.0.0.1:9", "rederive", "customers")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "customers: 2 objects, 2 rows changed",
        "2 rows were not what their JSON says, and are now.",
    ]
    equal = run(tmp_path, database_url, sandbox_url, "verify", "customers", "--sample", "2")
    assert (equal.returncode, equal.stderr) == (0, "")
    assert equal.stdout.splitlines()[-1] == "The mirror is equal to Stripe."


def test_what_cannot_be_compared_is_said(sandbox_url: str, tmp_path: Path, postgres_url: str) -> None:
    copied(postgres_url, sandbox_url, "Ada")
    for arguments, said in (
        (["verify", "customer_stuff"], "There is no resource customer_stuff."),
        (["verify", "invoice_lines"], "invoice_lines come with invoices: name those."),
        (["rederive", "customer_stuff"], "There is no resource customer_stuff."),
    ):
        done = run(tmp_path, postgres_url, sandbox_url, *arguments)
        assert done.returncode == 2
        assert said in done.stderr
    away = run(tmp_path, postgres_url, "http://127.0.0.1:9", "verify", "customers")
    assert away.returncode == 2
    assert "Stripe could not be asked" in away.stderr
