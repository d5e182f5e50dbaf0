"""replayEvents: have stored events applied anew. Applying is safe to repeat, however often it is done."""

from dataclasses import dataclass

from db import inbox
from resolvers.checks import Checks
from resolvers.context import Context, Services
from resolvers.outcome import UserError, UserErrorCode

MOST_IDS = 1_000


@dataclass(frozen=True, slots=True)
class ReplayEventsRequest:
    """Either ids of events, whatever became of them, or all that have failed."""

    ids: list[str] | None
    all_failed: bool


@dataclass(frozen=True, slots=True)
class ReplayEventsOutcome:
    """`replayed` is how many events are pending again."""

    replayed: int = 0
    errors: tuple[UserError, ...] = ()


async def replay_events(context: Context, request: ReplayEventsRequest) -> ReplayEventsOutcome:
    """Those that are stored are replayed, though others of the given ids are not."""
    checks = Checks()
    if bool(request.ids) is request.all_failed:
        checks.refuse("Give the ids of events, or allFailed for all that have failed.", "ids")
    elif request.ids and len(request.ids) > MOST_IDS:
        checks.refuse(f"Give at most {MOST_IDS:,} ids at once.", "ids")
    if checks.errors:
        return ReplayEventsOutcome(errors=tuple(checks.errors))
    return await context.services.in_flight.carry_out(_replay(context.services, request))


async def _replay(services: Services, request: ReplayEventsRequest) -> ReplayEventsOutcome:
    wanted = None if request.all_failed else [id for id in request.ids or () if "\x00" not in id]
    async with services.engine.begin() as connection:
        replayed = set(await inbox.replay(connection, services.account, wanted))
    missing = tuple(
        UserError(UserErrorCode.NOT_FOUND, "No event with this id is stored here.", ("ids", str(place)))
        for place, id in enumerate(request.ids or ())
        if id not in replayed
    )
    return ReplayEventsOutcome(len(replayed), missing)
