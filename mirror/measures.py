"""What is counted while the mirror works, for whoever looks from outside: in few words, never ids or texts of users."""

from typing import Protocol


class Measures(Protocol):
    """`seconds` are how long it took."""

    def webhook(self, status: int) -> None:
        """One request from Stripe was answered."""

    def event(self, result: str) -> None:
        """One stored event was tried: applied, put_off or failed."""

    def call(self, method: str, outcome: str, seconds: float) -> None:
        """One call to Stripe ended, all its tries together. The outcome is ok, or the name of one of mirror.errors."""

    def mutation(self, name: str, outcome: str) -> None:
        """One mutation was answered: OK, or the code of its first user error."""

    def request(self, kind: str, outcome: str, seconds: float) -> None:
        """One GraphQL request was answered. The kind is query or mutation, or none where that was not found out."""


class Unmeasured:
    """Counts nothing."""

    def webhook(self, status: int) -> None: ...

    def event(self, result: str) -> None: ...

    def call(self, method: str, outcome: str, seconds: float) -> None: ...

    def mutation(self, name: str, outcome: str) -> None: ...

    def request(self, kind: str, outcome: str, seconds: float) -> None: ...


UNMEASURED = Unmeasured()
