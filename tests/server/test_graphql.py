"""/graphql over HTTP, after the GraphQL-over-HTTP specification."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from server.negotiation import GRAPHQL_RESPONSE, JSON
from server.requests import LARGEST_BODY
from tests.databases import SQLite
from tests.hub import Hub, running_hub
from tests.server.problem import problem

QUERY = {"query": "{ __typename }"}
DATA = {"data": {"__typename": "Query"}}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", GRAPHQL_RESPONSE),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0, application/*", JSON),
        (JSON, JSON),
        (f"{JSON}, text/html", JSON),
    ],
)
def test_an_answer_comes_in_the_media_type_that_is_accepted(ada: httpx.Client, accept: str, media_type: str) -> None:
    headers = {"accept": accept}
    for answer in (
        ada.post("/graphql", json=QUERY, headers=headers),
        ada.get("/graphql", params=QUERY, headers=headers),
    ):
        assert (answer.status_code, answer.json()) == (200, DATA)
        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize("query", ["{ nonsense }", "{", "", "query A { __typename } query B { __typename }"])
def test_what_cannot_be_executed_is_400_or_200_by_media_type(ada: httpx.Client, query: str) -> None:
    new = ada.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL_RESPONSE})
    old = ada.post("/graphql", json={"query": query}, headers={"accept": JSON})
    assert (new.status_code, old.status_code) == (400, 200)
    for answer in (new, old):
        assert answer.json()["errors"]
        assert "data" not in answer.json()


@pytest.mark.parametrize("query", ["{ nonsense }", "{", "mutation {"])
def test_what_cannot_be_executed_has_the_same_status_by_get(ada: httpx.Client, query: str) -> None:
    new = ada.get("/graphql", params={"query": query}, headers={"accept": GRAPHQL_RESPONSE})
    old = ada.get("/graphql", params={"query": query}, headers={"accept": JSON})
    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()


def test_variables_that_do_not_fit_are_400(ada: httpx.Client) -> None:
    asked = {"query": "query($id: ID!) { customer(id: $id) { id } }", "variables": {"id": None}}
    answer = ada.post("/graphql", json=asked, headers={"accept": GRAPHQL_RESPONSE})
    assert answer.status_code == 400


def test_queries_may_be_sent_by_get(ada: httpx.Client) -> None:
    document = "query A($id: ID!) { customer(id: $id) { id } } query B { __typename }"
    asked = {"query": document, "operationName": "A", "variables": json.dumps({"id": "cus_nobody"})}
    assert ada.get("/graphql", params=asked).json() == {"data": {"customer": None}}
    assert ada.get("/graphql", params={"query": document, "operationName": "B"}).json() == DATA
    assert ada.get("/graphql", params={**QUERY, "operationName": "", "variables": ""}).json() == DATA


def test_an_answer_to_get_is_not_kept_for_the_next_who_uses_the_browser(ada: httpx.Client) -> None:
    assert ada.get("/graphql", params=QUERY).headers["cache-control"] == "no-store"


def test_head_is_get_without_the_body(ada: httpx.Client) -> None:
    got, head = ada.get("/graphql", params=QUERY), ada.head("/graphql", params=QUERY)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert ada.head("/graphql", params={"query": "mutation { __typename }"}).status_code == 405


def test_mutations_may_not_be_sent_by_get(ada: httpx.Client) -> None:
    document = "query Q { __typename } mutation M { __typename }"
    answer = ada.get("/graphql", params={"query": document, "operationName": "M"})
    assert problem(answer, 405)["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert answer.headers["allow"] == "POST"
    assert ada.get("/graphql", params={"query": document, "operationName": "Q"}).json() == DATA
    assert ada.post("/graphql", json={"query": "mutation { __typename }"}).json() == {
        "data": {"__typename": "Mutation"}
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(ada: httpx.Client, method: str) -> None:
    answer = ada.request(method, "/graphql")
    problem(answer, 405)
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json; profile=x; charset=utf-16",
    ],
)
def test_only_json_is_read_so_that_no_form_of_another_site_can_ask(ada: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    problem(ada.post("/graphql", content=json.dumps(QUERY), headers=headers), 415)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json;charset=UTF-8",
        'Application/JSON; charset="utf-8"',
        "application/json;",
        "application/json; profile=x",
        "application/json; charset=utf-8; profile=x",
    ],
)
def test_json_is_read_however_its_type_is_written(ada: httpx.Client, content_type: str) -> None:
    answer = ada.post("/graphql", content=json.dumps(QUERY), headers={"content-type": content_type})
    assert answer.json() == DATA


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b'{"query":',
        b'{"query": "{ __typename }\xff"}',
        b"[" * 100_000,
        b"null",
        b'"{ __typename }"',
        b'[{"query": "{ __typename }"}]',
        b"{}",
        b'{"qeury": "{ __typename }"}',
        b'{"query": null}',
        b'{"query": 7}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 7}',
        b'{"query": "{ __typename }", "extensions": "x"}',
        b'{"query": "{ __typename }", "extensions": []}',
    ],
)
def test_a_malformed_request_is_400(ada: httpx.Client, body: bytes) -> None:
    for accept in (GRAPHQL_RESPONSE, JSON):
        headers = {"content-type": "application/json", "accept": accept}
        answer = ada.post("/graphql", content=body, headers=headers)
        assert problem(answer, 400)["extensions"]["code"] == "BAD_REQUEST"
        assert answer.headers["content-type"].startswith(accept)


def test_nulls_are_the_same_as_nothing(ada: httpx.Client) -> None:
    asked = {**QUERY, "variables": None, "operationName": None, "extensions": None}
    assert ada.post("/graphql", json=asked).json() == DATA


def test_what_a_request_says_beyond_the_specification_is_ignored(ada: httpx.Client) -> None:
    asked = {**QUERY, "id": 7, "extensions": {"clientLibrary": {"name": "@apollo/client"}}}
    assert ada.post("/graphql", json=asked).json() == DATA
    by_url = {**QUERY, "id": "7", "extensions": json.dumps(asked["extensions"])}
    assert ada.get("/graphql", params=by_url).json() == DATA


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"variables": "{}"},
        {"extensions": "{}"},
        {**QUERY, "variables": "{"},
        {**QUERY, "variables": "[]"},
        {**QUERY, "extensions": "{"},
        {**QUERY, "extensions": "7"},
    ],
)
def test_a_malformed_url_is_400(ada: httpx.Client, parameters: dict[str, str]) -> None:
    problem(ada.get("/graphql", params=parameters), 400)


def test_a_mebibyte_is_read_and_more_is_not(ada: httpx.Client) -> None:
    rest = len(json.dumps({"query": "{ __typename } #"}))
    largest = json.dumps({"query": "{ __typename } #" + "x" * (LARGEST_BODY - rest)}).encode()
    assert len(largest) == LARGEST_BODY
    headers = {"content-type": "application/json"}
    assert ada.post("/graphql", content=largest, headers=headers).json() == DATA
    assert (
        problem(ada.post("/graphql", content=largest + b" ", headers=headers), 413)["extensions"]["code"] == "TOO_LARGE"
    )


def test_a_body_of_unknown_length_is_counted(ada: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    problem(ada.post("/graphql", content=chunks(), headers={"content-type": "application/json"}), 413)


@pytest.mark.parametrize("accept", ["text/html", "image/png, application/xml", "*/*;q=0"])
def test_a_client_that_accepts_nothing_we_have_is_told_so(ada: httpx.Client, accept: str) -> None:
    problem(ada.post("/graphql", json=QUERY, headers={"accept": accept}), 406)


def test_without_a_token_nothing_is_answered(http: httpx.Client) -> None:
    answer = http.post("/graphql", json=QUERY)
    assert problem(answer, 401)["extensions"]["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_bad_token_is_told_why(http: httpx.Client) -> None:
    answer = http.post("/graphql", json=QUERY, headers={"authorization": "Bearer nonsense"})
    assert problem(answer, 401)["message"] == "The token is not a valid JSON Web Token."
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token", error_description="The token')


def test_another_path_says_where_graphql_is(http: httpx.Client) -> None:
    assert "/graphql" in problem(http.get("/grapql"), 404)["message"]


@pytest.mark.parametrize("given", ["abc-123", "a.b:c_d", "x" * 64])
def test_a_sane_request_id_is_kept(ada: httpx.Client, given: str) -> None:
    assert ada.post("/graphql", json=QUERY, headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", '{"a": 1}'])
def test_an_insane_request_id_is_replaced(ada: httpx.Client, given: str) -> None:
    kept = ada.post("/graphql", json=QUERY, headers={"x-request-id": given}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", kept)


def preflight(http: httpx.Client, origin: str, method: str = "POST", header: str = "authorization") -> httpx.Response:
    asked = {"access-control-request-method": method, "access-control-request-headers": header}
    return http.options("/graphql", headers={"origin": origin, **asked})


def test_web_pages_of_configured_origins_may_ask(http: httpx.Client) -> None:
    allowed = preflight(http, "https://shop.example", header="authorization,content-type")
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in preflight(http, "https://evil.example").headers


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("header", ["accept", "authorization", "content-type", "x-query-cost", "x-request-id"])
def test_web_pages_may_send_every_header_that_is_read(http: httpx.Client, method: str, header: str) -> None:
    allowed = preflight(http, "https://shop.example", method, header)
    assert allowed.status_code == 200
    assert method in allowed.headers["access-control-allow-methods"]
    assert header in allowed.headers["access-control-allow-headers"].lower()
    assert preflight(http, "https://shop.example", "PUT").status_code == 400


def token_in(page: str) -> str | None:
    found = re.search(r"Bearer (eyJ[\w.-]+)", page)
    return found[1] if found else None


def test_graphiql_in_the_sandbox_has_a_token_that_works(http: httpx.Client) -> None:
    page = http.get("/graphql", headers={"accept": BROWSER})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    token = token_in(page.text)
    assert token
    assert f'parameters.headers ?? "{{\\n  \\"Authorization\\": \\"Bearer {token}\\"\\n}}"' in page.text
    assert http.post("/graphql", json=QUERY, headers={"authorization": f"Bearer {token}"}).json() == DATA


def test_graphiql_gives_no_token_to_who_comes_by_another_name(http: httpx.Client) -> None:
    page = http.get("/graphql", headers={"accept": BROWSER, "host": "evil.example"})
    assert page.status_code == 200
    assert token_in(page.text) is None


def test_graphiql_leaves_queries_to_graphql(http: httpx.Client, ada: httpx.Client) -> None:
    assert ada.get("/graphql", params=QUERY, headers={"accept": f"{BROWSER}"}).json() == DATA
    problem(http.get("/graphql"), 401)


@pytest.fixture(scope="module")
def plain(sqlite: SQLite) -> Iterator[Hub]:
    with running_hub(sqlite.database(), graphiql=False, introspection=False) as running:
        yield running


def test_graphiql_and_introspection_are_off_when_not_asked_for(plain: Hub) -> None:
    operator = plain.operator()
    problem(plain.http.get("/graphql", headers={"accept": "text/html"}), 406)
    assert operator.answer("{ __schema { queryType { name } } }")["errors"]
    assert operator.answer('{ __type(name: "Query") { name } }')["errors"]
    assert operator.ask("{ __typename }") == DATA["data"]


def test_introspection_answers_when_asked_for(hub: Hub) -> None:
    assert hub.operator().ask("{ __schema { queryType { name } } }") == {"__schema": {"queryType": {"name": "Query"}}}
