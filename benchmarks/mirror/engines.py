"""The mirrors that are measured: ours, and the sync engines from npm in `peers`."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import typer

from benchmarks.candidates import Candidate, ours
from benchmarks.databases import Postgres
from benchmarks.rows import API_VERSION
from benchmarks.seeding import SECRET_KEY

PEERS = Path(__file__).parent / "peers"
OURS = "ours"
WEBHOOK_ENGINE = "@supabase/stripe-sync-engine"
WEBHOOK_ENGINE_ASKING = f"{WEBHOOK_ENGINE}, revalidating"
"""The same, told to fetch anew what an event tells of."""
BACKFILL_ENGINE = "@stripe/sync-engine"
CONNECTIONS = 16
"""To the database, for everybody: what ours has when nothing is set."""
WEBHOOK_SECRET = "whsec_benchmark"


def install_peers() -> None:
    """From npm, once. Ends the program where npm is missing."""
    if (PEERS / "node_modules").exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is missing, which the sync engines need: install Node.js.")
    typer.echo("Installing the sync engines and their Node.js …", err=True)
    subprocess.run([npm, "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=PEERS, check=True)


def node(script: str) -> list[str]:
    return [str(PEERS / "node_modules" / ".bin" / "node"), str(PEERS / script)]


def webhook_server(name: str, port: int, postgres: Postgres, database: str, stripe_port: int) -> Candidate:
    """One server process that takes webhooks; those of npm at /webhooks, ours at /webhooks/stripe."""
    if name == OURS:
        candidate = ours(OURS, port, postgres.url(database))
        settings = {
            **candidate.settings,
            "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
            "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        }
        return replace(candidate, settings=settings)
    settings = {
        "PORT": str(port),
        "REVALIDATE": "true" if name == WEBHOOK_ENGINE_ASKING else "false",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        **peer_settings(postgres, database, stripe_port),
    }
    return Candidate(name, node("webhooks.mjs"), settings, port)


def peer_settings(postgres: Postgres, database: str, stripe_port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://postgres@localhost/{database}?host={postgres.socket}",
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_API_VERSION": API_VERSION,
        "STRIPE_PORT": str(stripe_port),
        "CONNECTIONS": str(CONNECTIONS),
        "NODE_ENV": "production",
    }
