"""subscribers, digests and jobs

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.types


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('digest_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('period', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('upto', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('moment', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('planned', sa.Boolean(), nullable=False),
    sa.Column('finished_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('quiet', sa.Integer(), nullable=False),
    sa.Column('canary_seen_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'period')
    )
    op.create_table('job_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job', store.types.KeptString(), nullable=False),
    sa.Column('planned_for', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('result', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('missed', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('job', 'planned_for')
    )
    op.create_table('link_check',
    sa.Column('call_id', store.types.KeptText(), nullable=False),
    sa.Column('url', store.types.KeptText(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('checked_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('call_id')
    )
    op.create_table('subscriber',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', store.types.KeptText(), nullable=True),
    sa.Column('language', store.types.KeptString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('frequency', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reminders', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('sign_of_life', sa.Boolean(), nullable=False),
    sa.Column('token_version', sa.Integer(), nullable=False),
    sa.Column('cursor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('paused_until', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_sent_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('bounces', sa.Integer(), nullable=False),
    sa.Column('asked_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email')
    )
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscriber_state'), ['state'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('plan', sa.LargeBinary(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('repeated', sa.Integer(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['digest_run.id'], ),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('run_id', 'subscriber_id')
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('delivery_open', ['state', 'next_try_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('muted_call',
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('call_id', store.types.KeptText(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], ),
    sa.PrimaryKeyConstraint('subscriber_id', 'call_id')
    )
    op.create_table('reminded',
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('call_id', store.types.KeptText(), nullable=False),
    sa.Column('deadline_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], ),
    sa.PrimaryKeyConstraint('subscriber_id', 'call_id', 'deadline_at', 'days')
    )
    op.create_table('subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('search', store.types.KeptText(), nullable=True),
    sa.Column('profile', store.types.KeptText(), nullable=True),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('known', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_subscriber_id'), ['subscriber_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_subscription_subscriber_id'))

    op.drop_table('subscription')
    op.drop_table('reminded')
    op.drop_table('muted_call')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_subscriber_id'))
        batch_op.drop_index('delivery_open')

    op.drop_table('delivery')
    with op.batch_alter_table('subscriber', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_subscriber_state'))

    op.drop_table('subscriber')
    op.drop_table('link_check')
    op.drop_table('job_run')
    op.drop_table('digest_run')
