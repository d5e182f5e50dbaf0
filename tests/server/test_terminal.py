"""What people see who sit at a terminal: the question of `serve`, and the bars of `sync`."""

import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from db.tables import Customer, Invoice
from sandbox.app import build
from sandbox.demo.planting import Demo
from tests.databases import SQLite
from tests.server.terminal import COLOUR, CONTROL, END_OF_INPUT, INTERRUPT, Terminal, in_terminal
from tests.server.test_sync_command import at_stripe, count, environment, held
from tests.serving import any_unused_port, free_port, serving, url_of

NEVER_FILLED = "The mirror was never filled from Stripe. "
QUESTION = "Copy what Stripe holds now, beside the server? [Y/n]: "
STOPPED = 130
SERVING = "Application startup complete."
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def stripe() -> Iterator[str]:
    """A sandbox with customers who have a past."""
    with free_port() as listener, serving(build(demo=Demo(customers=120)), listener):
        yield url_of(listener)


@pytest.fixture
def settings(stripe: str, sqlite: SQLite) -> Mapping[str, str]:
    """For a server with an empty mirror."""
    return environment(stripe, sqlite.database(), JWT_SECRET="x" * 32)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "server.cli", *arguments]


def serve(port: int) -> list[str]:
    return command("serve", "--port", str(port))


def sync(*arguments: str) -> list[str]:
    return command("sync", *arguments)


def is_ready(port: int) -> bool:
    return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).status_code == 200


def customers(settings: Mapping[str, str]) -> int:
    found: int = held(settings["DATABASE_URL"], count(Customer))[0]
    return found


def test_who_says_yes_gets_a_server_and_a_filled_mirror(stripe: str, database_url: str, tmp_path: Path) -> None:
    port = any_unused_port()
    settings = environment(stripe, database_url, JWT_SECRET="x" * 32)
    with in_terminal(serve(port), tmp_path, settings) as terminal:
        terminal.wait_for(QUESTION)
        assert terminal.text == NEVER_FILLED + QUESTION
        terminal.type("y\r")
        terminal.wait_for("The mirror is filled.")
        assert is_ready(port)
        terminal.type(INTERRUPT)
        assert terminal.ended() == 0
    assert held(database_url, count(Invoice))[0] == at_stripe(stripe, "invoices")
    with in_terminal(serve(port), tmp_path, settings) as terminal:
        terminal.wait_for(SERVING)
        assert QUESTION not in terminal.text


