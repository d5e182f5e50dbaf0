"""What never gets into a log."""

import time

import pytest

from server.redaction import redact

SECRETS = [
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "rk_live_51H8abcDEF",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "sgk_WD4BTw6Bffmee8yyKo0DomfH9DdwnfUtheIZ-UYQ4IE",
    "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH",
    "seti_1Mm8s8LkdIwHu7ix0OXBfTRG_secret_NXDICkPqPeiBTAFqWmkbff09lRmSVXe",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.Rx-IZe4s2vyOfaoF_xwkp",
    "ada.lovelace+billing@example.co.uk",
    "ada%40example.com",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "before {} after", "key={}&x=1", '{{"a": "{}"}}', "Bearer {}", "<{}>", "[{}]"]
)
def test_secrets_and_addresses_are_hidden_wherever_they_stand(secret: str, around: str) -> None:
    assert secret not in redact(around.format(secret))


def test_passwords_in_urls_are_hidden() -> None:
    assert redact("postgresql://ada:hunter2@localhost/db") == "postgresql://[redacted]@localhost/db"


def test_containers_and_objects_are_searched() -> None:
    class Thing:
        def __str__(self) -> str:
            return f"Thing({SECRETS[0]})"

    hidden = redact({"a": [SECRETS[0], (SECRETS[7], {"b": SECRETS[2]})], SECRETS[4]: Thing(), "n": 1, "none": None})
    assert not any(secret in str(hidden) for secret in SECRETS)
    assert (hidden["n"], hidden["none"]) == (1, None)


def test_ids_and_sentences_stay_readable() -> None:
    sentence = "The work_item cus_NffrFeUfNV2Hib of in_1MtHbELkdIwHu7ixl4OzzPMv was paid at 10:30 by sub_1Mow."
    assert redact(sentence) == sentence


@pytest.mark.parametrize("letters", ["a", "a.", "eyJ", "a_", "://a"])
def test_a_long_text_takes_no_long_time(letters: str) -> None:
    started = time.perf_counter()
    redact(letters * 50_000)
    assert time.perf_counter() - started < 2
