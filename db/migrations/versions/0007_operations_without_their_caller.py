"""Keep with an operation what it takes to settle it without its caller"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("operations") as batch:
        batch.add_column(sa.Column("input", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("claims", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("attempts", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("due", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("error", sa.Text(), nullable=True))
