"""A Stripe with as many objects as one likes: copies of what one customer of a sandbox has, made when they are listed.

A process of its own: `python -m benchmarks.mirror.listings PORT COPIES`, where PORT is the sandbox's; prints its own.
Each copy is a customer with a card, a subscription, an invoice, a payment and its charge, whose ids tell the copy's
number. Lists know pages, `created` and `expand`; everything else is the sandbox's to answer.
"""

import asyncio
import re
import sys
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

import httptools
import httpx
import orjson
import uvloop

from benchmarks.synthetic import SUBSCRIBER_KEY

COLLECTIONS = ("customers", "payment_methods", "subscriptions", "invoices", "payment_intents", "charges")
"""Of each, a copy has one."""
SPAN_SECONDS = 3 * 365 * 86_400
NUMBER, CREATED = b"@number@", b'"@created@"'
COPIED = re.compile(rb'"(cus|pm|sub|si|in|il|inpay|pi|ch|txn|di|seti)_\w+"')
KEY = {"authorization": "Bearer sk_test_benchmark"}
EVERYTHING = {"subscriptions": {"status": "all"}}


class Listings:
    """Answers by path."""

    def __init__(self, port: int, copies: int) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=KEY, timeout=60, trust_env=False)
        self._copies = copies
        self._step = max(1, SPAN_SECONDS // copies)
        self._first = int(time.time()) - self._step * copies
        """When the first copy was made; each later one came a step after the one before."""
        self._templates: dict[tuple[str, ...], bytes] = {}
        customers = [charge["customer"] for charge in self._listed("charges", {}, [])]
        self._original = next(customer for customer in customers if self._has_everything(customer))

    def answer(self, target: str, version: str) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        collection = path.removeprefix("/v1/")
        asked = parse_qsl(query)
        params = {name: value for name, value in asked if not name.startswith("expand")}
        if collection not in COLLECTIONS or "customer" in params:
            answer = self._http.get(target, headers={"stripe-version": version})
            return answer.status_code, answer.content
        return 200, self._page(collection, [value for name, value in asked if name.startswith("expand")], params)

    def _page(self, collection: str, expand: list[str], params: Mapping[str, str]) -> bytes:
        """Newest first; a number that comes later was made later."""
        earliest, latest = int(params.get("created[gte]", 0)), int(params.get("created[lte]", 2**40))
        lowest = max(0, -((self._first - earliest) // self._step))
        highest = min(self._copies - 1, (latest - self._first) // self._step)
        if after := params.get("starting_after"):
            highest = min(highest, _number(after) - 1)
        limit = int(params.get("limit", "10"))
        numbers = range(highest, max(lowest, highest - limit + 1) - 1, -1)
        template = self._template(collection, expand)
        objects = [
            template.replace(NUMBER, b"%08d" % number).replace(CREATED, b"%d" % (self._first + number * self._step))
            for number in numbers
        ]
        more = b"true" if highest - limit >= lowest else b"false"
        head = b'{"object":"list","url":"/v1/%b","has_more":%b,"data":[' % (collection.encode(), more)
        return head + b",".join(objects) + b"]}"

    def _template(self, collection: str, expand: list[str]) -> bytes:
        key = (collection, *expand)
        if key not in self._templates:
            mine = {} if collection == "customers" else {"customer": self._original}
            found = self._listed(collection, mine, expand)
            chosen = next(each for each in found if collection != "customers" or each["id"] == self._original)
            if SUBSCRIBER_KEY in chosen["metadata"]:
                chosen["metadata"][SUBSCRIBER_KEY] = f"user-{NUMBER.decode()}"
            text = orjson.dumps({**chosen, "created": "@created@"})
            self._templates[key] = COPIED.sub(rb'"\1_bench%b"' % NUMBER, text)
        return self._templates[key]

    def _has_everything(self, customer: str) -> bool:
        return all(self._listed(each, {"customer": customer}, []) for each in COLLECTIONS[1:])

    def _listed(self, collection: str, params: Mapping[str, str], expand: list[str]) -> list[dict[str, Any]]:
        expanded = {f"expand[{place}]": path for place, path in enumerate(expand)}
        asked = {"limit": "100", **EVERYTHING.get(collection, {}), **params, **expanded}
        return list(self._http.get(f"/v1/{collection}", params=asked).raise_for_status().json()["data"])


def _number(id: str) -> int:
    return int(id[-8:])


class Connection(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, listings: Listings) -> None:
        self._listings = listings
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._target, self._version = b"", b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"stripe-version":
            self._version = value

    def on_message_complete(self) -> None:
        status, body = self._listings.answer(self._target.decode(), self._version.decode())
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        head = (
            f"HTTP/1.1 {status} OK\r\nDate: {date}\r\nContent-Type: application/json\r\n"
            f"Request-Id: req_benchmark\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


async def serve(listings: Listings) -> None:
    """Until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(listings), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Listings(int(sys.argv[1]), int(sys.argv[2]))))
