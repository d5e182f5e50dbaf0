"""The codes that people type in."""

from collections.abc import Mapping, Sequence
from typing import Any

from mirror.gateway import promotion_codes
from resolvers.operation import Operation
from resolvers.outcome import Rejected, UserError, UserErrorCode
from resolvers.payment import id_of


async def promotion_code_id(operation: Operation, code: str, customer: str, *path: str) -> str:
    """The id of the active promotion code that reads so and is the customer's to use.

    Raises Rejected with INVALID_INPUT, alike for a code that is unknown, used up or somebody else's.
    """
    code_id = usable_by(await operation.pages(promotion_codes.active(code)), customer)
    if code_id is None:
        raise Rejected(UserError(UserErrorCode.INVALID_INPUT, "This promotion code is not valid.", path))
    return code_id


def usable_by(found: Sequence[Mapping[str, Any]], customer: str) -> str | None:
    """Of active promotion codes that read alike, the id of the customer's own, else of everybody's."""
    theirs = [each for each in found if id_of(each["customer"]) in (None, customer)]
    return str(min(theirs, key=lambda each: each["customer"] is None)["id"]) if theirs else None
