"""What a Stripe object is here: a JSON object in plain dictionaries, with references kept as ids."""

from typing import Any

import orjson

Object = dict[str, Any]


def clone(value: Object) -> Object:
    """A deep copy: later changes to the original do not show in it."""
    copied: Object = orjson.loads(orjson.dumps(value))
    return copied
