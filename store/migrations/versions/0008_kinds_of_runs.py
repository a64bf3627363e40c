"""what kind of run it was, how full its fields were, what to see to

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that would make the table anew, and rows of other tables point at it.
    kind = sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), server_default='full', nullable=False)
    op.add_column('run', kind)
    op.add_column('run', sa.Column('live', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('run', sa.Column('fill', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('run', sa.Column('notes', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    for name in ('notes', 'fill', 'live', 'kind'):
        op.drop_column('run', name)
