"""Every setting, read once from the environment and `.env`; docs/configuration.md explains each."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.exc import ArgumentError

from db.engine import database_url
from server.refusal import Refusal

MINIMUM_JWT_SECRET_BYTES = 32


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host` (a name or an address, brackets allowed)."""
    name = host.strip("[]")
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _split(value: Any) -> Any:
    return tuple(part for part in map(str.strip, value.split(",")) if part) if isinstance(value, str) else value


def _known_database(value: SecretStr) -> SecretStr:
    try:
        database_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE") from None
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[sr]k_(test|live)_[A-Za-z0-9_]+", value.get_secret_value()):
        raise ValueError("must be a secret or restricted key: it begins with sk_test_, sk_live_, rk_test_ or rk_live_")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("whsec_"):
        raise ValueError("must hold the signing secrets of webhook endpoints, each of which begins with whsec_")
    return value


def _https_or_loopback(value: str) -> str:
    parts = urlsplit(value)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise ValueError("must be an https:// URL, or an http:// one on this machine")
    return value.rstrip("/")


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < MINIMUM_JWT_SECRET_BYTES:
        raise ValueError(f"must be at least {MINIMUM_JWT_SECRET_BYTES} bytes long")
    return value


def _sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("must hold SHA-256 hashes of 64 hexadecimal digits, as `stripe-graphql key` prints them")
    return value.lower()


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[^/?#\s]+", value):
        raise ValueError("must hold origins such as https://shop.example, without a path, or be *")
    return value


def _one_word(value: str) -> str:
    if not value or re.search(r"\s", value):
        raise ValueError("must be one word without spaces")
    return value


def _metadata_key(value: str) -> str:
    if not re.fullmatch(r"[^\[\]\s]{1,40}", value):
        raise ValueError("must be names that Stripe takes as metadata keys: up to 40 characters, no spaces or brackets")
    return value


class Settings(BaseSettings):
    """Names in the environment are these in upper case; an empty value counts as not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: Annotated[SecretStr, AfterValidator(_known_database)] = SecretStr("sqlite:///stripe-graphql.db")
    database_pool_size: Annotated[int, Field(ge=2, le=500)] = 16
    database_prepared_statements: bool = True
    read_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 10.0

    stripe_secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = None
    stripe_webhook_secrets: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(_webhook_secret)], ...], NoDecode, BeforeValidator(_split)
    ] = ()
    stripe_api_base: Annotated[str, AfterValidator(_https_or_loopback)] = "https://api.stripe.com"
    stripe_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0

    jwt_secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    jwt_jwks_url: Annotated[str, AfterValidator(_https_or_loopback)] | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    operator_scope: Annotated[str, AfterValidator(_one_word)] = "billing:operator"
    operator_api_key_hashes: Annotated[
        tuple[Annotated[str, AfterValidator(_sha256)], ...], NoDecode, BeforeValidator(_split)
    ] = ()

    subscriber_metadata_key: Annotated[str, AfterValidator(_metadata_key)] = "subscriber_id"
    public_metadata_keys: Annotated[
        frozenset[Annotated[str, AfterValidator(_metadata_key)]], NoDecode, BeforeValidator(_split)
    ] = frozenset()
    past_due_grace_days: Annotated[int, Field(ge=0, le=3650)] = 0
    access_leeway_seconds: Annotated[int, Field(ge=0, le=604_800)] = 3600

    max_depth: Annotated[int, Field(ge=1, le=60)] = 20
    max_cost: Annotated[int, Field(ge=1)] = 50_000
    max_aliases: Annotated[int, Field(ge=0)] = 100
    max_root_fields: Annotated[int, Field(ge=1)] = 20
    max_directives: Annotated[int, Field(ge=0)] = 50
    max_tokens: Annotated[int, Field(ge=10, le=50_000)] = 4_000
    max_page_size: Annotated[int, Field(ge=1, le=1_000)] = 100
    plan_cache_entries: Annotated[int, Field(ge=10, le=100_000)] = 1_000
    plan_cache_mib: Annotated[int, Field(ge=1, le=4_096)] = 32

    graphiql: bool = False
    introspection: bool = False
    trusted_documents: Path | None = None
    cors_origins: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)] = ()
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lambda v: str(v).lower())] = (
        "info"
    )

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if self.jwt_secret and self.jwt_jwks_url:
            raise ValueError("JWT_SECRET and JWT_JWKS_URL exclude each other: set one of them")
        return self

    @property
    def livemode(self) -> bool:
        """Whether real money moves: the secret key's prefix decides."""
        return self.stripe_secret_key is not None and "k_live_" in self.stripe_secret_key.get_secret_value()[:8]


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process; `overrides`, by field name, win. Raises Refusal, a sentence per mistake."""
    try:
        return Settings(**overrides)
    except ValidationError as invalid:
        raise Refusal("\n".join(dict.fromkeys(_sentence(error) for error in invalid.errors()))) from None


def _sentence(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if not error["loc"]:
        return f"{message}."
    message = re.sub(r"^Input should be", "must be", message)
    return f"{str(error['loc'][0]).upper()} {message}."
