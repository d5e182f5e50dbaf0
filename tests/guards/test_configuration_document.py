"""docs/configuration.md tells of every setting, and of no other."""

from pathlib import Path

from pydantic import SecretStr

from server.settings import Settings

ROOT = Path(__file__).parents[2]
NOT_SET = "–"


def documented() -> dict[str, list[str]]:
    lines = (ROOT / "docs" / "configuration.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in rows}


def default_of(name: str) -> str:
    default = Settings.model_fields[name].default
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if default else "0" if default == 0 else NOT_SET


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    told = {name: row[0].strip("`") for name, row in documented().items()}
    assert told == {name.upper(): default_of(name) for name in Settings.model_fields}


def test_every_setting_has_a_meaning_and_an_example() -> None:
    for name, (_, meaning, example) in documented().items():
        assert meaning.endswith("."), name
        assert example.startswith("`"), name
