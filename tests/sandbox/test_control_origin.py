"""No other site that a browser has open can press a button of the sandbox."""

import pytest

from tests.sandbox.client import Client

BUTTONS = {
    "/sandbox/page/clock": {"by": "month"},
    "/sandbox/page/payments/cards": {"result": "succeed"},
    "/sandbox/page/webhooks": {"url": "http://127.0.0.1:9/"},
    "/sandbox/page/failures": {"kind": "answer"},
}
ROUTES = {
    "/sandbox/clock": b'{"seconds": 3600}',
    "/sandbox/cards/next": b'{"results": ["succeed"]}',
    "/sandbox/faults": b"{}",
    "/sandbox/rules": b'{"retry_days": [1]}',
}
ELSEWHERE = [
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:1"},
]


def standing(client: Client) -> list[object]:
    """All that the buttons could have changed, but for the seconds that pass."""
    clock = client.http.get("/sandbox/clock").json()["offset"]
    rest = [client.http.get(f"/sandbox/{what}").json() for what in ("cards/next", "faults", "rules", "counters")]
    return [clock, *rest, client.get("/v1/webhook_endpoints")["data"]]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: " ".join(headers.values()))
def test_another_sites_page_changes_nothing(shared: Client, headers: dict[str, str]) -> None:
    before = standing(shared)
    for path, form in BUTTONS.items():
        assert shared.http.post(path, data=form, headers=headers).status_code == 403, path
    for path, body in ROUTES.items():
        plain = headers | {"Content-Type": "text/plain"}
        assert shared.http.post(path, content=body, headers=plain).status_code == 403, path
    for path in ("/sandbox/faults", "/sandbox/counters"):
        assert shared.http.delete(path, headers=headers).status_code == 403, path
    assert standing(shared) == before


def test_programs_and_the_sandboxes_own_pages_may(shared: Client) -> None:
    own = {"Origin": shared.url, "Sec-Fetch-Site": "same-origin"}
    for headers in ({}, own, {"Sec-Fetch-Site": "none"}):
        assert shared.http.post("/sandbox/clock", content=b'{"seconds": 0}', headers=headers).status_code == 200
        pressed = shared.http.post("/sandbox/page/payments/cards/clear", headers=headers)
        assert pressed.status_code == 303


def test_looking_is_never_refused(shared: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Referer": "http://docs.example/"}
    for path in ("/sandbox", "/sandbox/page", "/sandbox/page/clock", "/sandbox/faults"):
        assert shared.http.get(path, headers=headers).status_code == 200


def test_a_button_is_no_link(shared: Client) -> None:
    for path in ("/sandbox/page/payments/cards/clear", "/sandbox/page/failures/clear", "/sandbox/page/webhooks/pause"):
        assert shared.http.get(path).status_code == 404
