"""`stripe-graphql status`: the mirror's state without a server and without Stripe."""

import asyncio
import json
import subprocess
import time
from pathlib import Path

from db import watermarks
from db.accounts import Account, hash_of, remember
from db.engine import create_engine
from db.tables import RESOURCES
from mirror import catchup
from tests import program

KEY = "sk_test_status"
ACCOUNT = Account("acct_status", livemode=False)
SYNCED = 1_800_000_000


def known(url: str, *, healthy: bool) -> None:
    """An account that the database knows; `healthy` as a sync and a server that runs leave it."""

    async def store() -> None:
        engine = create_engine(url, pool_size=1)
        await remember(engine, hash_of(KEY), ACCOUNT)
        if healthy:
            async with engine.begin() as connection:
                for table in RESOURCES:
                    await watermarks.write(connection, ACCOUNT, f"{watermarks.SYNC}{table.__tablename__}", SYNCED)
                await watermarks.write(connection, ACCOUNT, catchup.NAME, int(time.time()))
        await engine.dispose()

    asyncio.run(store())


def run(folder: Path, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    # Nothing listens on that port: Stripe is away.
    stripe = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    environment = {"DATABASE_URL": url, **stripe}
    return program.run("server.cli", "status", *arguments, cwd=folder, env=environment)


def test_a_mirror_of_which_nothing_is_amiss_says_so(database_url: str, tmp_path: Path) -> None:
    known(database_url, healthy=True)
    done = run(tmp_path, database_url, "--check")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Account       acct_status, test mode, API version ")
    assert "Last sync     2027-01-15T08:00:00Z" in lines
    assert "invoices                       0  –                     2027-01-15T08:00:00Z" in lines
    assert lines[-1] == "Nothing is amiss."


def test_programs_read_it_as_json_and_are_told_of_warnings_by_the_exit_code(database_url: str, tmp_path: Path) -> None:
    known(database_url, healthy=False)
    done = run(tmp_path, database_url, "--json", "--check")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["account"] == "acct_status"
    assert told["lastSyncedAt"] is None
    assert (told["eventsPending"], told["eventsFailed"], told["lagSeconds"]) == (0, 0, 0)
    assert len(told["resources"]) == len(RESOURCES)
    assert told["warnings"]
    done = run(tmp_path, database_url)
    assert done.returncode == 0
    assert f"- {told['warnings'][0]}" in done.stdout.splitlines()
