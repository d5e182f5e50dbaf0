"""syncObject: fetch one object from Stripe and put it into the mirror. It changes nothing at Stripe."""

from dataclasses import dataclass

from db.engine import reading
from mirror.apply import BUSY, Contended, UnknownObject
from mirror.errors import RateLimited, Refused, Unavailable, Uncertain
from mirror.gateway.retrieve import RETRIEVE, type_of
from mirror.known import known_objects
from mirror.stored import Key
from resolvers.checks import ANY_ID, NO_SUCH_OBJECT, Checks
from resolvers.context import Context
from resolvers.outcome import UserError, UserErrorCode
from resolvers.refused import user_error


@dataclass(frozen=True, slots=True)
class SyncObjectRequest:
    """`type` is a value of `object` in Stripe's JSON, for ids whose prefix does not tell it."""

    id: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class SyncObjectOutcome:
    """`key` is what was fetched, None where nothing was; `found` is whether Stripe has it now."""

    key: Key | None = None
    found: bool = False
    errors: tuple[UserError, ...] = ()


async def sync_object(context: Context, request: SyncObjectRequest) -> SyncObjectOutcome:
    """Raises Misconfigured, and the database's errors."""
    checks = Checks()
    checks.id(request.id, ANY_ID, "id")
    if not checks.errors and request.type is None and type_of(request.id) is None:
        checks.refuse("The beginning of this id does not tell what it is. Give type too: coupon, or product.", "id")
    if request.type is not None and request.type not in RETRIEVE:
        checks.refuse(
            f"Stripe's objects of this type cannot be fetched. Those that can: {', '.join(RETRIEVE)}.", "type"
        )
    if checks.errors:
        return SyncObjectOutcome(errors=tuple(checks.errors))
    key = Key(request.type or type_of(request.id) or "", request.id)
    return await context.services.in_flight.carry_out(_sync(context, key))


async def _sync(context: Context, key: Key) -> SyncObjectOutcome:
    services = context.services
    try:
        with services.gateway.within(services.policy.stripe_timeout_seconds):
            await services.mirror.refresh(*key)
    except UnknownObject as error:
        if error.key == key:
            return _refused(UserErrorCode.NOT_FOUND, NO_SUCH_OBJECT, path=("id",))
        return _refused(UserErrorCode.STRIPE_REFUSED, f"Stripe does not have the {error.key.type} that belongs to it.")
    except RateLimited:
        return _refused(
            UserErrorCode.RATE_LIMITED, "Stripe asked for fewer requests. Try again in a moment.", again=True
        )
    except (Unavailable, Uncertain):
        sentence = "Stripe cannot be reached now. The copy here is as it was. Try again later."
        return _refused(UserErrorCode.STRIPE_UNAVAILABLE, sentence, again=True)
    except Contended:
        return _refused(UserErrorCode.IN_PROGRESS, BUSY, again=True)
    except Refused as error:
        return SyncObjectOutcome(errors=(user_error(error, {"id": ("id",)}),))
    async with reading(services.engine).connect() as connection:
        known = (await known_objects(connection, services.account, [key])).get(key)
    return SyncObjectOutcome(key, found=known is not None and not known.deleted)


def _refused(
    code: UserErrorCode, message: str, *, path: tuple[str, ...] | None = None, again: bool = False
) -> SyncObjectOutcome:
    return SyncObjectOutcome(errors=(UserError(code, message, path, again),))
