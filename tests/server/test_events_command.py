"""`stripe-graphql events`: what could not be applied can be seen, and applied anew."""

import asyncio
import hashlib
import subprocess
from pathlib import Path

import pytest

from db import inbox
from db.accounts import Account, remember
from db.engine import create_engine
from tests import program

KEY = "sk_test_events"
ACCOUNT = Account("acct_events", livemode=False)


def stored(url: str) -> None:
    """A failed event and a pending one, of an account that the database knows."""

    async def store() -> None:
        engine = create_engine(url, pool_size=1)
        await remember(engine, hashlib.sha256(KEY.encode()).hexdigest(), ACCOUNT)
        event = {"account": ACCOUNT.id, "livemode": False, "api_version": None, "received_at": 1, "body": b"{}"}
        rows = [
            {**event, "id": "evt_failed", "type": "customer.created", "created": 1_800_000_000},
            {**event, "id": "evt_pending", "type": "invoice.paid", "created": 1_800_000_060},
        ]
        async with engine.begin() as connection:
            await inbox.keep(connection, rows, pause_ms=60_000)
            await inbox.give_up(connection, ACCOUNT, "evt_failed", "UnknownObject: No such customer.")
        await engine.dispose()

    asyncio.run(store())


def run(folder: Path, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"DATABASE_URL": url, "STRIPE_SECRET_KEY": KEY}
    return program.run("server.cli", "events", *arguments, cwd=folder, env=environment)


def test_what_is_not_applied_is_listed_newest_first_with_why(database_url: str, tmp_path: Path) -> None:
    stored(database_url)
    done = run(tmp_path, database_url, "list")
    assert done.stdout.splitlines() == [
        "2027-01-15T08:01:00Z  evt_pending  invoice.paid  pending  0 tries",
        "2027-01-15T08:00:00Z  evt_failed  customer.created  failed  1 try  UnknownObject: No such customer.",
    ]
    failed = run(tmp_path, database_url, "list", "--state", "failed").stdout.splitlines()
    assert [line.split()[1] for line in failed] == ["evt_failed"]
    assert run(tmp_path, database_url, "list", "--state", "applied").stderr == "There are none.\n"


def test_what_has_failed_is_pending_again_after_a_replay(database_url: str, tmp_path: Path) -> None:
    stored(database_url)
    assert run(tmp_path, database_url, "replay", "--failed").stdout == "1 event is pending again.\n"
    assert run(tmp_path, database_url, "list", "--state", "failed").stdout == ""
    both = run(tmp_path, database_url, "replay", "evt_failed", "evt_pending")
    assert both.stdout == "2 events are pending again.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replay"], "Give the ids of events, or --failed"),
        (["replay", "--failed", "evt_failed"], "Give the ids of events, or --failed"),
        (["replay", "evt_nope"], "evt_nope"),
    ],
)
def test_what_cannot_be_replayed_is_said(database_url: str, tmp_path: Path, arguments: list[str], said: str) -> None:
    stored(database_url)
    done = run(tmp_path, database_url, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
