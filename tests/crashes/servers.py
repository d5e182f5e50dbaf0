"""Server processes as a person starts them, and SIGKILL."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx

from server.settings import Settings
from tests import program

PATIENCE_SECONDS = 60.0


class Server:
    """`stripe-graphql serve` on one port, in a session of its own, started again after each death."""

    def __init__(self, port: int, folder: Path, environment: dict[str, str], *, workers: int = 1) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.workers = workers
        self.kills = 0
        self.secret_key = environment["STRIPE_SECRET_KEY"]
        self._command = ["server.cli", "serve", "--migrate", "--port", str(port)]
        self._command += ["--workers", str(workers)] if workers > 1 else []
        inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
        self._environment = inherited | environment
        self._folder = folder
        self._log = folder / f"{port}.log"
        self._process: program.Process | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = program.Process(
                *self._command,
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Until it serves, or is killed; one that ends by itself is a failure."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self._process is not None
            ended = self._process.poll()
            if ended == -signal.SIGKILL:
                return
            assert ended is None, f"A server ended by itself with {ended}:\n{self._log.read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"A server does not start:\n{self._log.read_text()[-2000:]}"
            time.sleep(0.02)

    def strike(self) -> None:
        """SIGKILL to the server and all that it has started, wherever it is in its work."""
        assert self._process is not None
        if self._process.poll() is None:
            self.kills += 1
            os.killpg(self._process.pid, signal.SIGKILL)

    def strike_a_worker(self, generator: random.Random) -> None:
        """SIGKILL to one of its worker processes, which the others outlive."""
        assert self._process is not None
        listed = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False)
        workers = sorted(int(line) for line in listed.stdout.split())
        # One that was killed before may just have been buried.
        if workers:
            with suppress(ProcessLookupError):
                os.kill(generator.choice(workers), signal.SIGKILL)
                self.kills += 1

    def verify(self) -> str:
        """What `stripe-graphql verify` has to say, beside the server; nothing when all is right."""
        done = program.run("server.cli", "verify", "--rate", "10000", cwd=self._folder, env=self._environment)
        return "" if done.returncode == 0 else f"verify ended with {done.returncode}:\n{done.stdout}{done.stderr}"

    def wait(self) -> None:
        assert self._process is not None
        self._process.wait(PATIENCE_SECONDS)

    def end(self) -> int:
        """Let it end by itself. Its exit status."""
        self.tell_to_end()
        assert self._process is not None
        return self._process.wait(PATIENCE_SECONDS)

    def tell_to_end(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
