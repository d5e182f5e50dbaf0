"""Under which address the product under test finds the sandbox: its own, or that of a proxy that looks at what passes.

STRIPE_GRAPHQL_TEST_PROXY is the command of such a proxy, with {upstream} and {port} where it wants them. It is for
looking by hand with tools that the repository does not have.
"""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.serving import PATIENCE_SECONDS, any_unused_port

COMMAND = os.environ.get("STRIPE_GRAPHQL_TEST_PROXY")


@contextmanager
def way_to(upstream: str) -> Iterator[str]:
    """The address to give to the product; a proxy ends with the block."""
    if COMMAND is None:
        yield upstream
        return
    port = any_unused_port()
    proxy = subprocess.Popen(shlex.split(COMMAND.format(upstream=upstream, port=port)), stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        proxy.terminate()
        proxy.wait(PATIENCE_SECONDS)


def wait_for(url: str) -> None:
    """Until the proxy passes something on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            httpx.get(f"{url}/sandbox", trust_env=False)
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "The proxy of STRIPE_GRAPHQL_TEST_PROXY does not listen."
            time.sleep(0.02)
        else:
            return
