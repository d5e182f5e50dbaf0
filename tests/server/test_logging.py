"""What the log looks like."""

import json
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging, sys, warnings
import structlog
from server.logging import configure_logging

configure_logging(sys.argv[1])
log = structlog.stdlib.get_logger("server.trial")
with structlog.contextvars.bound_contextvars(request_id="r1"):
    log.info("signed in", token="Bearer abcdefghijkl", who="ada@example.com", key="sk_test_hunter2")
    log.debug("detail", secret="whsec_hunter2")
    try:
        raise ValueError("no such key sk_test_hunter2 of ada@example.com")
    except ValueError:
        log.exception("unexpected error")
logging.getLogger("uvicorn.error").info("started by %s", "ada@example.com")
logging.getLogger("stripe").info("post data email=ada@example.com")
logging.getLogger("stripe").warning("request failed: %s", {"client_secret": "pi_hunter2_secret_hunter2"})
warnings.warn("about sk_test_hunter2")
"""


def logged(level: str) -> list[dict[str, Any]]:
    run = subprocess.run([sys.executable, "-c", PROGRAM, level], capture_output=True, check=True, text=True)
    assert run.stdout == ""
    assert "hunter2" not in run.stderr
    assert "@" not in run.stderr
    return [json.loads(line) for line in run.stderr.splitlines()]


def test_every_line_is_json_with_the_request_id_and_without_secrets() -> None:
    signed_in, fault, started, stripe, warning = logged("info")
    assert signed_in["event"] == "signed in"
    assert {line["request_id"] for line in (signed_in, fault)} == {"r1"}
    assert (fault["level"], fault["logger"]) == ("error", "server.trial")
    assert "Traceback" in fault["exception"]
    assert started["event"] == "started by [redacted]"
    assert (stripe["logger"], stripe["level"]) == ("stripe", "warning")
    assert "UserWarning" in warning["event"]


def test_the_level_decides_what_is_said() -> None:
    assert [line["level"] for line in logged("error")] == ["error"]
    assert "detail" in [line["event"] for line in logged("debug")]


ODD = """
import asyncio, os, sys
import structlog
from server.logging import configure_logging

configure_logging("info")
log = structlog.get_logger()


async def answer():
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        await asyncio.create_task(asyncio.to_thread(log.info, "in a task's thread"))


asyncio.run(answer())
log.info("odd", lone="\\ud800 ada@example.com", large=10**30, keys={1: {"sk_test_hunter2"}})
os.close(2)
log.info("nobody hears this")
print("went on")
"""


def test_what_is_logged_never_ends_what_logs_it() -> None:
    run = subprocess.run([sys.executable, "-c", ODD], capture_output=True, check=True, text=True)
    assert run.stdout == "went on\n"
    task, odd = [json.loads(line) for line in run.stderr.splitlines()]
    assert (task["request_id"], task["logger"]) == ("r1", "__main__")
    assert (odd["large"], odd["keys"]) == (10**30, {"1": ["[redacted]"]})
    assert "@" not in odd["lone"]
    assert "request_id" not in odd
