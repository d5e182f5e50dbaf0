"""Who is measured: each candidate is a server process of its own on a port of the loopback."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import typer

from benchmarks import bearer
from benchmarks.databases import Postgres
from benchmarks.rows import ACCOUNT
from benchmarks.seeding import SECRET_KEY

HERE = Path(__file__).parent
FIRST_PORT = 18_600
NOBODY_LISTENS = 18_699
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Candidate:
    """How a server is started, and which texts of the queries it understands."""

    name: str
    command: Sequence[str]
    settings: Mapping[str, str]
    port: int
    queries: Path = HERE / "queries"
    variables: Mapping[str, object] = field(default_factory=dict)
    """What it must be told in every query."""
    answers: frozenset[str] = frozenset({"q1", "q2", "q3"})
    """The queries that it can be asked."""
    is_ours: bool = False
    keeps_its_database: bool = False
    """Whether the database works in the server's own process."""

    def body(self, query: str, variables: Mapping[str, object]) -> dict[str, object]:
        text = (self.queries / f"{query}.graphql").read_text()
        return {"query": text, "variables": {**variables, **self.variables}}


def ours(name: str, port: int, database_url: str) -> Candidate:
    program = Path(sys.executable).with_name("stripe-graphql")
    settings = {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_API_BASE": f"http://127.0.0.1:{NOBODY_LISTENS}",
        "JWT_SECRET": bearer.SECRET,
    }
    command = [str(program), "serve", "--migrate", "--port", str(port)]
    sqlite = database_url.startswith("sqlite")
    return Candidate(name, command, settings, port, is_ours=True, keeps_its_database=sqlite)


def field_by_field(port: int, database_url: str) -> Candidate:
    command = _uvicorn("benchmarks.field_by_field.app:app", port)
    return Candidate("field-by-field", command, {"DATABASE_URL": database_url, "ACCOUNT": ACCOUNT}, port)


def floor(port: int, postgres: Postgres, database: str) -> Candidate:
    command = _uvicorn("benchmarks.floor:app", port)
    settings = {"SOCKET": postgres.socket, "DATABASE": database}
    return Candidate("floor", command, settings, port, answers=frozenset({"q1"}))


def postgraphile(port: int, postgres: Postgres, database: str) -> Candidate:
    folder = HERE / "postgraphile"
    if not (folder / "node_modules").exists():
        _install(folder)
    command = [str(folder / "node_modules" / ".bin" / "node"), str(folder / "server.mjs")]
    settings = {
        "PORT": str(port),
        "SOCKET": postgres.socket,
        "DATABASE": database,
        "JWT_SECRET": bearer.SECRET,
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    queries = HERE / "queries" / "postgraphile"
    return Candidate("postgraphile", command, settings, port, queries, variables={"account": ACCOUNT})


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is missing, which PostGraphile needs: install Node.js, or leave it out by --candidates.")
    typer.echo("Installing PostGraphile and its Node.js …", err=True)
    subprocess.run([npm, "install", "--no-package-lock", "--no-audit", "--no-fund"], cwd=folder, check=True)


def _uvicorn(app: str, port: int) -> list[str]:
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "--factory", app, "--port", str(port), *options]


class Server:
    """A candidate that runs. Its log is in `folder`, which is also where it looks for files."""

    def __init__(self, candidate: Candidate, folder: Path) -> None:
        self.candidate = candidate
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{candidate.port}",
            headers={"authorization": f"Bearer {bearer.token()}"},
            timeout=60,
            trust_env=False,
        )
        self._log = (folder / f"{candidate.name.replace('/', ' ')}.log").resolve()
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        settings = {**inherited, **candidate.settings, "PYTHONPATH": str(HERE.parent)}
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(candidate.command, env=settings, cwd=folder, stdout=log, stderr=log)
        self.process = psutil.Process(self._child.pid)
        self._await()

    def stop(self) -> None:
        self._client.close()
        self._child.terminate()
        self._child.wait()

    def ask(self, query: str, variables: Mapping[str, object]) -> bytes:
        """The answer's body. Raises when it is not 200."""
        return self._post(self.candidate.body(query, variables)).raise_for_status().content

    def _post(self, body: Mapping[str, object]) -> httpx.Response:
        return self._client.post("/graphql", json=body)

    def _await(self) -> None:
        """Until it answers queries, whatever it says."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                break
            try:
                if self._post({"query": "{ __typename }", "variables": {"id": ""}}).status_code < 500:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.stop()
        raise SystemExit(f"{self.candidate.name} did not start; its log is {self._log}.")


@contextmanager
def running(candidate: Candidate, folder: Path) -> Iterator[Server]:
    server = Server(candidate, folder)
    try:
        yield server
    finally:
        server.stop()
