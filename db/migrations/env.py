"""Run by alembic, with the connection that `migrate` hands over."""

from alembic import context

import db.accounts
import db.inbox
import db.leases
import db.operations
import db.rederivations
import db.subscribers
import db.syncs
import db.tables
import db.watermarks  # noqa: F401
from db.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
