"""The parts of the portal's page."""

from collections.abc import Mapping
from html import escape

from sandbox.account.objects import Object
from sandbox.catalogue.price_amounts import amount_of, rhythm
from sandbox.money import display
from sandbox.pages.card_form import card_fields, naming
from sandbox.pages.checkout_fields import address
from sandbox.pages.layout import button, field, form, link, paragraph, select
from sandbox.portal.portal_actions import Portal
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.timing.periods import day_name

Given = Mapping[str, str]
REASONS = {
    "customer_service": "Customer service was less than expected",
    "low_quality": "Quality was less than expected",
    "missing_features": "Some features are missing",
    "other": "Other reason",
    "switched_service": "I'm switching to a different service",
    "too_complex": "Ease of use was less than expected",
    "too_expensive": "It's too expensive",
    "unused": "I don't use the service enough",
}


def everything(portal: Portal, path: str, given: Given) -> str:
    """The whole portal."""
    body = "".join(plan(portal, subscription, path, given) for subscription in portal.going())
    body = body or paragraph("You have no subscription.")
    body += cards(portal, path, given) + details(portal, path, given)
    return body + invoices(portal)


def of_flow(portal: Portal, flow: Object, path: str, given: Given) -> str:
    """The one thing that a shop's link is about."""
    type = flow["type"]
    if type == "customer_update":
        return details(portal, path, given)
    if type == "payment_method_update":
        return cards(portal, path, given)
    subscription = portal.state.get("subscription", flow[type]["subscription"])
    if subscription["id"] not in [row["id"] for row in portal.going()]:
        return paragraph("This subscription is not there any more.")
    if type == "subscription_cancel" and subscription["cancel_at"] is not None:
        return plan(portal, subscription, path, given)
    if type == "subscription_cancel":
        return summary(portal, subscription) + offer(flow, path) + cancellation(portal, subscription, path, given)
    if type == "subscription_update":
        return summary(portal, subscription) + switching(portal, subscription, path, given)
    return summary(portal, subscription) + confirmation(portal, flow[type], path)


