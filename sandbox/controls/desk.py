"""What the controls work on, and how they say no."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError
from sandbox.api.faults import Faults
from sandbox.api.parameters import Shape, read
from sandbox.timing.advance import catch_up
from sandbox.webhooks.deliveries import Deliverer


class Refused(Exception):
    """A control call that cannot be carried out; the text says why."""


@dataclass
class Desk:
    """One sandbox with all its parts."""

    state: State
    deliverer: Deliverer
    faults: Faults

    def done(self) -> None:
        """Makes what was done final, and sends its events."""
        self.state.journal.commit()
        self.deliverer.pick_up()

    @contextmanager
    def doing(self) -> Iterator[State]:
        """One change of the state: done as a whole, or taken back. Turns an error of the API into Refused."""
        state = self.state
        catch_up(state)
        self.done()
        try:
            yield state
        except Exception as error:
            state.journal.rollback()
            state.outbox.clear()
            if isinstance(error, ApiError):
                raise Refused(str(error)) from error
            raise
        self.done()

    def carry_out(
        self, verb: Callable[[Call], Object], shape: Shape, ids: dict[str, str], form: dict[str, Any]
    ) -> Object:
        """A call of Stripe's API, from inside; `form` as forms.parse gives it. Raises Refused."""
        with self.doing() as state:
            return verb(Call(state, "", ids, read(form, shape)))
