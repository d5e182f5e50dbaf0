"""The command line: what it prints, how it refuses, and that it never shows a traceback."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from server.auth import api_key_hash
from server.cli import COMMANDS
from tests import program
from tests.databases import Postgres
from tests.serving import free_port

SECRET = "a secret of the tests that is long enough"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run stripe-graphql in an empty folder, with nothing in the environment but what is given."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return program.run("server.cli", *arguments, cwd=tmp_path, env={"COLUMNS": "200", **environment})

    return run


def refusal(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence with which a command did not start."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    sentence = done.stderr.removesuffix("\n")
    assert re.fullmatch(r"[^\n]+\.", sentence), done.stderr
    return sentence


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"stripe-graphql {command}" in done.stdout
    options = re.findall(r"^[│ ]+(--[\w-]+)", done.stdout, re.MULTILINE)
    assert options
    explained = re.findall(r"^[│ ]+--[\w-]+.*?[a-z]{3,}.*\.", done.stdout, re.MULTILINE)
    assert len(explained) == len(options)


def test_the_commands_are_listed(tmp_path: Path) -> None:
    done = subprocess.run(
        [program.SCRIPT, "--help"], cwd=tmp_path, env={"COLUMNS": "200"}, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert [command for command in COMMANDS if re.search(rf"^[│ ]+{command} +\S", done.stdout, re.MULTILINE)] == [
        *COMMANDS
    ]


def test_a_token_is_the_last_line_and_is_what_the_server_expects(run: Run) -> None:
    done = run(
        *("token", "--subscriber", "ada", "--email", "ada@example.com", "--ttl", "90s"),
        JWT_SECRET=SECRET,
        JWT_ISSUER="https://issuer.example",
        JWT_AUDIENCE="billing",
    )
    token = done.stdout.splitlines()[-1]
    claims = jwt.decode(token, SECRET, ["HS256"], issuer="https://issuer.example", audience="billing")
    assert (claims["sub"], claims["email"], claims["exp"] - claims["iat"]) == ("ada", "ada@example.com", 90)
    assert "scope" not in claims


def test_an_operator_token_has_the_configured_scope(run: Run) -> None:
    done = run("token", "--operator", JWT_SECRET=SECRET, OPERATOR_SCOPE="billing.admin")
    assert jwt.decode(done.stdout.splitlines()[-1], SECRET, ["HS256"])["scope"] == "billing.admin"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["token"], "--subscriber ID or --operator"),
        (["token", "--operator", "--subscriber", "ada"], "--subscriber ID or --operator"),
        (["token", "--operator"], "JWT_SECRET is not set"),
        (["token", "--operator", "--ttl", "soon"], "--ttl"),
        (["serve"], "STRIPE_SECRET_KEY is not set"),
        (["sandbox", "--webhook-url", "localhost:8000"], "--webhook-url"),
        (["serve", "--sandbox", "--host", "0.0.0.0"], "JWT_SECRET"),
        (["serve", "--sandbox", "--host", "nowhere.invalid"], "JWT_SECRET"),
    ],
)
def test_what_is_missing_is_one_sentence(run: Run, arguments: list[str], said: str) -> None:
    assert said in refusal(run(*arguments))


def test_the_installed_script_ends_as_the_processes_of_the_tests_do(run: Run, tmp_path: Path) -> None:
    done = subprocess.run([program.SCRIPT, "serve"], cwd=tmp_path, env={}, capture_output=True, text=True)
    assert "STRIPE_SECRET_KEY is not set" in refusal(done)
    forked = run("serve")
    assert (done.returncode, done.stdout, done.stderr) == (forked.returncode, forked.stdout, forked.stderr)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"STRIPE_SECRET_KEY": "sk_test_a"}, "Nobody could sign in"),
        ({"STRIPE_SECRET_KEY": "pk_test_a", "JWT_SECRET": SECRET}, "STRIPE_SECRET_KEY must"),
        ({"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": "short"}, "32 bytes"),
        ({"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": SECRET, "DATABASE_URL": "mysql://a/b"}, "DATABASE_URL must"),
        (
            {"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": SECRET, "DATABASE_URL": "postgresql://127.0.0.1:1/b"},
            "database cannot be used",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": SECRET, "DATABASE_URL": "sqlite:////nowhere/b.db"},
            "SQLite file",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": SECRET, "TRUSTED_DOCUMENTS": "nowhere"},
            "TRUSTED_DOCUMENTS must be a folder that can be read, and nowhere is not: No such file or directory.",
        ),
    ],
)
def test_a_server_that_cannot_work_does_not_start(run: Run, environment: dict[str, str], said: str) -> None:
    assert said in refusal(run("serve", "--port", "0", **environment))


def test_a_file_that_is_no_database_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("Dear diary, " * 100)
    assert "file is not a database" in refusal(run("migrate", DATABASE_URL="sqlite:///diary"))
    assert (tmp_path / "diary").read_text().startswith("Dear diary")


def test_the_sandbox_takes_no_live_key_and_no_other_machine(run: Run) -> None:
    assert "live key" in refusal(run("serve", "--sandbox", STRIPE_SECRET_KEY="sk_live_a"))
    assert "another machine" in refusal(run("serve", "--sandbox", STRIPE_API_BASE="https://stripe.example"))


def test_a_port_in_use_is_one_sentence(run: Run) -> None:
    with free_port() as listener:
        port = str(listener.getsockname()[1])
        assert f"Port {port} is in use" in refusal(run("serve", "--sandbox", "--port", port))
        assert f"Port {port} is in use" in refusal(run("sandbox", "--port", port))


def test_a_port_for_metrics_that_is_in_use_is_one_sentence(run: Run) -> None:
    with free_port() as listener:
        port = str(listener.getsockname()[1])
        said = refusal(run("serve", "--sandbox", "--port", "0", METRICS_PORT=port))
        assert said == f"Port {port} is in use: end what runs there, or choose another METRICS_PORT."


def test_a_stranger_on_the_sandbox_port_is_one_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = str(stranger.getsockname()[1])
        said = refusal(run("serve", "--sandbox", "--port", "0", "--sandbox-port", port))
        assert f"Port {port} is used by another program" in said


def test_a_key_comes_with_its_hash(run: Run) -> None:
    key, hashed = (line.split()[1] for line in run("key").stdout.splitlines())
    assert re.fullmatch(r"sgk_[\w-]{43}", key)
    assert hashed == api_key_hash(key)


def test_migrate_brings_a_database_up_to_date_and_serve_refuses_one_that_is_behind(
    run: Run, postgres: Postgres
) -> None:
    with postgres.database(with_schema=False) as url:
        environment = {"STRIPE_SECRET_KEY": "sk_test_a", "JWT_SECRET": SECRET, "DATABASE_URL": url}
        assert "run `stripe-graphql migrate`" in refusal(run("serve", "--port", "0", **environment))
        for _ in range(2):
            done = run("migrate", **environment)
            assert (done.returncode, done.stdout) == (0, "The schema is up to date.\n")


def test_the_sandbox_starts_without_what_the_server_needs() -> None:
    code = "import sys, server.commands.sandbox; print(sys.modules.keys() & {'sqlalchemy', 'strawberry', 'stripe'})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
