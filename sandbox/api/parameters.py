"""What an endpoint takes: a shape of named kinds, read strictly, so that nothing is silently ignored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

import orjson

from sandbox.api.errors import ApiError, invalid, missing, unknown_parameters, unsupported
from sandbox.money import CURRENCIES

INTEGER = re.compile(r"^-?\d{1,18}$")


class Kind(Protocol):
    """Reads one parameter: text or nested form in, Python value out, ApiError (400) when it is not one."""

    @property
    def required(self) -> bool: ...

    def read(self, value: Any, param: str) -> Any: ...


Shape = dict[str, Kind]


def read(form: Mapping[str, Any], shape: Shape, inside: str = "") -> dict[str, Any]:
    """The parameters by name; those that were not given are absent, those cleared with "" are None."""
    unknown = [path(inside, name) for name in form if name not in shape]
    if unknown:
        raise unknown_parameters(unknown)
    for name, kind in shape.items():
        if kind.required and name not in form:
            raise missing(path(inside, name))
    return {name: shape[name].read(value, path(inside, name)) for name, value in form.items()}


def path(inside: str, name: str) -> str:
    """`items[0][price]`: how errors name a parameter; the name may have brackets of its own."""
    head, bracket, rest = name.partition("[")
    return f"{inside}[{head}]{bracket}{rest}" if inside else name


def text_of(value: Any, param: str) -> str:
    """A plain value, not a hash."""
    if isinstance(value, dict):
        raise invalid(f"Invalid string: {orjson.dumps(value).decode()}", param)
    if "\0" in value:
        raise invalid("Invalid string: it has a null byte", param)
    return str(value)


def cannot_be_empty(param: str) -> ApiError:
    """An empty string where nothing can be unset."""
    return invalid(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter;"
        f" however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty"
        " value.",
        param,
        "parameter_invalid_empty",
    )


@dataclass(frozen=True)
class Text:
    """A string; an empty one unsets (None) unless it is required."""

    required: bool = False
    limit: int = 5_000

    def read(self, value: Any, param: str) -> str | None:
        text = text_of(value, param)
        if not text:
            if self.required:
                raise cannot_be_empty(param)
            return None
        if len(text) > self.limit:
            raise invalid(f"Invalid string: must be at most {self.limit} characters", param, "parameter_invalid_string")
        return text


@dataclass(frozen=True)
class Choice:
    """One of a few words; "" unsets where that is allowed."""

    words: tuple[str, ...]
    required: bool = False
    unsets: bool = False

    def read(self, value: Any, param: str) -> str | None:
        text = text_of(value, param)
        if text in self.words:
            return text
        if not text and self.unsets:
            return None
        words = ", ".join(self.words[:-1]) + (f", or {self.words[-1]}" if len(self.words) > 1 else self.words[-1])
        raise invalid(f"Invalid {param}: must be one of {words}", param)


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds."""

    required: bool = False
    low: int | None = None
    high: int | None = None
    unsets: bool = False

    def read(self, value: Any, param: str) -> int | None:
        text = text_of(value, param)
        if not text and self.unsets:
            return None
        if not text:
            raise cannot_be_empty(param)
        if not INTEGER.match(text):
            raise invalid(f"Invalid integer: {text}", param, "parameter_invalid_integer")
        number = int(text)
        if self.low is not None and number < self.low:
            message = "Invalid non-negative integer"
            if self.low != 0:
                message = f"This value must be greater than or equal to {self.low}."
            raise invalid(message, param, "parameter_invalid_integer")
        if self.high is not None and number > self.high:
            raise invalid(f"This value must be less than or equal to {self.high}.", param, "parameter_invalid_integer")
        return number


@dataclass(frozen=True)
class Number:
    """A decimal number of at most twelve decimals, exact."""

    required: bool = False
    low: Decimal | None = None
    high: Decimal | None = None

    def read(self, value: Any, param: str) -> Decimal:
        text = text_of(value, param)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise invalid(f"Invalid decimal: {text}", param) from None
        exponent = number.as_tuple().exponent
        if not number.is_finite() or not isinstance(exponent, int) or exponent < -12:
            raise invalid(f"Invalid decimal: {text}; must be a number with at most 12 decimal places", param)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise invalid(f"Invalid decimal: must be between {self.low} and {self.high}", param)
        return number


@dataclass(frozen=True)
class Boolean:
    """`true` or `false`."""

    required: bool = False

    def read(self, value: Any, param: str) -> bool:
        text = text_of(value, param)
        if text not in ("true", "false"):
            raise invalid(f"Invalid boolean: {text}", param)
        return text == "true"


