"""Compare and sort the mirror's text by code point on PostgreSQL, so that indices serve the order of lists"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "charges",
    "coupons",
    "customers",
    "discounts",
    "invoice_items",
    "invoice_lines",
    "invoice_payments",
    "invoices",
    "objects",
    "payment_intents",
    "payment_methods",
    "prices",
    "products",
    "promotion_codes",
    "refunds",
    "subscribers",
    "subscription_items",
    "subscriptions",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for table in TABLES:
        texts = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.Text)]
        # One statement a table, so that each is written anew only once.
        changes = ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in texts)
        op.execute(f"ALTER TABLE {table} {changes}")
