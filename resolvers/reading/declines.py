"""Why a charge failed, as far as the caller may know."""

from sqlalchemy import ColumnElement, case, or_

from resolvers.reading.dialect import among, quoted
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments
from resolvers.refused import GENERIC_DECLINE, GENERIC_MESSAGE, HIDDEN_DECLINES


def _told_apart(scope: Scope, shown: ColumnElement[str], instead: str) -> ColumnElement[str]:
    if scope.request.is_operator:
        return shown
    dialect, document = scope.request.dialect, scope.json()
    reason = dialect.text_at(document, ("outcome", "reason"))
    code = dialect.text_at(document, ("failure_code",))
    hidden = sorted(HIDDEN_DECLINES)
    secret = or_(among(reason, hidden), among(code, hidden))
    return case((secret, quoted(instead)), else_=shown)


def failure_code(scope: Scope, _arguments: Arguments) -> ColumnElement[str]:
    return _told_apart(scope, scope.request.dialect.text_at(scope.json(), ("failure_code",)), GENERIC_DECLINE)


def failure_message(scope: Scope, _arguments: Arguments) -> ColumnElement[str]:
    shown = scope.request.dialect.text_at(scope.json(), ("failure_message",))
    return _told_apart(scope, shown, GENERIC_MESSAGE)