@dataclass(frozen=True)
class Currency:
    """A three-letter ISO code, in lower case."""

    required: bool = False

    def read(self, value: Any, param: str) -> str:
        text = text_of(value, param).lower()
        if text not in CURRENCIES:
            known = ", ".join(sorted(CURRENCIES))
            raise invalid(
                f"Invalid currency: {text}. Stripe currently supports these currencies: {known}",
                param,
            )
        return text


@dataclass(frozen=True)
class Hash:
    """A nested hash; "" unsets it where that is allowed. What is not given of a whole one is None."""

    shape: Shape
    required: bool = False
    unsets: bool = False
    whole: bool = False

    def read(self, value: Any, param: str) -> dict[str, Any] | None:
        if isinstance(value, dict):
            return (dict.fromkeys(self.shape) if self.whole else {}) | read(value, self.shape, param)
        if not value and self.unsets:
            return None
        raise invalid("Invalid object", param)


@dataclass(frozen=True)
class Listed:
    """A list; "" stands for the empty one."""

    of: Kind
    required: bool = False
    most: int = 100

    def read(self, value: Any, param: str) -> list[Any]:
        if isinstance(value, str):
            if value or self.required:
                raise invalid("Invalid array", param)
            return []
        if not all(INTEGER.match(key) for key in value):
            raise invalid("Invalid array", param)
        if len(value) > self.most:
            raise invalid(f"Array {param} exceeded maximum {self.most} allowed elements.", param)
        return [self.of.read(value[key], path(param, key)) for key in sorted(value, key=int)]


@dataclass(frozen=True)
class Metadata:
    """Up to 50 keys of up to 40 characters, values up to 500; "" unsets a key, or all of them (None)."""

    required: bool = False

    def read(self, value: Any, param: str) -> dict[str, str] | None:
        if value == "":
            return None
        if not isinstance(value, dict):
            raise invalid("Invalid object", param)
        for key, text in value.items():
            if isinstance(text, dict):
                raise invalid("Metadata values must be strings", path(param, key))
            if len(key) > 40:
                raise invalid(
                    f"Metadata keys can be at most 40 characters; '{key}' has {len(key)}.",
                    param,
                    "parameter_invalid_string",
                )
            if len(text) > 500:
                raise invalid(
                    f"Metadata values can have up to 500 characters, but you passed in a value that is {len(text)}"
                    f" characters. Invalid value: {text}",
                    path(param, key),
                    "parameter_invalid_string",
                )
        return dict(value)


@dataclass(frozen=True)
class Either:
    """A word, or else something of another kind: `trial_end=now|1700000000`."""

    words: tuple[str, ...]
    other: Kind
    required: bool = False

    def read(self, value: Any, param: str) -> Any:
        return value if isinstance(value, str) and value in self.words else self.other.read(value, param)


@dataclass(frozen=True)
class Anything:
    """Read as it is: a hash whose content has no effect here, such as payment method options."""

    required: bool = False

    def read(self, value: Any, param: str) -> Any:
        return value


@dataclass(frozen=True)
class Unsupported:
    """A parameter that Stripe has and the sandbox does not: 501, never ignored. "" and false are no-ops."""

    required: bool = False

    def read(self, value: Any, param: str) -> None:
        if value in ("", "false", {"enabled": "false"}, {"type": "self"}):
            return
        raise unsupported(f"the parameter {param}", param)


def unsupported_names(names: str) -> dict[str, Kind]:
    """Entries of a shape for parameters that are refused with 501."""
    return {name: Unsupported() for name in names.split()}


TIMESTAMP = Integer(low=0)
RANGE = Hash({"gt": TIMESTAMP, "gte": TIMESTAMP, "lt": TIMESTAMP, "lte": TIMESTAMP})


@dataclass(frozen=True)
class Moments:
    """A timestamp or a range of timestamps, as (inclusive low, inclusive high)."""

    required: bool = False

    def read(self, value: Any, param: str) -> tuple[int, int]:
        if isinstance(value, str):
            exact = TIMESTAMP.read(value, param) or 0
            return exact, exact
        bounds = RANGE.read(value, param) or {}
        low = max(bounds.get("gte", 0), bounds.get("gt", -1) + 1)
        high = min(bounds.get("lte", 1 << 62), bounds.get("lt", 1 << 62) - 1)
        return low, high


ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
ADDRESS = Hash({name: Text() for name in ADDRESS_FIELDS}, unsets=True, whole=True)
PAGING: Shape = {
    "limit": Integer(low=1, high=100),
    "starting_after": Text(),
    "ending_before": Text(),
}
