from typing import Any

from tests.resolvers.reading.reference.paging import Listing, flag
from tests.resolvers.reading.reference.thing import Thing


class Product(Thing):
    kind = "product"

    def is_shown_to_subscribers(self) -> bool:
        return self.is_on_sale()

    def is_on_sale(self) -> bool:
        return self.of_stripe("active") is True and not self.told.deleted

    def images(self) -> list[str]:
        return self.of_stripe("images") or []

    def marketing_features(self) -> list[str | None]:
        return [feature.get("name") for feature in self.of_stripe("marketing_features") or ()]

    def prices(self, active: bool | None = None) -> list[Thing]:
        wanted = active if self.reading.is_operator else True
        mine = self.pointing_here("Price", "product")
        return [price for price in mine if wanted is None or price.of_stripe("active") is wanted]


class Price(Thing):
    kind = "price"

    def is_shown_to_subscribers(self) -> bool:
        product = self.reading.find("Product", self.of_stripe("product"))
        sold = isinstance(product, Product) and product.is_on_sale()
        return sold and self.of_stripe("active") is True and not self.told.deleted


class Coupon(Thing):
    kind = "coupon"


class Discount(Thing):
    kind = "discount"

    def coupon(self) -> Any:
        return self.of_stripe("source", "coupon")


class PromotionCode(Thing):
    kind = "promotion_code"


PRODUCTS = Listing("Product", filters={"active": flag("active")})
