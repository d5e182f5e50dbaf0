"""From what arrives to what is written: looks up, decides, and asks Stripe what is too close to call."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.engine import reading
from mirror.arrivals import Arrivals
from mirror.asking import Asking
from mirror.errors import NotFetchable, NotFound
from mirror.gateway import Answer
from mirror.known import Known, known_objects
from mirror.needs import Needs, mentioned, owner_of
from mirror.order import Decision, Seen
from mirror.silent import Change
from mirror.stored import Key, Stored, stored_forms

ROUNDS = 8
"""How often questions may give rise to others; more is a fault worth seeing."""
TELL_OF_THEIR_END = frozenset({"coupon", "product", "price"})
"""What went between an answer and a further question stands as it came, until its own event says so."""
BUSY = "The same objects of the mirror were changed again and again. Try again."


class UnknownObject(Exception):
    """Stripe does not have, and the mirror never had, the object that something arrived for."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"Stripe has no {key.type} with the id that an event named, and the mirror never had it.")
        self.key = key


class Contended(Exception):
    """Other writers changed the same objects again and again."""


class HasToAsk(Exception):
    """Stripe has to be asked, and this is not the time to wait for it."""


class Unanswered(Exception):
    """Questions that brought no answer: why, by the objects on whose account they were asked."""

    def __init__(self, reasons: Mapping[Key, Exception]) -> None:
        super().__init__("Stripe did not answer what had to be asked.")
        self.reasons = reasons


@dataclass(slots=True)
class Entry:
    """What is on its way in together, and how far it has come. `questions` are asked before anything else."""

    arrivals: Arrivals
    questions: set[Key] = field(default_factory=set)
    may_ask: bool = True
    completed: set[Key] = field(default_factory=set)
    """What was asked for because it is left out of objects; it is not asked for twice."""
    coming: Set[str] | None = None
    """The types that are listed next, and not asked for; None where nothing is listed."""
    unanswerable: set[Key] = field(default_factory=set)
    """What Stripe has no way to retrieve, or what its owner does not have any more: it is taken as it came."""
    brought_by: dict[Key, set[Key]] = field(default_factory=dict)
    """What came with an answer only, and on whose account that was asked for."""

    changed: dict[Key, set[Key]] = field(default_factory=dict)
    """What is still to be asked for because it may have changed silently, each with the objects that tell so."""
    followed: set[tuple[Key, str]] = field(default_factory=set)
    """What was asked for as changed silently, each for a reason; it is not asked for twice for the same."""

    def accounts(self, causes: Iterable[Key]) -> set[Key]:
        """The objects that came first, and gave rise to what was asked for `causes`."""
        return {first for cause in causes for first in self.brought_by.get(cause, (cause,))}

    def follow(self, changes: Iterable[Change]) -> bool:
        """Whether there is a change among them that was not followed yet."""
        new = [
            change
            for change in changes
            if (change.question, change.reason) not in self.followed and change.question.type not in (self.coming or ())
        ]
        for change in new:
            self.followed.add((change.question, change.reason))
            self.changed.setdefault(change.question, set()).add(change.cause)
        return bool(new)


