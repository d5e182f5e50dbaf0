"""Let the inbox try again, and remember how far Stripe's own events were read"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events") as batch:
        batch.add_column(sa.Column("due_at", sa.BigInteger(), nullable=True))
        batch.create_index("ix_events_due", ["account", "livemode", "due_at"])
    # What was stored and not applied is due at once; what had failed was tried only once.
    op.execute("UPDATE events SET state = 'pending', due_at = 0 WHERE state <> 'applied'")
    op.create_table(
        "watermarks",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "livemode", "name", name=op.f("pk_watermarks")),
    )
