"""Plays pairs of requests and expected answers (pairs/*.json) against a fresh sandbox, and tells every difference.

A file is a list of pairs, played in order: `method`, `path`, `form`, then `status` (200 unless given), `error` (its
fields) and `fields`, dotted paths with what is expected there. `save` keeps values of the answer by name, for
`{name}` in later pairs. Expected texts of the form `<…>` stand for more than themselves: `<absent>`, `<number>`,
`<text>`, `<list of 2>`, or a prefix of ids such as `<in_>`.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.client import Client, Object

ABSENT = "<absent>"
FILES = sorted((Path(__file__).parent / "pairs").glob("*.json"))


def filled(value: Any, saved: dict[str, str]) -> Any:
    """With the placeholders replaced by what was saved."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: saved[found[1]], value)
    if isinstance(value, list):
        return [filled(one, saved) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, saved) for name, one in value.items()}
    return value


def at(value: Any, path: str) -> Any:
    """What an answer has at a dotted path."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return ABSENT
    return value


def agrees(expected: Any, got: Any) -> bool:
    """Whether a value is what is expected, of the same type."""
    if not isinstance(expected, str) or not re.fullmatch("<.+>", expected) or expected == ABSENT:
        return type(expected) is type(got) and bool(expected == got)
    wanted = expected[1:-1]
    if wanted == "number":
        return isinstance(got, int) and not isinstance(got, bool)
    if wanted == "text":
        return isinstance(got, str)
    if wanted.startswith("list of "):
        return isinstance(got, list) and len(got) == int(wanted.removeprefix("list of "))
    return isinstance(got, str) and got.startswith(wanted)


def play(client: Client, pair: Object, saved: dict[str, str]) -> list[str]:
    """Sends one request; the differences of its answer as sentences."""
    asked = filled({name: pair[name] for name in ("path", "form") if name in pair}, saved)
    where = f"{pair['method']} {asked['path']}"
    response = client.send(pair["method"], asked["path"], **asked.get("form", {}))
    answer = response.json()
    if response.status_code != pair.get("status", 200):
        return [f"{where}: {response.status_code} instead of {pair.get('status', 200)}: {answer.get('error')}"]
    for name, path in pair.get("save", {}).items():
        saved[name] = at(answer, path)
    expected = {f"error.{name}": value for name, value in pair.get("error", {}).items()} | pair.get("fields", {})
    return [
        f"{where}: {path} is {at(answer, path)!r} instead of {value!r}"
        for path, value in filled(expected, saved).items()
        if not agrees(value, at(answer, path))
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_sandbox_answers_as_stripe_does(alone: Client, file: Path) -> None:
    saved: dict[str, str] = {}
    differences: list[str] = []
    for pair in json.loads(file.read_text()):
        differences += play(alone, pair, saved)
    assert differences == []


def test_differences_are_told(alone: Client) -> None:
    pair = {
        "method": "POST",
        "path": "/v1/customers",
        "fields": {"balance": 1, "email": None, "nope": 1, "id": "<pm_>"},
    }
    told = play(alone, pair, {})
    assert len(told) == 3
    assert told[0] == "POST /v1/customers: balance is 0 instead of 1"
    assert play(alone, pair | {"status": 400}, {})[0].startswith("POST /v1/customers: 200 instead of 400")
