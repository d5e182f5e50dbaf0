"""Which sync this is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from db import leases, syncs
from db.syncs import Window
from mirror.apply import Mirror
from mirror.backfill.alone import LEASE
from mirror.backfill.patience import Say
from mirror.backfill.progress import Progress
from mirror.gateway import Gateway


class TakenOver(Exception):
    """Another sync runs on this database now, since this one was silent for too long."""


@dataclass(frozen=True, slots=True)
class Run:
    """Of whose mirror, of what, and the right to write how far it has come."""

    mirror: Mirror
    gateway: Gateway
    scope: str
    owner: str
    types: frozenset[str]
    progress: Progress
    say: Say

    async def keep(self, connection: AsyncConnection, windows: Sequence[Window]) -> None:
        """Write how far windows have come. Raises TakenOver."""
        if not await leases.hold(connection, self.mirror.account, LEASE, self.owner):
            raise TakenOver
        await syncs.keep(connection, self.mirror.account, self.scope, windows)
