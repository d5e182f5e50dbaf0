"""The memory of one worker: idle, and after many requests with many distinct documents."""

import time

from benchmarks.candidates import Server
from benchmarks.measuring import finished, load_on, loading, memory_mib
from benchmarks.synthetic import customer_id

REST_SECONDS = 3
STEPS = 5
LONGEST_SECONDS = 3600
SHAPES = (
    "id email name",
    "id created subscriptions(first: %d) { nodes { id status items { quantity price { id } } } }",
    "name invoices(first: %d) { nodes { id number status total { minorUnits currency } created } }",
    "email charges(first: %d) { nodes { id status amount { minorUnits currency } } pageInfo { hasNextPage } }",
    "id activeSubscriptions { id currentPeriodEnd } hasAnyActiveSubscription",
)


def memory(server: Server, *, requests: int, documents: int) -> dict[int, float]:
    """MiB of resident memory by how many requests were answered before, of a server that was just started."""
    time.sleep(REST_SECONDS)
    told = {0: memory_mib(server)}
    bodies = [_document(number) for number in range(documents)]
    for step in range(1, STEPS + 1):
        load = load_on(server, bodies, seconds=LONGEST_SECONDS, warmup=0, requests=requests // STEPS)
        with loading(load) as child:
            finished(child, server.candidate.name)
        time.sleep(REST_SECONDS)
        told[step * (requests // STEPS)] = memory_mib(server)
    return told


def _document(number: int) -> dict[str, object]:
    """A document that no other number gives."""
    shape = SHAPES[number % len(SHAPES)]
    fields = shape % (1 + number % 50) if "%d" in shape else shape
    query = f"query Page{number}($id: ID!) {{ page{number}: customer(id: $id) {{ {fields} }} }}"
    return {"query": query, "variables": {"id": customer_id(number)}}
