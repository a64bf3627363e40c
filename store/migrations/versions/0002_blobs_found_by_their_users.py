"""blobs found by their users, so that pruning need not read every row

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_answer_blob_hash', 'answer', ['blob_hash'])
    op.create_index('ix_raw_record_blob_hash', 'raw_record', ['blob_hash'])


def downgrade() -> None:
    op.drop_index('ix_raw_record_blob_hash', 'raw_record')
    op.drop_index('ix_answer_blob_hash', 'answer')