def hidden(name: str, value: str) -> str:
    """What a form sends along."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def priced(portal: Portal, price: Object, quantity: int) -> str:
    """`2 × Pro, $58.00 / month`."""
    product = portal.state.get("product", price["product"])
    times = f"{quantity} × " if quantity != 1 else ""
    return f"{times}{product['name']}, {display(amount_of(price, quantity), price['currency'])}{rhythm(price)}"


def summary(portal: Portal, subscription: Object) -> str:
    """What the customer has, and until when."""
    items = items_of(portal.state, subscription)
    lines = "".join(
        f"<li>{escape(priced(portal, portal.state.get('price', item['price']), item['quantity']))}</li>"
        for item in items
    )
    end = min(item["current_period_end"] for item in items)
    if subscription["cancel_at"] is not None:
        when = f"It ends on {day_name(subscription['cancel_at'])}."
    elif subscription["status"] == "trialing":
        when = f"The trial ends on {day_name(end)}."
    else:
        when = f"It renews on {day_name(end)}."
    state = subscription["status"].replace("_", " ").capitalize()
    return f"<h2>Plan</h2><ul>{lines}</ul>{paragraph(f'{state}. {when}')}"


def plan(portal: Portal, subscription: Object, path: str, given: Given) -> str:
    """A subscription with what can be done to it."""
    body = summary(portal, subscription) + switching(portal, subscription, path, given)
    if subscription["cancel_at"] is None:
        return body + cancellation(portal, subscription, path, given)
    if not portal.features["subscription_cancel"]["enabled"]:
        return body
    return body + form(path, hidden("subscription", subscription["id"]) + button("Don't cancel", "action", "resume"))


def switching(portal: Portal, subscription: Object, path: str, given: Given) -> str:
    """Another plan or quantity."""
    items = items_of(portal.state, subscription)
    if len(items) != 1 or not portal.features["subscription_update"]["enabled"]:
        return ""
    item = items[0]
    plans = portal.plans(subscription)
    id = subscription["id"]
    body = hidden("subscription", id)
    if plans:
        options = [(price["id"], priced(portal, price, 1)) for price in plans]
        if item["price"] not in [price["id"] for price in plans]:
            options.insert(0, ("", "As it is"))
        body += select("price", "Plan", options, given.get("price", item["price"]), of=id)
    if any(portal.bounds(price["id"]) for price in plans) or portal.bounds(item["price"]):
        body += field(
            "quantity",
            "Quantity",
            given.get("quantity", str(item["quantity"])),
            type="number",
            more='class="few" min="1"',
            of=id,
        )
    if "promotion_code" in portal.features["subscription_update"]["default_allowed_updates"]:
        body += field("promotion_code", "Promotion code (optional)", given.get("promotion_code", ""), of=id)
    return form(path, body + button("Change plan", "action", "switch"))


def cancellation(portal: Portal, subscription: Object, path: str, given: Given) -> str:
    """The end of it, and why."""
    settings = portal.features["subscription_cancel"]
    if not settings["enabled"]:
        return ""
    id = subscription["id"]
    body = hidden("subscription", id)
    if settings["cancellation_reason"]["enabled"]:
        reasons = settings["cancellation_reason"]["options"]
        options = [("", "No reason given"), *((name, REASONS[name]) for name in reasons)]
        body += select("feedback", "Why do you cancel? (optional)", options, given.get("feedback", ""), of=id)
        body += field("comment", "Anything to add? (optional)", given.get("comment", ""), of=id)
    when = "at the end of the period" if settings["mode"] == "at_period_end" else "now"
    return form(path, body + button(f"Cancel subscription {when}", "action", "cancel", second=True))


def offer(flow: Object, path: str) -> str:
    """A discount for those who stay."""
    if not flow["subscription_cancel"]["retention"]:
        return ""
    body = paragraph("Stay, and get a discount.") + hidden("subscription", flow["subscription_cancel"]["subscription"])
    return form(path, body + button("Accept the offer", "action", "accept_offer"))


def confirmation(portal: Portal, flow: Object, path: str) -> str:
    """The change that the shop proposes."""
    price = portal.state.get("price", flow["items"][0]["price"])
    text = f"From now on: {priced(portal, price, flow['items'][0]['quantity'])}."
    return form(path, paragraph(text) + button("Confirm", "action", "confirm"))


def cards(portal: Portal, path: str, given: Given) -> str:
    """The cards on file, and a form for another one."""
    default = portal.customer["invoice_settings"]["default_payment_method"]
    lines = ""
    for method in portal.cards():
        text = escape(f"{naming(method)}, {method['card']['exp_month']}/{method['card']['exp_year']}")
        if method["id"] == default:
            lines += f"<li>{text}, default</li>"
        elif portal.features["payment_method_update"]["enabled"]:
            buttons = button("Make default", "action", "choose_card", second=True)
            buttons += button("Remove", "action", "remove_card", second=True)
            lines += f"<li>{text} {form(path, hidden('method', method['id']) + buttons)}</li>"
        else:
            lines += f"<li>{text}</li>"
    body = f"<h2>Cards</h2><ul>{lines}</ul>" if lines else "<h2>Cards</h2><p>There is no card on file.</p>"
    if not portal.features["payment_method_update"]["enabled"]:
        return body
    return body + form(path, card_fields((), given.get("card", "")) + button("Save card", "action", "add_card"))


def details(portal: Portal, path: str, given: Given) -> str:
    """Who the customer is."""
    settings, customer = portal.features["customer_update"], portal.customer
    known = {name: customer[name] or "" for name in ("email", "name", "phone")}
    if not settings["enabled"]:
        shown = ", ".join(value for value in known.values() if value)
        return f"<h2>Details</h2>{paragraph(shown)}"
    body = ""
    for name, label, type in (("email", "E-mail", "email"), ("name", "Name", "text"), ("phone", "Phone", "tel")):
        if name in settings["allowed_updates"]:
            body += field(name, label, given.get(name, known[name]), type=type)
    if "address" in settings["allowed_updates"]:
        now = {name: value or "" for name, value in (customer["address"] or {}).items()}
        body += address("", now | dict(given), "")
    if not body:
        return ""
    return f"<h2>Details</h2>{form(path, body + button('Save details', 'action', 'update_details'))}"


def invoices(portal: Portal) -> str:
    """What was billed, with links."""
    if not portal.features["invoice_history"]["enabled"]:
        return ""
    rows = [
        row
        for row in portal.state.table("invoice").newest_first("customer", portal.customer["id"])
        if row["status"] != "draft" and row["hosted_invoice_url"]
    ]
    if not rows:
        return "<h2>Invoices</h2><p>There are none yet.</p>"
    lines = "".join(
        f"<tr><td>{link(row['hosted_invoice_url'], row['number'])}, {day_name(row['created'])}</td>"
        f"<td>{escape(row['status'].capitalize())}</td>"
        f"<td>{escape(display(row['total'], row['currency']))}</td></tr>"
        for row in rows
    )
    return f"<h2>Invoices</h2><table>{lines}</table>"
