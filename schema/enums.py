"""Enums that several types share."""

from enum import StrEnum

import strawberry


@strawberry.enum(description="How invoices are collected.")
class CollectionMethod(StrEnum):
    CHARGE_AUTOMATICALLY = "CHARGE_AUTOMATICALLY"
    SEND_INVOICE = "SEND_INVOICE"
    UNRECOGNIZED = "UNRECOGNIZED"


@strawberry.enum(description="How invoices are collected.")
class CollectionMethodInput(StrEnum):
    CHARGE_AUTOMATICALLY = "CHARGE_AUTOMATICALLY"
    SEND_INVOICE = "SEND_INVOICE"
