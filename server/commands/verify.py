"""stripe-graphql verify"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import orjson
import typer

from mirror.apply import Contended, Mirror
from mirror.equality import ABSENT
from mirror.errors import StripeError
from mirror.gateway.lists import LISTED, TABLE_NAMES, Listing, Unlisted, listing_named
from mirror.gateway.pace import Pace
from mirror.verify import Finding, Problem, Verdicts, Verification
from server.account import opened_account, settings_of
from server.logging import configure_logging
from server.progress_line import ProgressLine
from server.refusal import Refusal
from server.settings import Settings
from server.syncing import CALLS_PER_SECOND

CONNECTIONS = 4
PROBLEMS = {
    Problem.MISSING: "is at Stripe and not here",
    Problem.GONE: "is here and not at Stripe",
    Problem.BURIED: "is marked deleted here and alive at Stripe",
    Problem.DIFFERENT: "differs",
    Problem.COLUMNS: "has typed columns that are not what its JSON says",
}
STRIPE_AWAY = "Stripe could not be asked, so the comparison is not whole. ({reason}) Try again later."
CHANGING = "The mirror is changing too fast to be mended now: run the command again later."


def run(
    resources: Annotated[list[str] | None, typer.Argument(help="Such as customers; all without any.")] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", help="Compare only so many of each, at random.", min=1, max=1_000_000)
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs, and look again.")] = False,
    rate: Annotated[float, typer.Option(help="Calls a second at most.", min=0.1, max=10_000)] = CALLS_PER_SECOND,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON object for each object that differs, a line each; then the totals.")
    ] = False,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="With the sandbox of `serve --sandbox`.")] = False,
) -> None:
    """Compare the mirror with Stripe, and show what differs by field.

    Ends with 0 when nothing differs or all that did is mended, with 1 when something does, and with 2 when it could
    not compare. Runs beside a server: what is only on its way does not count.
    """
    settings = settings_of(sandbox=sandbox)
    configure_logging(settings.log_level)
    listings = _wanted(resources or [])
    telling = _Telling(as_json=as_json)
    try:
        verdicts = asyncio.run(_verify(settings, listings, telling, sample=sample, repair=repair, rate=rate))
    except StripeError as error:
        telling.progress.clear()
        raise Refusal(STRIPE_AWAY.format(reason=error)) from None
    except Contended:
        telling.progress.clear()
        raise Refusal(CHANGING) from None
    telling.end(verdicts)
    if verdicts.drift:
        raise typer.Exit(1)


class _Telling:
    """What is found, on stdout as it is found."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.progress = ProgressLine()
        self._compared: dict[str, int] = {}

    def compared(self, type: str, objects: int) -> None:
        self._compared[TABLE_NAMES[type]] = objects
        self.progress.show(TABLE_NAMES[type], objects)

    def found(self, finding: Finding) -> None:
        self.progress.clear()
        typer.echo(_as_line(finding.as_json()) if self._as_json else "\n".join(_described(finding)))

    def end(self, verdicts: Verdicts) -> None:
        self.progress.clear()
        if self._as_json:
            typer.echo(_as_line({"compared": self._compared, **_counts(verdicts)}))
        else:
            typer.echo("\n".join(_summed_up(self._compared, verdicts)))


async def _verify(
    settings: Settings, listings: Sequence[Listing], telling: _Telling, *, sample: int | None, repair: bool, rate: float
) -> Verdicts:
    async with opened_account(settings, pool_size=CONNECTIONS, pace=Pace(rate)) as owned:
        mirror = Mirror(owned.engine, owned.gateway, owned.account, subscriber_key=settings.subscriber_metadata_key)
        verification = Verification(
            owned.engine,
            owned.gateway,
            mirror,
            subscriber_key=settings.subscriber_metadata_key,
            report=telling.found,
            progress=telling.compared,
            repair=repair,
        )
        try:
            return await verification.run(listings, sample=sample)
        finally:
            await mirror.close()


def _wanted(resources: Sequence[str]) -> list[Listing]:
    try:
        types = {listing_named(name).type for name in resources}
    except Unlisted as error:
        raise Refusal(str(error)) from None
    return [listing for type, listing in LISTED.items() if type in types or not types]


def _described(finding: Finding) -> Iterator[str]:
    notes = {
        "an event about it is waiting in the inbox": finding.waiting,
        "changes without an event": finding.silent,
        "mended": finding.mended,
    }
    noted = ", ".join(note for note, holds in notes.items() if holds)
    yield f"{finding.key.type} {finding.key.id} {PROBLEMS[finding.problem]}{f' ({noted})' if noted else ''}"
    there, here = ("JSON", "column") if finding.problem is Problem.COLUMNS else ("Stripe", "here")
    for each in finding.differences:
        yield f"    {each.path}: {there} {_shown(each.right)}, {here} {_shown(each.held)}"


def _summed_up(compared: dict[str, int], verdicts: Verdicts) -> Iterator[str]:
    yield f"{sum(compared.values()):,} objects of {len(compared)} resources were compared."
    if verdicts.silent:
        yield f"{_objects(verdicts.silent)} only in what Stripe changes without an event: no drift."
    if verdicts.waiting:
        yield f"{_objects(verdicts.waiting)} and have an event waiting in the inbox: no drift, once it is applied."
    if verdicts.mended:
        yield f"{verdicts.mended:,} were mended, and looked at again."
    yield f"{_objects(verdicts.drift)} from Stripe." if verdicts.drift else "The mirror is equal to Stripe."


def _objects(count: int) -> str:
    return "1 object differs" if count == 1 else f"{count:,} objects differ"


def _counts(verdicts: Verdicts) -> dict[str, int]:
    return {name: getattr(verdicts, name) for name in ("drift", "mended", "waiting", "silent")}


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else _as_line(value)


def _as_line(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
