"""A server that answers the documents of a folder, and no others."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from server.document_hash import sha256_of
from server.negotiation import GRAPHQL_RESPONSE, JSON
from server.refusal import Refusal
from server.trusted_documents import read_documents
from tests.databases import SQLite
from tests.hub import Hub, running_hub
from tests.server.problem import coded, problem

ACCOUNT = """
# What the account page shows.
query Account($id: ID!) {
  customer(id: $id) { ...Contact }
}

fragment Contact on Customer {
  id, email
}
"""
PRINTED = """\
query Account($id: ID!) {
  customer(id: $id) {
    ...Contact
  }
}

fragment Contact on Customer {
  id
  email
}"""
STRIPPED = "query Account($id:ID!){customer(id:$id){...Contact}}fragment Contact on Customer{id email}"
INDENTED = PRINTED.replace("\n", "\n        ")
WINDOWS = "query {\r\n  __typename\r\n}\r\n"
MUTATION = "mutation Touch { __typename }"
VARIABLES = {"id": "cus_nobody"}
DATA = {"data": {"customer": None}}


@pytest.fixture(scope="module")
def hub(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "pages").mkdir()
    (folder / "pages" / "account.graphql").write_text(ACCOUNT)
    (folder / "windows.gql").write_bytes(WINDOWS.encode())
    (folder / "touch.graphql").write_text(MUTATION)
    (folder / "README.md").write_text("Not a document.")
    with running_hub(sqlite.database(), trusted_documents=folder) as running:
        yield running


def by_hash(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(text)}}}


def post(client: httpx.Client, accept: str = GRAPHQL_RESPONSE, **asked: Any) -> httpx.Response:
    return client.post("/graphql", json={"variables": VARIABLES, **asked}, headers={"accept": accept})


def is_refused(answer: httpx.Response) -> bool:
    return bool(problem(answer, 403)["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED")


@pytest.mark.parametrize("text", [ACCOUNT, PRINTED, STRIPPED, INDENTED, f"# Sent by hand.\n{STRIPPED}"])
def test_a_document_of_the_folder_is_answered_however_it_is_spelled(ada: httpx.Client, text: str) -> None:
    assert post(ada, query=text).json() == DATA
    assert post(ada, query=text, **by_hash(text)).json() == DATA
    assert ada.get("/graphql", params={"query": text, "variables": json.dumps(VARIABLES)}).json() == DATA


@pytest.mark.parametrize("text", [ACCOUNT, ACCOUNT.strip(), PRINTED, STRIPPED])
def test_a_document_of_the_folder_may_be_named_by_the_hash_of_its_usual_spellings(ada: httpx.Client, text: str) -> None:
    assert post(ada, **by_hash(text)).json() == DATA
    assert post(ada, documentId=f"sha256:{sha256_of(text)}").json() == DATA
    by_url = {"documentId": f"sha256:{sha256_of(text)}", "variables": json.dumps(VARIABLES)}
    assert ada.get("/graphql", params=by_url).json() == DATA


def test_the_hash_of_a_file_is_that_of_its_bytes(ada: httpx.Client) -> None:
    assert post(ada, **by_hash(WINDOWS)).json() == {"data": {"__typename": "Query"}}
    assert post(ada, query="{ __typename }").json() == {"data": {"__typename": "Query"}}


def test_the_hash_of_another_spelling_is_known_once_its_text_was_sent(ada: httpx.Client) -> None:
    text = f"{STRIPPED} # as another client prints it"
    assert coded(post(ada, **by_hash(text)), 400)["message"] == "PersistedQueryNotFound"
    assert post(ada, query=text, **by_hash(text)).json() == DATA
    assert post(ada, **by_hash(text)).json() == DATA


@pytest.mark.parametrize(
    "text",
    [
        STRIPPED.replace("email", "name"),
        STRIPPED.replace("id email", "id email __typename"),
        f"{STRIPPED}{STRIPPED}",
        "{ viewer { id } }",
        "query { __typename",
        'query { __typename(a: "',
        "",
        get_introspection_query(),
    ],
)
def test_any_other_document_is_refused(ada: httpx.Client, text: str) -> None:
    assert is_refused(post(ada, query=text))
    assert is_refused(post(ada, query=text, **by_hash(text)))
    assert coded(post(ada, **by_hash(text)), 400)["message"] == "PersistedQueryNotFound"


def test_clients_that_accept_json_alone_get_the_refusal_with_status_200(ada: httpx.Client) -> None:
    told = problem(post(ada, accept=JSON, query="{ viewer { id } }"), 200)
    assert told["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert "TRUSTED_DOCUMENTS" in told["message"]


def test_operators_are_refused_too(hub: Hub) -> None:
    operator = hub.operator()
    assert operator.ask(ACCOUNT, **VARIABLES) == DATA["data"]
    assert is_refused(operator.post("{ viewer { id } }"))


def test_a_text_with_another_hash_is_400(ada: httpx.Client) -> None:
    problem(post(ada, query=ACCOUNT, **by_hash(PRINTED)), 400)


def test_what_is_far_longer_than_any_document_is_not_looked_into(ada: httpx.Client) -> None:
    assert is_refused(post(ada, query=STRIPPED + " " * 10_000))


def test_a_mutation_of_the_folder_may_not_be_sent_by_get(ada: httpx.Client) -> None:
    assert post(ada, **by_hash(MUTATION)).json() == {"data": {"__typename": "Mutation"}}
    problem(ada.get("/graphql", params={"documentId": f"sha256:{sha256_of(MUTATION)}"}), 405)


def refusal(folder: Path) -> str:
    with pytest.raises(Refusal) as caught:
        read_documents(folder)
    sentence = str(caught.value)
    assert sentence.startswith("TRUSTED_DOCUMENTS ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_every_file_of_the_two_kinds_below_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for number, name in enumerate(("1.graphql", "a/2.gql", "a/b/3.graphql", "a/4.graphqls", "a/5.txt")):
        (tmp_path / name).write_text(f"query Q{number} {{ __typename }}")
    assert sorted(text[6:8] for text, _ in read_documents(tmp_path)) == ["Q0", "Q1", "Q2"]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file or directory" in refusal(tmp_path / "nowhere")
    (tmp_path / "file.graphql").write_text(MUTATION)
    assert "Not a directory" in refusal(tmp_path / "file.graphql")


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Nothing yet.")
    assert "put *.graphql or *.gql files there" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{\n  viewer {\n", "is no GraphQL document (line 3: Syntax Error: Expected Name, found <EOF>)"),
        (b"", "is no GraphQL document (line 1: Syntax Error: Unexpected <EOF>)"),
        (b"{a" * 2_000 + b"}" * 2_000, "nested too deeply"),
        (b'{ a(b: "\xff") }', "is not UTF-8"),
        (b"type Query { a: Int }", "has no operation"),
        (b"fragment A on Query { __typename }", "has no operation"),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "fine.graphql").write_text(MUTATION)
    (tmp_path / "wrong.gql").write_bytes(content)
    sentence = refusal(tmp_path)
    assert said in sentence
    assert "wrong.gql, which " in sentence


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "gone.graphql").symlink_to(tmp_path / "nowhere")
    assert "gone.graphql, which cannot be read (No such file or directory)" in refusal(tmp_path)
