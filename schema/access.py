"""Whether a customer may use a product, with the reason."""

from datetime import datetime
from enum import StrEnum

import strawberry

from resolvers.reading import access
from resolvers.reading.sources import Expression
from schema.field import field, reference
from schema.lazy import LazySubscription


@strawberry.enum(description="Why access is granted or not.")
class AccessReason(StrEnum):
    ACTIVE = "ACTIVE"
    TRIALING = "TRIALING"
    GRACE_PERIOD = "GRACE_PERIOD"
    PAST_DUE = "PAST_DUE"
    INCOMPLETE = "INCOMPLETE"
    PAUSED = "PAUSED"
    UNPAID = "UNPAID"
    ENDED = "ENDED"
    NEVER_SUBSCRIBED = "NEVER_SUBSCRIBED"


@strawberry.type(description="Whether a customer may use a product, for people who must explain the answer.")
class Access:
    granted: bool = field(Expression(access.granted), "Whether the product may be used.")
    reason: AccessReason = field(Expression(access.reason), "Why.")
    until: datetime | None = field(Expression(access.until), "When it ends unless something is paid.")
    subscription: LazySubscription | None = reference("subscription", "The subscription that decided.")
