"""`currency_options[eur][unit_amount]=500`: parameters that are given once for each currency."""

from dataclasses import dataclass
from typing import Any

from sandbox.api.errors import invalid
from sandbox.api.parameters import Currency, Hash, Shape, path


@dataclass(frozen=True)
class PerCurrency:
    """Currency codes to hashes of one shape."""

    shape: Shape
    required: bool = False

    def read(self, value: Any, param: str) -> dict[str, Any]:
        if value == "":
            return {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", param)
        of = Hash(self.shape)
        return {Currency().read(code, param): of.read(option, path(param, code)) for code, option in value.items()}
