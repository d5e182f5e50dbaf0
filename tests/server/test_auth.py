"""Who gets in, and as whom."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resolvers.context import Caller, CallerKind
from server.auth import Authenticator, Unauthenticated, api_key_hash
from server.jwks import KeySet, KeysUnavailable
from server.tokens import make_api_key
from tests.serving import free_port, serving, url_of

SECRET = "a secret of the tests that is long enough"
OPERATOR_SCOPE = "billing:operator"


def authenticator(**changes: Any) -> Authenticator:
    settings: dict[str, Any] = {
        "secret": SECRET,
        "key_set": None,
        "issuer": None,
        "audience": None,
        "operator_scope": OPERATOR_SCOPE,
        "api_key_hashes": (),
    }
    return Authenticator(**settings | changes)


def token(
    key: Any = SECRET, algorithm: str | None = "HS256", headers: dict[str, Any] | None = None, **claims: Any
) -> str:
    everything = {"sub": "ada", "exp": int(time.time()) + 60, **claims}
    given_claims = {name: value for name, value in everything.items() if value is not None}
    return jwt.encode(given_claims, key, algorithm=algorithm, headers=headers)


def authenticate(door: Authenticator, authorization: str | None) -> Caller:
    return asyncio.run(door.authenticate(authorization))


def refusal(door: Authenticator, authorization: str | None) -> str:
    with pytest.raises(Unauthenticated) as caught:
        authenticate(door, authorization)
    return str(caught.value)


def test_a_subscriber_is_who_the_token_says() -> None:
    caller = authenticate(authenticator(), f"Bearer {token(email='ada@example.com', name='Ada')}")
    assert caller == Caller(CallerKind.SUBSCRIBER, "ada", "ada@example.com", "Ada")


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": OPERATOR_SCOPE},
        {"scope": f"openid {OPERATOR_SCOPE} email"},
        {"scope": [OPERATOR_SCOPE]},
        {"scp": OPERATOR_SCOPE},
        {"scp": ["openid", OPERATOR_SCOPE]},
    ],
)
def test_the_scope_makes_an_operator(claims: dict[str, Any]) -> None:
    assert authenticate(authenticator(), f"Bearer {token(**claims)}").kind is CallerKind.OPERATOR


@pytest.mark.parametrize(
    "scope", ["billing:operators", "billing", "", "billing:operator,openid", 7, {"billing:operator": 1}]
)
def test_another_scope_makes_no_operator(scope: Any) -> None:
    assert authenticate(authenticator(), f"Bearer {token(scope=scope)}").kind is CallerKind.SUBSCRIBER


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": None}, "lacks the claim exp"),
        ({"exp": "soon"}, "not a valid"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"sub": None}, "lacks the claim sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "   "}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "a\0b"}, "sub"),
        ({"sub": "a" * 501}, "sub"),
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"iss": None}, "lacks the claim iss"),
        ({"aud": "elsewhere"}, "another audience"),
        ({"aud": None}, "lacks the claim aud"),
    ],
)
def test_a_wrong_claim_is_refused_with_a_reason(claims: dict[str, Any], reason: str) -> None:
    door = authenticator(issuer="https://issuer.example", audience="billing")
    good: dict[str, Any] = {"iss": "https://issuer.example", "aud": ["billing", "other"]}
    assert authenticate(door, f"Bearer {token(**good)}").id == "ada"
    assert reason in refusal(door, f"Bearer {token(**good | claims)}")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer  ", "Basic YTpi", "ada"])
def test_no_token_asks_for_one(authorization: str | None) -> None:
    assert "Bearer <token>" in refusal(authenticator(), authorization)


@given(st.text(st.characters(codec="latin-1"), min_size=1, max_size=200))
def test_nonsense_is_never_a_caller_nor_a_fault(nonsense: str) -> None:
    refusal(authenticator(api_key_hashes=[api_key_hash(make_api_key())]), f"Bearer {nonsense}")


@given(st.data())
def test_a_token_that_was_touched_is_refused(data: st.DataObject) -> None:
    good = token(scope="openid")
    position = data.draw(st.integers(0, len(good) - 2))  # the last character holds bits that mean nothing
    letter = data.draw(st.sampled_from("ABCabc019-_").filter(lambda letter: letter != good[position]))
    refusal(authenticator(), f"Bearer {good[:position]}{letter}{good[position + 1 :]}")


def test_unsigned_tokens_and_other_secrets_are_refused() -> None:
    door = authenticator()
    assert "algorithm" in refusal(door, f"Bearer {token(None, 'none')}")
    assert "signature" in refusal(door, f"Bearer {token('another secret that is long enough')}")
    assert "algorithm" in refusal(door, f"Bearer {token(SECRET * 2, 'HS512')}")


def test_a_remembered_token_still_expires() -> None:
    door = authenticator()
    soon = token(exp=int(time.time()) + 2)
    assert authenticate(door, f"Bearer {soon}").id == "ada"
    time.sleep(2.1)
    assert "expired" in refusal(door, f"Bearer {soon}")


def test_api_keys_are_operators_when_their_hash_is_configured() -> None:
    first, second, stranger = make_api_key(), make_api_key(), make_api_key()
    door = authenticator(secret=None, api_key_hashes=[api_key_hash(first), api_key_hash(second)])
    for key in (first, second):
        caller = authenticate(door, f"Bearer {key}")
        assert caller == Caller(CallerKind.OPERATOR, f"key:{api_key_hash(key)[:8]}")
    assert "not known" in refusal(door, f"Bearer {stranger}")
    assert "not known" in refusal(door, f"Bearer {api_key_hash(first).join(['sgk_', ''])}")
    assert "Only API keys" in refusal(door, f"Bearer {token()}")


@dataclass
class Issuer:
    """An issuer's JWKS URL over HTTP, with its private keys by key id."""

    url: str
    private: dict[str, Any]
    published: dict[str, Any]
    fetches: int = 0
    down: bool = False

    def token(self, key_id: str | None, algorithm: str = "RS256", key: Any = None, **claims: Any) -> str:
        headers = {} if key_id is None else {"kid": key_id}
        return token(key or self.private[key_id or "rsa"], algorithm, headers, **claims)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    keys: dict[str, tuple[Any, Any, str]] = {
        "rsa": (rsa.generate_private_key(65537, 2048), jwt.algorithms.RSAAlgorithm, "RS256"),
        "ec": (ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm, "ES256"),
    }
    published = {
        name: json.loads(kind.to_jwk(key.public_key())) | {"kid": name, "alg": algorithm, "use": "sig"}
        for name, (key, kind, algorithm) in keys.items()
    }
    this = Issuer("", {name: key for name, (key, _, _) in keys.items()}, published)

    async def jwks(_request: Request) -> Response:
        this.fetches += 1
        return JSONResponse({"keys": list(this.published.values())}, 500 if this.down else 200)

    with free_port() as listener, serving(Starlette(routes=[Route("/jwks.json", jwks)]), listener):
        this.url = f"{url_of(listener)}/jwks.json"
        yield this


