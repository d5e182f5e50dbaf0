"""What is asked: the variables of each query, and whether all candidates give the same answer."""

import asyncio
import random
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from benchmarks.candidates import Server
from benchmarks.synthetic import PRODUCTS, customer_id, product_id

PAGES = 20
MOST_IDS = 2_000
COMPARED = 25
SEED = 3

Variables = dict[str, Any]


def questions(server: Server, query: str, customers: int) -> list[Variables]:
    """The variables that are chosen from at random: customers, or pages of the list of customers."""
    if query == "q2":
        return _pages(server)
    chosen = random.Random(SEED)
    numbers = chosen.sample(range(customers), min(customers, MOST_IDS))
    if query == "q1":
        return [{"id": customer_id(number)} for number in numbers]
    return [{"id": customer_id(number), "product": product_id(chosen.randrange(PRODUCTS))} for number in numbers]


def _pages(server: Server) -> list[Variables]:
    """The cursors of a candidate are its own: each walks the list from its beginning."""
    pages: list[Variables] = [{"after": None}]
    while len(pages) < PAGES:
        info = orjson.loads(server.ask("q2", pages[-1]))["data"]["customers"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        pages.append({"after": info["endCursor"]})
    return pages


def keep_ready_made(server: Server, url: str, ids: Iterable[str]) -> None:
    """Store the answers to Q1 for the floor."""
    answers = [(id, server.ask("q1", {"id": id}).decode()) for id in ids]

    async def store() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("DROP TABLE IF EXISTS ready_made")
        await connection.execute("CREATE TABLE ready_made (id text PRIMARY KEY, body text NOT NULL)")
        await connection.copy_records_to_table("ready_made", records=answers)
        await connection.execute("VACUUM (ANALYZE) ready_made")
        await connection.close()

    asyncio.run(store())


def differences(servers: Sequence[Server], query: str, customers: int) -> list[str]:
    """A sentence for each candidate whose answers differ from the first one's.

    Ours must give the same bytes on every database; others, the same facts.
    """
    asked = {server: questions(server, query, customers)[:COMPARED] for server in servers}
    first, *others = servers
    expected = [first.ask(query, each) for each in asked[first]]
    wrong = []
    for server in others:
        answers = [server.ask(query, each) for each in asked[server]]
        if server.candidate.is_ours and first.candidate.is_ours:
            same = answers == expected
        else:
            same = [*map(_facts, answers)] == [*map(_facts, expected)]
        if not same:
            wrong.append(f"{server.candidate.name} and {first.candidate.name} answer {query} differently.")
    return wrong


def _facts(answer: bytes) -> Any:
    return _plain(orjson.loads(answer)["data"])


def _plain(value: Any, name: str = "") -> Any:
    """Moments in seconds, amounts beside their currency, pages as lists; cursors are left out."""
    match value:
        case {"nodes": list(nodes), **rest} if not rest:
            return _plain(nodes)
        case dict():
            plain: dict[str, Any] = {}
            for key, each in value.items():
                if isinstance(each, dict) and "minorUnits" in each:
                    plain |= {key: each["minorUnits"], "currency": each["currency"].lower()}
                elif key != "endCursor":
                    plain[key] = _plain(each, key)
            return plain
        case list():
            return [_plain(each) for each in value]
        case str() if name == "status":
            return value.lower()
        case str() if re.fullmatch(r"\d+", value):
            return int(value)
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            return int(datetime.fromisoformat(value).timestamp())
        case _:
            return value
