"""How fresh and complete the mirror is."""

from datetime import datetime

import strawberry


@strawberry.type(description="How fresh and complete the mirror is of one kind of object.")
class ResourceStatus:
    name: str = strawberry.field(description="The kind: invoices.")
    rows: int = strawberry.field(
        description="How many are mirrored and live. Where there are many, it may be some minutes old."
    )
    oldest_observed_at: datetime | None = strawberry.field(description="When the stalest copy was known to be true.")
    sync_completed_at: datetime | None = strawberry.field(description="When a sync last went through all of them.")


@strawberry.type(description="How fresh and complete the mirror is.")
class MirrorStatus:
    api_version: str = strawberry.field(description="The version of Stripe's API that rows are kept in.")
    last_event_at: datetime | None = strawberry.field(description="When the latest event that arrived happened.")
    lag_seconds: int = strawberry.field(
        description="How long ago the oldest event happened that is not applied yet; 0 where all are."
    )
    events_pending: int = strawberry.field(description="Events that are stored and not applied yet.")
    events_failed: int = strawberry.field(description="Events that could not be applied.")
    operations_pending: int = strawberry.field(description="Mutations whose outcome is not settled yet.")
    caught_up_at: datetime | None = strawberry.field(
        description="Up to when Stripe's own list of events was read, in which those are found that never came."
    )
    last_synced_at: datetime | None = strawberry.field(
        description="When the kind of object whose sync is longest ago was last gone through; null while one never was."
    )
    warnings: list[str] = strawberry.field(description="What somebody should look at, in plain sentences.")
    resources: list[ResourceStatus] = strawberry.field(description="Each kind of object.")
