"""Stripe's error bodies (https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes)."""

from typing import Any

from sandbox.account.objects import Object

DOCUMENTED_AT = "https://stripe.com/docs/error-codes/"

NAMES = {
    "balance_transaction": "balance transaction",
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "tax_code": "tax code",
    "promotion_code": "promotion code",
    "checkout.session": "checkout.session",
    "test_helpers.test_clock": "test clock",
    "tax_rate": "tax rate",
}


class ApiError(Exception):
    """An answer of 400 or above.

    `keeps` says that what was done before the error stays done, as with a declined payment; otherwise the
    request is undone as a whole.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps: bool = False,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        self.headers = headers or {}
        self.fields: Object = {"type": type, "message": message}
        if code is not None:
            self.fields |= {"code": code, "doc_url": DOCUMENTED_AT + code.replace("_", "-")}
        if param is not None:
            self.fields["param"] = param
        self.fields |= {name: value for name, value in fields.items() if value is not None}

    @property
    def is_validation(self) -> bool:
        """Whether parameters were refused before anything was carried out: such answers are not kept for replays."""
        return self.fields["type"] == "invalid_request_error" and "param" in self.fields

    def body(self, log_url: str | None = None) -> Object:
        """`{"error": {...}}` as Stripe sends it."""
        return {"error": self.fields | ({"request_log_url": log_url} if log_url else {})}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """A 400 about a request that cannot be carried out as it is."""
    return ApiError(400, message, param=param, code=code)


def no_such(kind: str, id: str, param: str, *, status: int = 400) -> ApiError:
    """An id that does not exist: 404 where it is in the path, 400 where it is a parameter."""
    message = f"No such {NAMES.get(kind, kind)}: '{id}'"
    if kind == "payment_method":
        message += (
            "; It's possible this PaymentMethod exists on one of your connected accounts, in which case you should"
            " retry this request on that connected account. Learn more at"
            " https://stripe.com/docs/connect/authentication"
        )
    return ApiError(status, message, code="resource_missing", param=param)


def missing(param: str) -> ApiError:
    """A required parameter that is absent."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown_parameters(names: list[str]) -> ApiError:
    """Parameters that the endpoint does not have."""
    noun = "parameter" if len(names) == 1 else "parameters"
    return invalid(f"Received unknown {noun}: {', '.join(names)}", names[0], "parameter_unknown")


def unsupported(what: str, param: str | None = None) -> ApiError:
    """Something that Stripe has and this sandbox does not: never a wrong success."""
    return ApiError(501, f"The sandbox does not support {what}. Stripe does: try it there.", param=param)
