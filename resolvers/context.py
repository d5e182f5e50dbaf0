"""What a request carries: who asks, and what lives as long as the process."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.reads import Reads
from mirror.apply import Mirror
from mirror.gateway import Gateway
from resolvers.in_flight import InFlight
from resolvers.read_through import ReadThrough


class CallerKind(StrEnum):
    SUBSCRIBER = "subscriber"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who proved to be asking. For a subscriber, `id` is the subscriber id; e-mail and name come from the token."""

    kind: CallerKind
    id: str
    email: str | None = None
    name: str | None = None

    @property
    def is_operator(self) -> bool:
        return self.kind is CallerKind.OPERATOR


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that decide what answers mean."""

    subscriber_metadata_key: str = "subscriber_id"
    public_metadata_keys: frozenset[str] = frozenset()
    past_due_grace_days: int = 0
    access_leeway_seconds: int = 3600
    stripe_timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Services:
    """What every request shares."""

    engine: AsyncEngine
    reads: Reads
    gateway: Gateway
    mirror: Mirror
    account: Account
    policy: Policy
    in_flight: InFlight = field(default_factory=InFlight)
    read_through: ReadThrough = field(default_factory=ReadThrough)


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `now` is whole seconds, UTC: one moment for every condition of the request.

    `settling` tells that an operation is settled without its caller, who made the request a while ago.
    """

    services: Services
    caller: Caller
    request_id: str
    now: int
    settling: bool = False