def test_tokens_of_the_issuer_are_accepted_with_one_fetch(issuer: Issuer) -> None:
    door = authenticator(secret=None, key_set=KeySet(issuer.url))

    async def several() -> list[Caller]:
        tokens = [issuer.token("rsa", sub=f"a{n}") for n in range(5)] + [issuer.token("ec", "ES256", sub="b")]
        return [await door.authenticate(f"Bearer {each}") for each in tokens]

    assert [caller.id for caller in asyncio.run(several())] == ["a0", "a1", "a2", "a3", "a4", "b"]
    assert issuer.fetches == 1


def test_the_public_key_is_not_a_shared_secret(issuer: Issuer) -> None:
    public = issuer.private["rsa"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "kid": "rsa"}).encode())
    payload = jwt.utils.base64url_encode(json.dumps({"sub": "eve", "exp": 4_000_000_000}).encode())
    signed = header + b"." + payload
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed, pem)
    forged = (signed + b"." + jwt.utils.base64url_encode(signature)).decode()
    door = authenticator(secret=None, key_set=KeySet(issuer.url))
    assert "algorithm" in refusal(door, f"Bearer {forged}")


def test_keys_of_others_are_refused(issuer: Issuer) -> None:
    door = authenticator(secret=None, key_set=KeySet(issuer.url))
    stranger = rsa.generate_private_key(65537, 2048)
    assert "signature" in refusal(door, f"Bearer {issuer.token('rsa', key=stranger)}")
    assert "algorithm" in refusal(door, f"Bearer {issuer.token('ec', 'RS256', key=stranger)}")
    assert "kid" in refusal(door, f"Bearer {issuer.token(None)}")
    assert "algorithm" in refusal(door, f"Bearer {token(None, 'none', {'kid': 'rsa'})}")


def test_unknown_key_ids_do_not_flood_the_issuer(issuer: Issuer) -> None:
    door = authenticator(secret=None, key_set=KeySet(issuer.url))

    async def flood() -> None:
        for number in range(20):
            with pytest.raises(Unauthenticated, match="does not publish"):
                await door.authenticate(f"Bearer {issuer.token(f'made-up-{number}', key=issuer.private['rsa'])}")

    asyncio.run(flood())
    assert issuer.fetches == 1


def test_a_new_key_and_an_issuer_that_came_back_are_noticed_after_a_pause(issuer: Issuer) -> None:
    door = authenticator(secret=None, key_set=KeySet(issuer.url, pause_seconds=0.05))
    published = issuer.published.pop("rsa")

    async def rotate() -> Caller:
        assert (await door.authenticate(f"Bearer {issuer.token('ec', 'ES256')}")).id == "ada"
        issuer.published["rsa"] = published
        await asyncio.sleep(0.06)
        issuer.down = True
        with pytest.raises(KeysUnavailable):
            await door.authenticate(f"Bearer {issuer.token('rsa')}")
        issuer.down = False
        await asyncio.sleep(0.06)
        return await door.authenticate(f"Bearer {issuer.token('rsa')}")

    assert asyncio.run(rotate()).id == "ada"


def test_an_issuer_that_is_down_is_no_verdict_on_the_token(issuer: Issuer) -> None:
    issuer.down = True
    door = authenticator(secret=None, key_set=KeySet(issuer.url))

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(KeysUnavailable):
                await door.authenticate(f"Bearer {issuer.token('rsa')}")

    asyncio.run(twice())
    assert issuer.fetches == 1
