"""How the environment is read."""

from pathlib import Path

import pytest

from server.refusal import Refusal
from server.settings import read_settings

GOOD_HASH = "AB" * 32


@pytest.mark.usefixtures("no_settings")
def test_an_empty_environment_is_enough_to_read() -> None:
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///stripe-graphql.db"
    assert (settings.stripe_secret_key, settings.stripe_webhook_secrets, settings.graphiql) == (None, (), False)


def test_dot_env_is_read_and_the_environment_wins(no_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (no_settings / ".env").write_text("LOG_LEVEL=warning\nJWT_ISSUER=https://from-file.example\nOTHERS=1\n")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    settings = read_settings()
    assert (settings.log_level, settings.jwt_issuer) == ("error", "https://from-file.example")


@pytest.mark.usefixtures("no_settings")
def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", " whsec_new , whsec_old,")
    monkeypatch.setenv("OPERATOR_API_KEY_HASHES", GOOD_HASH)
    monkeypatch.setenv("PUBLIC_METADATA_KEYS", "plan,colour")
    monkeypatch.setenv("CORS_ORIGINS", "")
    settings = read_settings()
    assert [secret.get_secret_value() for secret in settings.stripe_webhook_secrets] == ["whsec_new", "whsec_old"]
    assert settings.operator_api_key_hashes == (GOOD_HASH.lower(),)
    assert settings.public_metadata_keys == {"plan", "colour"}
    assert settings.cors_origins == ()


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@localhost/x"),
        ("DATABASE_URL", "nonsense-hunter2"),
        ("DATABASE_POOL_SIZE", "0"),
        ("STRIPE_SECRET_KEY", "pk_test_hunter2"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_a,we_hunter2"),
        ("STRIPE_API_BASE", "http://stripe.example/hunter2"),
        ("STRIPE_API_BASE", "ftp://127.0.0.1/hunter2"),
        ("STRIPE_TIMEOUT_SECONDS", "-hunter2"),
        ("STRIPE_TIMEOUT_SECONDS", "0"),
        ("JWT_SECRET", "hunter2"),
        ("JWT_JWKS_URL", "http://issuer.example/hunter2"),
        ("OPERATOR_SCOPE", "two hunter2"),
        ("OPERATOR_API_KEY_HASHES", "hunter2"),
        ("SUBSCRIBER_METADATA_KEY", "hunter2[]"),
        ("PUBLIC_METADATA_KEYS", "a,hunter2 b"),
        ("PAST_DUE_GRACE_DAYS", "hunter2"),
        ("ACCESS_LEEWAY_SECONDS", "-1"),
        ("GRAPHIQL", "hunter2"),
        ("CORS_ORIGINS", "shop.example/hunter2"),
        ("LOG_LEVEL", "hunter2"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_name_and_without_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refusal) as caught:
        read_settings()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} must ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence


@pytest.mark.usefixtures("no_settings")
def test_every_mistake_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHIQL", "perhaps")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(Refusal) as caught:
        read_settings()
    assert [line.split()[0] for line in str(caught.value).splitlines()] == ["GRAPHIQL", "LOG_LEVEL"]


@pytest.mark.usefixtures("no_settings")
def test_two_ways_to_check_tokens_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "long enough to be a secret of HS256")
    monkeypatch.setenv("JWT_JWKS_URL", "https://issuer.example/jwks.json")
    with pytest.raises(Refusal, match=r"^JWT_SECRET and JWT_JWKS_URL exclude each other: set one of them\.$"):
        read_settings()


@pytest.mark.parametrize(
    ("key", "livemode"), [("sk_test_a", False), ("rk_test_a", False), ("sk_live_a", True), ("rk_live_a", True)]
)
@pytest.mark.usefixtures("no_settings")
def test_the_secret_key_decides_the_mode(key: str, livemode: bool) -> None:
    assert read_settings(stripe_secret_key=key).livemode is livemode


@pytest.mark.usefixtures("no_settings")
def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read_settings(
        database_url="postgresql://ada:hunter2@localhost/x",
        stripe_secret_key="sk_test_hunter2",
        stripe_webhook_secrets="whsec_hunter2",
        jwt_secret="hunter2 hunter2 hunter2 hunter2 hunter2",
    )
    assert "hunter2" not in repr(settings)
