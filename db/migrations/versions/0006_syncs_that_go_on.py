"""Remember how far a sync has come, and find the calls of the last second"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "syncs",
        sa.Column("account", TEXT, nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "livemode", "scope", name=op.f("pk_syncs")),
    )
    op.create_table(
        "sync_windows",
        sa.Column("account", TEXT, nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("test_clock", TEXT, nullable=False),
        sa.Column("earliest", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "livemode", "scope", "type", "number", name=op.f("pk_sync_windows")),
    )
    op.create_index("ix_operation_steps_begun", "operation_steps", ["begun"])