class Deciding:
    """Takes as many statements for a thousand objects as for one."""

    def __init__(self, engine: AsyncEngine, asking: Asking, account: Account) -> None:
        self._engine = engine
        self._asking = asking
        self._account = account

    async def look_up(self, keys: Set[Key]) -> dict[Key, Known | None]:
        async with reading(self._engine).connect() as connection:
            return await self._look_up(connection, keys)

    async def _look_up(self, connection: AsyncConnection, keys: Set[Key]) -> dict[Key, Known | None]:
        found = await known_objects(connection, self._account, keys)
        return {key: found.get(key) for key in keys}

    async def decide(self, entry: Entry) -> tuple[dict[Key, Known | None], list[tuple[Stored, Seen]]]:
        """What is known, and what is to be written if it is still so. Raises Unanswered and Contended.

        Stripe is asked until every arrival is decided. An answer counts only while the row is still what it was when
        Stripe was asked; otherwise it is asked again.
        """
        arrivals = entry.arrivals
        for _ in range(ROUNDS):
            forms = arrivals.forms()
            # Not held while Stripe is asked.
            async with reading(self._engine).connect() as connection:
                known = await self._look_up(connection, {form.key for form in forms} | mentioned(forms))
                decisions = arrivals.decided(known)
                questions = await self._questions(connection, entry, known, decisions)
                if not questions:
                    return known, await self._settled(connection, entry, known, decisions)
                if not entry.may_ask:
                    raise Unanswered({cause: HasToAsk() for causes in questions.values() for cause in causes})
                known |= await self._look_up(connection, questions.keys() - known.keys())
            undecided = {key: arrivals[key] for key, each in decisions.items() if each is Decision.REFETCH}
            await self._ask(entry, questions, known, undecided.keys())
            entry.questions.clear()
            entry.changed.clear()
            entry.unanswerable |= {
                key for key, before in undecided.items() if key in arrivals and arrivals[key] is before
            }
        raise Contended(BUSY)

    async def _questions(
        self,
        connection: AsyncConnection,
        entry: Entry,
        known: Mapping[Key, Known | None],
        decisions: Mapping[Key, Decision],
    ) -> dict[Key, set[Key]]:
        """What to ask, each with the objects that it is asked for."""
        questions: dict[Key, set[Key]] = defaultdict(set)
        for question in entry.questions:
            questions[question].add(question)
        for question, causes in entry.changed.items():
            questions[question] |= causes
        taken: list[Stored] = []
        for key, decision in decisions.items():
            form = entry.arrivals[key].form
            if decision is Decision.REFETCH and key not in entry.unanswerable:
                questions[owner_of(form)].add(key)
            elif decision is not Decision.DROP:
                taken.append(form)
        if taken:
            needed = await Needs(connection, self._account).of(taken, entry.arrivals, known)
            for key, wanted in needed.items():
                for question in wanted - entry.completed:
                    if question.type not in (entry.coming or ()):
                        questions[question].add(key)
        return questions

    async def _settled(
        self,
        connection: AsyncConnection,
        entry: Entry,
        known: dict[Key, Known | None],
        decisions: Mapping[Key, Decision],
    ) -> list[tuple[Stored, Seen]]:
        arrivals = entry.arrivals
        written = {key: None for key, decision in decisions.items() if decision is not Decision.DROP}
        unlisted = await Needs(connection, self._account).parts_not_listed([arrivals[key].form for key in written])
        if unlisted:
            known.update(await known_objects(connection, self._account, unlisted.keys()))
        gone = [
            (Stored(part, {}, deleted=True, parent=owner), arrivals[owner].seen)
            for part, owner in unlisted.items()
            if part not in written
        ]
        return [(arrivals[key].form, arrivals[key].seen) for key in written] + gone

    async def _ask(
        self,
        entry: Entry,
        questions: Mapping[Key, set[Key]],
        known: Mapping[Key, Known | None],
        undecided: Set[Key],
    ) -> None:
        asked = sorted(questions)
        answers = await asyncio.gather(*map(self._asking.ask, asked), return_exceptions=True)
        reasons: dict[Key, Exception] = {}
        for question, answer in zip(asked, answers, strict=True):
            accounts = entry.accounts(questions[question])
            try:
                forms = _read(question, answer, _before(entry, question, known))
            except UnknownObject as error:
                went_with_its_invoice = question.type == "invoiceitem" and question not in entry.arrivals
                went_meanwhile = question.type in TELL_OF_THEIR_END and not questions[question] & undecided
                if question in entry.questions or not (went_with_its_invoice or went_meanwhile):
                    reasons.update(dict.fromkeys(accounts, error))
                    continue
                forms = []
            except Exception as error:
                reasons.update(dict.fromkeys(accounts, error))
                continue
            for form, seen in forms:
                if form.key not in entry.arrivals or form.key in entry.brought_by:
                    entry.brought_by.setdefault(form.key, set()).update(accounts)
                entry.arrivals.take([form], seen, known=known)
            entry.completed.add(question)
        if reasons:
            raise Unanswered(reasons)


def _before(entry: Entry, question: Key, known: Mapping[Key, Known | None]) -> tuple[Stored, Seen] | None:
    """What an object was before Stripe was asked whether it is still there; None for what nobody knew."""
    if before := known.get(question):
        return Stored(question, {"id": question.id, "object": question.type}), before.seen
    if question in entry.changed and question in entry.arrivals:
        # It would have been put away as it came, had not something else told that it is gone.
        return entry.arrivals[question].form, entry.arrivals[question].seen
    return None


def _read(
    question: Key, answers: list[Answer] | BaseException, before: tuple[Stored, Seen] | None
) -> list[tuple[Stored, Seen]]:
    """What an answer tells. Raises UnknownObject, and why there is no answer."""
    if isinstance(answers, NotFetchable):
        return []
    if isinstance(answers, NotFound):
        if before is None:
            raise UnknownObject(question)
        form, seen = before
        return [(form._replace(data={**form.data, "deleted": True}, deleted=True), seen)]
    if isinstance(answers, BaseException):
        raise answers
    return [(form, answer.seen) for answer in answers for form in stored_forms(answer.data)]
