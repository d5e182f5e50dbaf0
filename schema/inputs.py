"""Inputs that several types share."""

from datetime import datetime

import strawberry

from schema.field import optional


@strawberry.input(description="A range of moments; bounds that are left out do not narrow it.")
class DateTimeRange:
    gt: datetime | None = optional("Later than this.")
    gte: datetime | None = optional("At this moment or later.")
    lt: datetime | None = optional("Earlier than this.")
    lte: datetime | None = optional("At this moment or earlier.")
