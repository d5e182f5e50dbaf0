"""Requests that name their document by its hash, and how they may be wrong."""

import json
from typing import Any

import httpx
import pytest

from server.document_hash import sha256_of
from server.negotiation import GRAPHQL_RESPONSE, JSON
from tests.server.problem import coded, problem

QUERY = "{ __typename }"
HASH = sha256_of(QUERY)
OTHER = sha256_of("{ other: __typename }")


def named(sha256: Any, version: Any = 1) -> dict[str, Any]:
    """The extensions of a request as Apollo Client and urql send them."""
    return {"persistedQuery": {"version": version, "sha256Hash": sha256}}


def test_a_hash_is_that_of_the_text_in_utf_8() -> None:
    assert sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_of("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


@pytest.mark.parametrize(
    "wrong",
    [
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": [HASH]}},
        {"extensions": named(None)},
        {"extensions": named(7)},
        {"extensions": named("x")},
        {"extensions": named(HASH.upper())},
        {"extensions": named(f"{HASH}\n")},
        {"extensions": named(f"sha512:{HASH}")},
        {"extensions": named(OTHER)},
        {"documentId": 7},
        {"documentId": ""},
        {"documentId": f"md5:{HASH}"},
        {"documentId": f"sha256:{HASH[1:]}"},
        {"documentId": f"sha256:{OTHER}"},
        {"documentId": f"sha256:{HASH}", "extensions": named(OTHER)},
    ],
)
def test_a_hash_that_is_none_or_not_that_of_the_query_is_400(ada: httpx.Client, wrong: dict[str, Any]) -> None:
    for accept in (GRAPHQL_RESPONSE, JSON):
        answer = ada.post("/graphql", json={"query": QUERY, **wrong}, headers={"accept": accept})
        assert problem(answer, 400)["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_another_version_is_told_so_that_clients_go_on_without(ada: httpx.Client, version: Any) -> None:
    asked = {"query": QUERY, "extensions": named(HASH, version)}
    for accept, status in ((GRAPHQL_RESPONSE, 400), (JSON, 200)):
        told = coded(ada.post("/graphql", json=asked, headers={"accept": accept}), status)
        assert told["message"] == "PersistedQueryNotSupported"
        assert told["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


@pytest.mark.parametrize("nothing", [{"extensions": {"persistedQuery": None}}, {"documentId": None}])
def test_a_name_that_is_null_is_none(ada: httpx.Client, nothing: dict[str, Any]) -> None:
    assert ada.post("/graphql", json={"query": QUERY, **nothing}).status_code == 200
    assert "query" in problem(ada.post("/graphql", json=nothing), 400)["message"]


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_either_name_may_be_given_or_both_with_the_kind_of_hash_before_it_or_without(
    ada: httpx.Client, prefix: str
) -> None:
    by_id, by_extension = {"documentId": prefix + HASH}, {"extensions": named(prefix + HASH)}
    for name in (by_id, by_extension, {**by_id, **by_extension}):
        assert ada.post("/graphql", json={"query": QUERY, **name}).status_code == 200
    by_url = {**by_id, "extensions": json.dumps(named(prefix + HASH))}
    assert ada.get("/graphql", params={"query": QUERY, **by_url}).status_code == 200