def test_yes_is_what_is_meant_unless_told_otherwise(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(serve(any_unused_port()), tmp_path, settings) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type("what?\r")
        terminal.wait_for(f"Error: invalid input\r\n{NEVER_FILLED}{QUESTION}")
        terminal.type("\r")
        terminal.wait_for("The mirror is filled.")


def test_who_says_no_gets_a_server_at_once(settings: Mapping[str, str], tmp_path: Path) -> None:
    port = any_unused_port()
    with in_terminal(serve(port), tmp_path, settings) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type("n\r")
        terminal.wait_for(SERVING)
        assert is_ready(port)
        terminal.type(INTERRUPT)
        assert terminal.ended() == 0
        assert "filled" not in terminal.text.removeprefix(NEVER_FILLED)
    assert customers(settings) == 0


@pytest.mark.parametrize(("keys", "shown"), [(INTERRUPT, "^C"), (END_OF_INPUT, "")])
def test_who_ends_the_question_gets_no_server(
    settings: Mapping[str, str], tmp_path: Path, keys: str, shown: str
) -> None:
    with in_terminal(serve(any_unused_port()), tmp_path, settings) as terminal:
        terminal.wait_for(QUESTION)
        # Python does not notice an interrupt between the question and the reading of its answer; people press again.
        time.sleep(0.5)
        terminal.type(keys)
        assert terminal.ended() == STOPPED
    assert terminal.text == f"{NEVER_FILLED}{QUESTION}{shown}\r\n"
    assert customers(settings) == 0


def test_a_server_that_cannot_be_asked_is_told_what_to_do(settings: Mapping[str, str], tmp_path: Path) -> None:
    port = any_unused_port()
    with in_terminal(["sh", "-c", '"$@" < /dev/null', "sh", *serve(port)], tmp_path, settings) as terminal:
        terminal.wait_for(SERVING)
        assert QUESTION not in terminal.text
        assert "run `stripe-graphql sync`, or start with --sync." in terminal.text


def synced(terminal: Terminal) -> None:
    assert terminal.ended() == 0, terminal.text


def test_bars_show_objects_a_rate_and_the_time_left(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(sync("--rate", "20"), tmp_path, settings) as terminal:
        synced(terminal)
    names = r"(invoices|payment_intents|charges|invoice_payments) +"
    going = r"[\d,]+ objects, [\d,]+ a second, about \d+(\.\d)? (s|min|h) left"
    assert re.search(rf"^{names}[━╸╺]+ {going}$", "\n".join(terminal.lines), re.MULTILINE), terminal.text
    assert re.search(r"^promotion_codes +━+ 1 object, done$", "\n".join(terminal.lines), re.MULTILINE)
    assert COLOUR.search(terminal.written)
    assert terminal.lines[-2].endswith(" a second.")
    assert customers(settings) == 120


@pytest.mark.parametrize("columns", [40, 72])
def test_in_a_narrow_window_a_resource_is_a_line(settings: Mapping[str, str], tmp_path: Path, columns: int) -> None:
    with in_terminal(sync("--rate", "20"), tmp_path, settings, columns=columns) as terminal:
        synced(terminal)
    assert max(map(len, terminal.lines)) <= columns
    bars = terminal.lines[: terminal.lines.index(next(line for line in terminal.lines if line.startswith("in all")))]
    steps = ("listing", "looking for", "fetching", "reading", "done")
    assert all(re.match(r"[a-z_]+( +[\d,]+.*)?$", line) or line.startswith(steps) for line in bars if line), bars
    going = r"[\d,]+ [\d,]+/s ~\d+(\.\d)?(s|min|h)" if columns == 40 else r".* a second, about .* left"
    assert any(re.match(rf"(invoices|payment_intents|charges|invoice_payments) +{going}$", line) for line in bars), bars


def test_without_colours_there_are_none(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(sync("--rate", "60"), tmp_path, {**settings, "NO_COLOR": "1"}) as terminal:
        synced(terminal)
    assert "━" in terminal.text
    assert not [each for each in COLOUR.findall(terminal.written) if each not in ("\x1b[0m", "\x1b[m")]


def test_a_terminal_that_cannot_be_steered_gets_plain_lines(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(sync("--rate", "5"), tmp_path, {**settings, "TERM": "dumb"}) as terminal:
        synced(terminal)
    assert not CONTROL.search(terminal.written)
    assert "━" not in terminal.text
    assert any(re.match(r"[a-z_]+: [\d,]+ objects, [\d,]+ a second", line) for line in terminal.lines), terminal.text


def test_ctrl_c_leaves_the_bars_and_says_that_it_goes_on(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(sync("--rate", "4"), tmp_path, settings) as terminal:
        terminal.wait_for("objects, done")
        began = time.monotonic()
        terminal.type(INTERRUPT)
        assert terminal.ended() == STOPPED
        assert time.monotonic() - began < PATIENCE_SECONDS / 4
    assert terminal.lines[-2:] == ["Stopped. The same command goes on from here.", ""]
    assert terminal.written.count("\x1b[?25h") == 1, "The cursor is back."


def test_what_is_said_meanwhile_stands_above_the_bars(settings: Mapping[str, str], tmp_path: Path) -> None:
    with in_terminal(sync("--rate", "4"), tmp_path, settings) as terminal:
        terminal.wait_for("objects, done")
        terminal.type(INTERRUPT)
        terminal.ended()
    with in_terminal(sync("--rate", "1000"), tmp_path, settings) as terminal:
        synced(terminal)
    assert any(line.startswith("Going on with the sync that began on ") for line in terminal.lines)


def test_verify_tells_how_far_it_is_in_one_line(settings: Mapping[str, str], tmp_path: Path) -> None:
    verify = command("verify", "--rate", "20")
    with in_terminal(sync("--rate", "1000"), tmp_path, settings) as terminal:
        synced(terminal)
    with in_terminal(verify, tmp_path, settings, columns=30) as terminal:
        synced(terminal)
    assert any(line.startswith("invoices: ") for line in terminal.lines)
    *progress, last, nothing = terminal.lines
    assert (last, nothing) == ("The mirror is equal to Stripe.", "")
    assert max(len(line) for line in progress if ": " in line) < 30
    with in_terminal(verify, tmp_path, {**settings, "TERM": "dumb"}) as terminal:
        synced(terminal)
    assert len(terminal.text.splitlines()) == 2
