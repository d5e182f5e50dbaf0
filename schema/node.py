"""What objects with ids have in common."""

import strawberry

from schema.field import column


@strawberry.interface(description="An object with an id of Stripe's own.")
class Node:
    id: strawberry.ID = column("id", "Stripe's own id. Its prefix tells the type for most, but people choose some.")
