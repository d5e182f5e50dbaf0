"""The settings that decide what answers mean."""

from resolvers.context import Policy
from server.settings import Settings


def policy_of(settings: Settings) -> Policy:
    return Policy(
        subscriber_metadata_key=settings.subscriber_metadata_key,
        public_metadata_keys=settings.public_metadata_keys,
        past_due_grace_days=settings.past_due_grace_days,
        access_leeway_seconds=settings.access_leeway_seconds,
        stripe_timeout_seconds=settings.stripe_timeout_seconds,
    )
