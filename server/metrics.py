"""What one process counts for Prometheus. https://prometheus.io/docs/practices/naming"""

import os
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_BY = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder through which processes share what they count; the library reads it when it is imported."""
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

Metric = TypeVar("Metric", Counter, Histogram)


class Metrics:
    """Mirror's Measures, counted. Nothing is shared by the library's own registry."""

    def __init__(self) -> None:
        # The library would add a moment to every count, under a name that reads like another count.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._own = CollectorRegistry()
        self._webhooks = Counter(
            "stripe_graphql_webhooks",
            "Requests of Stripe's to the webhook endpoint, by the status of the answer: 200 is stored.",
            ["status"],
            registry=self._own,
        )
        self._events = Counter(
            "stripe_graphql_events",
            "Tries to apply a stored event: applied, put_off to be tried again, or failed.",
            ["result"],
            registry=self._own,
        )
        self._calls = Counter(
            "stripe_graphql_stripe_calls", "Calls to Stripe.", ["method", "outcome"], registry=self._own
        )
        self._call_seconds = Histogram(
            "stripe_graphql_stripe_call_seconds",
            "How long a call to Stripe took, all tries together.",
            ["method"],
            buckets=CALL_SECONDS,
            registry=self._own,
        )
        self._mutations = Counter(
            "stripe_graphql_mutations",
            "Mutations that were answered: OK, or the code of the first user error.",
            ["mutation", "outcome"],
            registry=self._own,
        )
        self._requests = Counter(
            "stripe_graphql_requests", "GraphQL requests.", ["kind", "outcome"], registry=self._own
        )
        self._request_seconds = Histogram(
            "stripe_graphql_request_seconds",
            "How long a GraphQL request took.",
            ["kind"],
            buckets=REQUEST_SECONDS,
            registry=self._own,
        )

    def webhook(self, status: int) -> None:
        self._webhooks.labels(str(status)).inc()

    def event(self, result: str) -> None:
        self._events.labels(result).inc()

    def call(self, method: str, outcome: str, seconds: float) -> None:
        self._calls.labels(method, outcome).inc()
        self._call_seconds.labels(method).observe(seconds)

    def mutation(self, name: str, outcome: str) -> None:
        self._mutations.labels(name, outcome).inc()

    def request(self, kind: str, outcome: str, seconds: float) -> None:
        self._requests.labels(kind, outcome).inc()
        self._request_seconds.labels(kind).observe(seconds)

    def registry(self) -> CollectorRegistry:
        """What this process counted; where several share a folder, what all of them did, ended ones too."""
        folder = os.environ.get(SHARED_BY)
        if folder is None:
            found = CollectorRegistry()
            found.register(self._own)
            return found
        found = CollectorRegistry()
        MultiProcessCollector(found, folder)  # type: ignore[no-untyped-call]
        return found
