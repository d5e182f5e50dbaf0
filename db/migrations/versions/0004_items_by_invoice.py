"""Find the items of an invoice without reading all of them"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_invoice_items_invoice", "invoice_items", ["account", "livemode", "invoice"])
