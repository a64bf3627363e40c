"""groups of calls that are the same, and pairs that are not

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import store.types


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('apart',
    sa.Column('one_id', store.types.KeptText(), nullable=False),
    sa.Column('other_id', store.types.KeptText(), nullable=False),
    sa.Column('by', store.types.KeptString(), nullable=False),
    sa.Column('at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason', store.types.KeptText(), nullable=False),
    sa.PrimaryKeyConstraint('one_id', 'other_id')
    )
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.add_column(sa.Column('group_id', store.types.KeptText(), nullable=True))
        batch_op.add_column(sa.Column('group_reason', store.types.KeptText(), nullable=True))
        batch_op.create_index(batch_op.f('ix_call_group_id'), ['group_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_group_id'))
        batch_op.drop_column('group_reason')
        batch_op.drop_column('group_id')
    op.drop_table('apart')
