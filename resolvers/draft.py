"""What becomes of a draft invoice: finalized and sent, or taken back so that its items are pending again."""

import time
from typing import Any

from mirror.errors import NotFound, Refused
from mirror.gateway import API_VERSION, Answer, events, invoices
from mirror.order import Seen
from resolvers.operation import Operation


async def finalize(operation: Operation, draft: str, *, pay_now: bool) -> dict[str, Any]:
    """Stripe's JSON of the invoice. A draft that cannot be finalized is taken back. Raises what Stripe refuses."""
    try:
        answer = await operation.step(
            "finalize",
            invoices.finalize(draft, {"auto_advance": not pay_now, "expand": ["payments"]}),
            done=lambda seen: seen["status"] != "draft",
        )
    except Refused:
        await _take_back(operation, draft)
        raise
    return answer.data


async def send(operation: Operation, invoice: str) -> None:
    """E-mail it."""

    async def look(age_seconds: float) -> Answer | None:
        """An invoice does not tell whether it was sent, but an event does."""
        answer = await operation.services.gateway.fetch("invoice", invoice)
        since = int(answer.seen.latest - age_seconds) - 1
        async for page in operation.services.gateway.pages(events.of_type("invoice.sent", since)):
            if any(event["data"]["object"]["id"] == invoice for event in page.data["data"]):
                return answer
        return None

    await operation.step("send", invoices.send(invoice, {"expand": ["payments"]}), look=look)


async def discard(operation: Operation, draft: str) -> None:
    """Delete it."""

    async def look(_age_seconds: float) -> Answer | None:
        try:
            await operation.services.gateway.fetch("invoice", draft)
        except NotFound:
            now = int(time.time())
            gone = {"id": draft, "object": "invoice", "deleted": True}
            return Answer(gone, Seen(now - 1, now, API_VERSION), None)
        return None

    await operation.step("discard", invoices.delete(draft), look=look)


async def _take_back(operation: Operation, draft: str) -> None:
    """Stripe does not say whether items of a deleted draft go with it: they are taken off first."""
    lines = await _lines(operation, draft)
    for first in range(0, len(lines), invoices.UNASSIGNED_AT_ONCE):
        await _unassign(operation, draft, f"unassign-{first}", lines[first : first + invoices.UNASSIGNED_AT_ONCE])
    await discard(operation, draft)


async def _unassign(operation: Operation, draft: str, name: str, lines: list[str]) -> None:
    async def look(_age_seconds: float) -> Answer | None:
        left = await _lines(operation, draft)
        return None if set(left) & set(lines) else await operation.services.gateway.fetch("invoice", draft)

    await operation.step(name, invoices.unassign(draft, lines), look=look)


async def _lines(operation: Operation, draft: str) -> list[str]:
    pages = [page.data["data"] async for page in operation.services.gateway.invoice_lines(draft)]
    return [line["id"] for page in pages for line in page]
