"""The mirrored facts at rest. Nothing here knows Stripe's network, GraphQL or HTTP."""
