"""Look whether a call that was lost has been carried out. Lists are used, since Stripe's search lags by a minute."""

import time
from typing import Any
from urllib.parse import unquote

from mirror.errors import NotFound
from mirror.gateway import Answer, Call, Gateway
from mirror.gateway.retrieve import RETRIEVE

SLACK_SECONDS = 600
"""How far our clock and Stripe's may be apart."""


async def made_by(gateway: Gateway, operation: str, call: Call, *, age_seconds: float) -> Answer | None:
    """What became of a call of the operation that was sent `age_seconds` ago.

    For a call that creates: the object whose metadata names the operation. For any other: the object that it is about,
    as it is now, and its caller tells whether the call has been carried out on it. None where there is no such object.
    """
    _, _, collection, *about = call.path.split("/")
    type = next(type for type, (its_collection, _) in RETRIEVE.items() if its_collection == collection)
    if about:
        try:
            return await gateway.fetch(type, unquote(about[0]))
        except NotFound:
            return None
    params: dict[str, Any] = {"limit": 100, "created": {"gte": int(time.time() - age_seconds) - SLACK_SECONDS}}
    if "customer" in call.params:
        params["customer"] = call.params["customer"]
    if collection == "subscriptions":
        params["status"] = "all"
    async for page in gateway.pages(Call("get", call.path, params)):
        for found in page.data["data"]:
            if (found.get("metadata") or {}).get("operation") == operation:
                # Lists leave out what is expanded, and hold only the beginning of lists within.
                return await gateway.fetch(type, found["id"])
    return None
