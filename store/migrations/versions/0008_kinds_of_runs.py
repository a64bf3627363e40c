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
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), server_default='full', nullable=False)
        )
        batch_op.add_column(sa.Column('live', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('fill', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('notes', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_column('notes')
        batch_op.drop_column('fill')
        batch_op.drop_column('live')
        batch_op.drop_column('kind')
