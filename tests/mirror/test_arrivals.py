"""What is on its way in."""

from mirror.arrivals import Arrivals
from mirror.gateway import API_VERSION
from mirror.order import Seen
from mirror.stored import Key, stored_forms

NOW = Seen(100, 100, API_VERSION)
PRICE = {"object": "price", "id": "price_1", "active": True}


def test_what_a_price_was_read_with_stays_when_it_comes_again_as_a_part_of_another_object() -> None:
    arrivals = Arrivals(API_VERSION)
    key = Key("price", "price_1")
    arrivals.take(stored_forms({**PRICE, "tiers": [{"up_to": 3}]}), NOW, known={key: None})
    arrivals.take(stored_forms({**PRICE, "active": False}), NOW, known={key: None})
    assert arrivals[key].form.data == {**PRICE, "active": False, "tiers": [{"up_to": 3}]}
