"""API versions (https://docs.stripe.com/api/versioning): older ones may be asked for, the answer is in one."""

import re
from datetime import date

from sandbox.account.state import API_VERSION
from sandbox.api.errors import invalid

VERSION = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(\.(acacia|basil|clover|dahlia|endive|preview))?(;.*)?$", re.ASCII)
FIRST_NAMED = date(2024, 9, 30)


def check_version(version: str | None) -> None:
    """Any version up to the sandbox's own is taken; the answer is always in the sandbox's own. Raises ApiError 400."""
    if version is None:
        return
    parts = VERSION.match(version)
    try:
        day = date(int(parts[1]), int(parts[2]), int(parts[3])) if parts else date.max
    except ValueError:
        day = date.max
    named = parts is not None and parts[5] is not None
    if day > date.fromisoformat(API_VERSION[:10]) or named != (day >= FIRST_NAMED):
        raise invalid(f"Invalid Stripe API version: {version}")
