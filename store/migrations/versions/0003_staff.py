"""accounts of the staff desk, corrections, and why an event happened

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.types


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', store.types.KeptString(), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('sessions', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email')
    )
    op.create_table('correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', store.types.KeptText(), nullable=False),
    sa.Column('field', store.types.KeptString(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('reason', store.types.KeptText(), nullable=False),
    sa.Column('by', store.types.KeptString(), nullable=False),
    sa.Column('at', store.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('source_value_then', sa.JSON(), nullable=False),
    sa.Column('source_value', sa.JSON(), nullable=False),
    sa.Column('unusable', store.types.KeptText(), nullable=True),
    sa.Column('ended_at', store.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by', store.types.KeptString(), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_correction_call_id'), ['call_id'], unique=False)
        batch_op.create_index('correction_in_force', ['call_id', 'field'], unique=True,
                              sqlite_where=sa.text('ended_at IS NULL'),
                              postgresql_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.alter_column('run_id', existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(), server_default='source', nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM event WHERE run_id IS NULL")
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('cause')
        batch_op.alter_column('run_id', existing_type=sa.Integer(), nullable=False)
    op.drop_table('correction')
    op.drop_table('staff')
