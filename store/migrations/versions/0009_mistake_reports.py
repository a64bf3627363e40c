"""mistakes that readers report

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import store.types


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mistake_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', store.types.KeptText(), nullable=False),
    sa.Column('field', store.types.KeptString(), nullable=False),
    sa.Column('words', store.types.KeptText(), nullable=False),
    sa.Column('email', store.types.KeptText(), nullable=False),
    sa.Column('reported_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('mistake_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mistake_report_call_id'), ['call_id'], unique=False)


def downgrade() -> None:
    op.drop_table('mistake_report')
