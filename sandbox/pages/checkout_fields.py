"""What a session asks of the customer, besides the card."""

from collections.abc import Mapping

from sandbox.account.objects import Object
from sandbox.pages.layout import field, paragraph, select, tick

NAMES = {
    "line1": "Street and number",
    "line2": "Flat or building (optional)",
    "city": "City",
    "state": "State or region (optional)",
    "postal_code": "Postal code",
    "country": "Country (two letters)",
}
COUNTRY = 'maxlength="2" autocapitalize="characters"'


def answer_fields(session: Object, email: str | None, given: Mapping[str, str], wrong: str) -> str:
    """All fields that this session needs."""

    def one(name: str, label: str, type: str = "text", more: str = "", hint: str = "") -> str:
        return field(name, label, given.get(name, ""), type=type, more=more, hint=hint, wrong=wrong == name)

    mail = 'autocomplete="email"'
    body = paragraph(f"E-mail: {email}") if email else one("email", "E-mail", type="email", more=mail)
    for kind, label in (("individual", "Full name"), ("business", "Business name")):
        asked = session.get("name_collection", {}).get(kind, {"enabled": False})
        if asked["enabled"]:
            body += one(f"{kind}_name", label + (" (optional)" if asked["optional"] else ""))
    if session["phone_number_collection"]["enabled"]:
        body += one("phone", "Phone", type="tel", more='autocomplete="tel"')
    if session["shipping_address_collection"]:
        text = (session["custom_text"]["shipping_address"] or {}).get("message", "")
        body += group("Shipping", paragraph(text) + one("shipping_name", "Name") + address("shipping_", given, wrong))
    body += one("name", "Name on the card (optional)", more='autocomplete="name"')
    if session["billing_address_collection"] == "required":
        body += group("Billing address", address("", given, wrong))
    if session.get("tax_id_collection", {}).get("enabled"):
        body += one("tax_id_type", "Type of tax id (optional)", hint="For instance eu_vat or us_ein.")
        body += one("tax_id_value", "Tax id (optional)")
    for own in session["custom_fields"]:
        body += custom(own, given, wrong)
    return body + consents(session, given)


def group(legend: str, body: str) -> str:
    """Fields that belong together."""
    return f"<fieldset><legend>{legend}</legend>{body}</fieldset>"


def address(prefix: str, given: Mapping[str, str], wrong: str) -> str:
    """The fields of an address."""
    return "".join(
        field(
            prefix + name,
            label,
            given.get(prefix + name, ""),
            wrong=wrong == prefix + name,
            more=COUNTRY if name == "country" else "",
        )
        for name, label in NAMES.items()
    )


def custom(own: Object, given: Mapping[str, str], wrong: str) -> str:
    """A field of the shop's."""
    name, shape = f"custom_{own['key']}", own[own["type"]]
    label = own["label"]["custom"] + (" (optional)" if own["optional"] else "")
    value = given.get(name, shape["value"] or shape["default_value"] or "")
    if own["type"] == "dropdown":
        options = [("", "Choose"), *((option["value"], option["label"]) for option in shape["options"])]
        return select(name, label, options, value)
    more = 'inputmode="numeric"' if own["type"] == "numeric" else ""
    return field(name, label, value, wrong=wrong == name, more=more)


def consents(session: Object, given: Mapping[str, str]) -> str:
    """Boxes to tick."""
    asked = session["consent_collection"] or {}
    body = ""
    if asked.get("terms_of_service") == "required":
        text = (session["custom_text"]["terms_of_service_acceptance"] or {}).get("message")
        body += tick(
            "terms_of_service",
            "accepted",
            text or "I agree to the terms of service.",
            checked="terms_of_service" in given,
        )
    if asked.get("promotions") == "auto":
        body += tick("promotions", "opt_in", "Send me news and offers.", checked="promotions" in given)
    return body
