"""Tax codes of products (https://docs.stripe.com/tax/tax-codes): kept and shown; nothing is reckoned by them."""

from dataclasses import dataclass
from typing import Any

from sandbox.account.objects import Object
from sandbox.api.errors import no_such
from sandbox.api.parameters import Hash, Text, text_of


@dataclass(frozen=True)
class TaxCode:
    """`txcd_` and eight digits; "" unsets it."""

    required: bool = False

    def read(self, value: Any, param: str) -> str | None:
        code = text_of(value, param)
        if code and not (code.startswith("txcd_") and len(code) == 13 and code[5:].isdigit()):
            raise no_such("tax_code", code, param)
        return code or None


TAX_CODE = TaxCode()
TAX_DETAILS = Hash({"performance_location": Text(), "tax_code": TAX_CODE}, unsets=True)


def tax_fields(given: dict[str, Any], before: Object | None = None) -> Object:
    """`tax_code` and `tax_details` of a product: the same code in both places."""
    if not given.keys() & {"tax_code", "tax_details"}:
        return {}
    was = (before or {}).get("tax_details") or {}
    details = given.get("tax_details") or {}
    code = details.get("tax_code", given.get("tax_code", was.get("tax_code")))
    location = details.get("performance_location", was.get("performance_location"))
    both = {"performance_location": location, "tax_code": code}
    return {"tax_code": code, "tax_details": both if code or location else None}
