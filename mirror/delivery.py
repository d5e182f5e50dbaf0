"""What an event brings to the door. Pure."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirror.gateway import API_VERSION
from mirror.order import Seen
from mirror.stored import MIRRORED_TYPES, Key, Stored, stored_forms

ENDS_WITHOUT_BEING_DELETED = frozenset({"customer.subscription.deleted"})
"""What the subscription is now is said by its status."""
CHANGES_TOO = {"dispute": "charge"}
"""Objects whose events are the only word that another one has changed: what it is, and the key that names it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An object with what is inside it, true at the event's time; and an object to fetch, where that is only named."""

    forms: tuple[Stored, ...]
    seen: Seen
    hint: Key | None = None

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset(form.key for form in self.forms) | ({self.hint} if self.hint else frozenset())


def delivery_of(event: Mapping[str, Any]) -> Delivery:
    """Thin events are hints; what is no object brings nothing."""
    second = seconds(event.get("created"))
    seen = Seen(second, second, event.get("api_version") or "")
    if event.get("object") == "v2.core.event":
        return Delivery((), seen, related_object(event))
    stripe_object = event["data"].get("object")
    if not isinstance(stripe_object, dict) or not isinstance(stripe_object.get("object"), str):
        return Delivery((), seen)
    is_gone = event["type"].endswith(".deleted") and event["type"] not in ENDS_WITHOUT_BEING_DELETED
    forms = tuple(stored_forms(stripe_object))
    if is_gone:
        forms = tuple(form._replace(data={**form.data, "deleted": True}, deleted=True) for form in forms[:1])
    elif seen.api_version != API_VERSION and forms and forms[0].key.type in MIRRORED_TYPES:
        # It is asked for anew, and what is inside comes along; on its own that may be gone, as coupons are.
        forms = forms[:1]
    changed = CHANGES_TOO.get(stripe_object["object"], "")
    id = stripe_object.get(changed)
    return Delivery(forms, seen, Key(changed, id) if changed and isinstance(id, str) else None)


def related_object(thin_event: Mapping[str, Any]) -> Key | None:
    """What a thin event is about, None where it is about nothing that has a type and an id."""
    related = thin_event.get("related_object")
    if not isinstance(related, Mapping):
        return None
    type, id = related.get("type"), related.get("id")
    return Key(type, id) if isinstance(type, str) and isinstance(id, str) else None


def seconds(created: Any) -> int:
    """Whole seconds, UTC. Thin events write their time as text; it decides nothing, since they are hints to fetch."""
    if isinstance(created, str):
        try:
            return int(datetime.fromisoformat(created).timestamp())
        except ValueError:
            return int(time.time())
    return created if isinstance(created, int) and 0 <= created < 2**63 else int(time.time())
