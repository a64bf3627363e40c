"""when each job comes next

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import store.types


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('job_plan',
    sa.Column('job', store.types.KeptString(), nullable=False),
    sa.Column('title', store.types.KeptText(), nullable=False),
    sa.Column('next_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('said_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job')
    )


def downgrade() -> None:
    op.drop_table('job_plan')
