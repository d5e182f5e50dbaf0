"""One call of the API, as the verbs see it: checked parameters, ids from the path, the state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid

MOST_METADATA = 50


@dataclass
class Call:
    """What a verb gets."""

    state: State
    url: str
    ids: dict[str, str]
    params: dict[str, Any]
    publishable: bool = False
    expand: Sequence[str] = ()

    def fetch(self, kind: str, name: str) -> Object:
        """The row that the path names. Raises ApiError 404."""
        return self.state.find(kind, self.ids[name], name, status=404)

    def find(self, kind: str, name: str) -> Object | None:
        """The row that a parameter names, None when it is not given. Raises ApiError 400."""
        id = self.params.get(name)
        return None if id is None else self.state.find(kind, id, name)

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the parameters that were given."""
        return {name: self.params[name] for name in names if name in self.params}


def merged(metadata: dict[str, str] | None, given: dict[str, str] | None) -> dict[str, str]:
    """Metadata after an update: keys are merged, empty values drop a key, None drops all.

    Raises ApiError 400 for more than 50 keys.
    """
    if given is None:
        return {}
    kept = {key: value for key, value in ((metadata or {}) | given).items() if value != ""}
    if len(kept) > MOST_METADATA:
        raise invalid(f"You can have at most {MOST_METADATA} metadata keys; this would make {len(kept)}.", "metadata")
    return kept
