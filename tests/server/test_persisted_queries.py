"""Automatic persisted queries, as Apollo Client and urql speak them."""

import json
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException

from server.document_hash import sha256_of
from server.errors import DocumentRefused
from server.negotiation import GRAPHQL_RESPONSE, JSON
from server.persisted_queries import PersistedQueries
from tests.hub import Hub
from tests.server.problem import coded, problem


def named(query: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(query)}}


def is_known(client: httpx.Client, query: str) -> bool:
    answer = client.post("/graphql", json={"extensions": named(query)})
    if answer.status_code == 400:
        assert coded(answer, 400)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    return answer.status_code == 200


def test_a_text_that_was_sent_with_its_hash_answers_to_the_hash_alone(ada: httpx.Client) -> None:
    query = "query Named($yes: Boolean!) { posted: __typename @include(if: $yes) }"
    asked = {"extensions": named(query), "variables": {"yes": True}}
    assert ada.post("/graphql", json=asked).status_code == 400
    data = {"data": {"posted": "Query"}}
    assert ada.post("/graphql", json={"query": query, **asked}).json() == data
    assert ada.post("/graphql", json=asked).json() == data
    assert ada.post("/graphql", json={**asked, "variables": {"yes": False}}).json() == {"data": {}}


def test_the_same_goes_for_get(ada: httpx.Client) -> None:
    query = "{ got: __typename }"
    asked = {"extensions": json.dumps(named(query))}
    assert ada.get("/graphql", params=asked).status_code == 400
    assert ada.get("/graphql", params={"query": query, **asked}).status_code == 200
    assert ada.get("/graphql", params=asked).json() == {"data": {"got": "Query"}}
    assert is_known(ada, query)


def test_the_same_goes_for_the_document_id_of_the_specification(ada: httpx.Client) -> None:
    query = "{ identified: __typename }"
    asked = {"documentId": f"sha256:{sha256_of(query)}"}
    assert coded(ada.post("/graphql", json=asked), 400)["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert ada.post("/graphql", json={"query": query, **asked}).status_code == 200
    assert ada.post("/graphql", json=asked).json() == {"data": {"identified": "Query"}}
    assert ada.get("/graphql", params=asked).json() == {"data": {"identified": "Query"}}


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_RESPONSE, 400), (JSON, 200)])
def test_an_unknown_hash_is_told_in_the_word_that_clients_know(ada: httpx.Client, accept: str, status: int) -> None:
    asked = {"extensions": named("{ unknown: __typename }")}
    by_url = {"extensions": json.dumps(asked["extensions"])}
    headers = {"accept": accept}
    for answer in (
        ada.post("/graphql", json=asked, headers=headers),
        ada.get("/graphql", params=by_url, headers=headers),
    ):
        told = coded(answer, status)
        assert told["message"] == "PersistedQueryNotFound"
        assert told["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert answer.headers["content-type"].startswith(accept)
        assert answer.headers["cache-control"] == "no-store"


def test_a_text_with_another_hash_is_neither_answered_nor_kept(ada: httpx.Client) -> None:
    meant, sent = "{ meant: __typename }", "{ sent: __typename }"
    answer = ada.post("/graphql", json={"query": sent, "extensions": named(meant)})
    assert "hash" in problem(answer, 400)["message"]
    assert not is_known(ada, meant)
    assert not is_known(ada, sent)


@pytest.mark.parametrize(
    "query",
    ["{", "{ nonsense }", "query A { __typename } query B { __typename }", "{ customers { nodes { id } } }"],
)
def test_a_text_that_was_not_executed_is_not_kept(ada: httpx.Client, query: str) -> None:
    assert ada.post("/graphql", json={"query": query, "extensions": named(query)}).status_code == 400
    assert not is_known(ada, query)


def test_a_text_that_came_without_a_hash_is_not_kept(ada: httpx.Client) -> None:
    query = "{ plain: __typename }"
    assert ada.post("/graphql", json={"query": query}).status_code == 200
    assert not is_known(ada, query)


def test_a_text_is_known_to_everyone_and_answers_by_their_own_rights(hub: Hub, ada: httpx.Client) -> None:
    query = "{ customers { nodes { id } } }"
    asked = {"query": query, "extensions": named(query)}
    assert hub.http.post("/graphql", json=asked, headers=hub.operator().headers).status_code == 200
    refused = ada.post("/graphql", json={"extensions": named(query)})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_hash_is_looked_up_for_nobody_without_a_token(http: httpx.Client) -> None:
    problem(http.post("/graphql", json={"extensions": named("{ __typename }")}), 401)


def test_a_mutation_may_not_be_sent_by_get_under_its_hash_either(ada: httpx.Client) -> None:
    query = "mutation { named: __typename }"
    assert ada.post("/graphql", json={"query": query, "extensions": named(query)}).status_code == 200
    assert is_known(ada, query)
    problem(ada.get("/graphql", params={"extensions": json.dumps(named(query))}), 405)


def test_a_browser_that_names_a_document_gets_its_answer_and_not_the_page(ada: httpx.Client) -> None:
    asked = {"documentId": f"sha256:{sha256_of('{ browsed: __typename }')}"}
    answer = ada.get("/graphql", params=asked, headers={"accept": "text/html, */*;q=0.8"})
    assert coded(answer, 400)["message"] == "PersistedQueryNotFound"


def test_the_text_asked_for_longest_ago_makes_room() -> None:
    kept = PersistedQueries(most_texts=2)
    for text in ("a", "b"):
        kept.remember(sha256_of(text), text)
    assert kept.text(None, sha256_of("a")) == "a"
    kept.remember(sha256_of("c"), "c")
    assert [kept.known(sha256_of(text)) for text in ("a", "b", "c")] == ["a", None, "c"]


def test_a_flood_of_texts_takes_no_more_than_its_bytes() -> None:
    kept = PersistedQueries(most_bytes=100_000)
    texts = [f"{{ a{number}: __typename }} #{'é€😀'[number % 3] * 1000}" for number in range(300)]
    for text in texts:
        kept.remember(sha256_of(text), text)
        kept.remember(sha256_of(text), text)
    known = [text for text in texts if kept.known(sha256_of(text))]
    assert known == texts[-len(known) :]
    assert 60_000 < sum(text.__sizeof__() for text in known) <= 100_000


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept = PersistedQueries(most_bytes=1_000)
    text = "#" * 2_000
    kept.remember(sha256_of(text), text)
    assert kept.known(sha256_of(text)) is None
    kept.remember(sha256_of("a"), "a")
    assert kept.known(sha256_of("a")) == "a"


def test_a_request_without_a_hash_means_its_own_text() -> None:
    kept = PersistedQueries()
    assert kept.text("a", None) == "a"
    assert kept.text("a", sha256_of("a")) == "a"
    with pytest.raises(HTTPException, match="hash"):
        kept.text("a", sha256_of("b"))
    with pytest.raises(DocumentRefused, match="PersistedQueryNotFound"):
        kept.text(None, sha256_of("a"))
