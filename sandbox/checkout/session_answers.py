"""What the customer fills in on the page of a session, checked and kept until the payment is through."""

import re
from collections.abc import Mapping

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import promotion_code_is_active
from sandbox.checkout.session_items import items_of
from sandbox.checkout.session_totals import set_totals

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
NEEDED = ("country", "line1", "city", "postal_code")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
Form = Mapping[str, str]


class Unanswered(Exception):
    """Answers that will not do; the text tells the customer which and why, `field` is the one to begin with."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def known_email(state: State, session: Object) -> str | None:
    """The e-mail address that the shop has given; the customer cannot change it."""
    customer = state.table("customer").get(session["customer"])
    email: str | None = (customer["email"] if customer else None) or session["customer_email"]
    return email


def choose(state: State, session: Object, form: Form) -> None:
    """Takes quantities and the promotion code over. Raises Unanswered, or ApiError for a code that does not fit."""
    changed = False
    for item in items_of(state, session):
        wanted = form.get(f"quantity_{item['id']}", "").strip()
        if item["adjustable_quantity"] is not None and wanted and wanted != str(item["quantity"]):
            bounds = item["adjustable_quantity"]
            low = max(1, bounds["minimum"])
            if not wanted.isdigit() or not low <= int(wanted) <= bounds["maximum"]:
                raise Unanswered(f"quantity_{item['id']}", f"Choose a quantity between {low} and {bounds['maximum']}.")
            state.edit(item)["quantity"] = int(wanted)
            changed = True
    if session["allow_promotion_codes"] and "promotion_code" in form:
        changed |= use_code(state, session, form["promotion_code"].strip())
    if changed:
        set_totals(state, session)


def use_code(state: State, session: Object, code: str) -> bool:
    """Puts a promotion code on the session, or takes it off; returns whether that changes anything."""
    wanted: list[Object] = []
    if code:
        rows = [
            row
            for row in state.table("promotion_code").newest_first("code", code.lower())
            if promotion_code_is_active(state, row) and row["customer"] in (None, session["customer"])
        ]
        if not rows:
            raise Unanswered("promotion_code", "This code is invalid.")
        guest = session["customer"] is None and session["customer_creation"] == "if_required"
        if guest and rows[0]["restrictions"]["first_time_transaction"]:
            raise Unanswered("promotion_code", "This code is for customers with an account.")
        wanted = [{"coupon": None, "promotion_code": rows[0]["id"]}]
    if session["discounts"] == wanted:
        return False
    session["discounts"] = wanted
    return True


def read(state: State, session: Object, form: Form) -> Object:
    """The answers as they are kept. Raises Unanswered."""
    answers: Object = {
        "email": email_of(state, session, form),
        "name": form.get("name", "").strip() or None,
        "phone": None,
        "address": dict.fromkeys(ADDRESS),
        "tax_ids": [],
        "save_card": form.get("save_card") == "true",
    } | names_of(session, form)
    if session["phone_number_collection"]["enabled"]:
        answers["phone"] = form.get("phone", "").strip()
        if not re.fullmatch(r"\+?[0-9 ()-]{5,20}", answers["phone"]):
            raise Unanswered("phone", "Enter your phone number.")
    if session["billing_address_collection"] == "required":
        answers["address"] = address_of(form, "")
    elif form.get("country") or form.get("postal_code"):
        answers["address"] |= {name: form[name].strip() or None for name in ADDRESS if name in form}
    if session["shipping_address_collection"]:
        answers["shipping"] = shipping_of(session, form)
    if form.get("tax_id_value", "").strip() and session.get("tax_id_collection", {}).get("enabled"):
        answers["tax_ids"] = [{"type": form.get("tax_id_type", "unknown"), "value": form["tax_id_value"].strip()}]
    fill_in(session, form)
    agree(session, form)
    return answers


def names_of(session: Object, form: Form) -> Object:
    """The names that the shop asks for."""
    names: Object = {"business_name": None, "individual_name": None}
    for kind, asked in session.get("name_collection", {}).items():
        name = f"{kind}_name"
        if asked["enabled"]:
            names[name] = form.get(name, "").strip() or None
            if names[name] is None and not asked["optional"]:
                raise Unanswered(
                    name, "Enter your name." if kind == "individual" else "Enter the name of the business."
                )
    return names


def email_of(state: State, session: Object, form: Form) -> str:
    """The e-mail address, known or entered."""
    email = known_email(state, session) or form.get("email", "").strip()
    if not EMAIL.match(email):
        raise Unanswered("email", "Enter your e-mail address, such as you@example.com.")
    return email


def address_of(form: Form, prefix: str) -> Object:
    """A whole address."""
    address: Object = {name: form.get(prefix + name, "").strip() or None for name in ADDRESS}
    for name in NEEDED:
        if not address[name]:
            raise Unanswered(prefix + name, "Enter the whole address: country, street, city and postal code.")
    address["country"] = address["country"].upper()
    return address


def shipping_of(session: Object, form: Form) -> Object:
    """Where to send it, in one of the countries that the shop sends to."""
    name = form.get("shipping_name", "").strip()
    if not name:
        raise Unanswered("shipping_name", "Enter the name of who receives the order.")
    address = address_of(form, "shipping_")
    allowed = session["shipping_address_collection"]["allowed_countries"]
    if address["country"] not in allowed:
        raise Unanswered("shipping_country", f"The shop sends to these countries only: {', '.join(allowed)}.")
    return {"address": address, "name": name}


def fill_in(session: Object, form: Form) -> None:
    """The shop's own fields."""
    for field in session["custom_fields"]:
        own = field[field["type"]]
        name, label = f"custom_{field['key']}", field["label"]["custom"]
        value = form.get(name, own["default_value"] or "").strip()
        if not value:
            if not field["optional"]:
                raise Unanswered(name, f"Fill in: {label}.")
            own["value"] = None
            continue
        if field["type"] == "dropdown":
            if value not in [option["value"] for option in own["options"]]:
                raise Unanswered(name, f"Choose one of the options: {label}.")
        else:
            if field["type"] == "numeric" and not (value.isdigit() and value.isascii()):
                raise Unanswered(name, f"Use digits only: {label}.")
            low, high = own["minimum_length"] or 1, own["maximum_length"] or 255
            if not low <= len(value) <= high:
                raise Unanswered(name, f"Use {low} to {high} characters: {label}.")
        own["value"] = value


def agree(session: Object, form: Form) -> None:
    """Terms and promotions."""
    asked = session["consent_collection"]
    if asked is None:
        return
    accepted = form.get("terms_of_service") in ("accepted", "true", "on")
    if asked["terms_of_service"] == "required" and not accepted:
        raise Unanswered("terms_of_service", "Accept the terms of service.")
    opted_in = form.get("promotions") in ("opt_in", "true", "on")
    session["consent"] = {
        "promotions": ("opt_in" if opted_in else "opt_out") if asked["promotions"] == "auto" else None,
        "terms_of_service": "accepted" if asked["terms_of_service"] == "required" else None,
    }
