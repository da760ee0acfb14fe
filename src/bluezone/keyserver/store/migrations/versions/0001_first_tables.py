"""First tables: published keys, what is known of them, and the export's book-keeping.

`published_keys` holds one packed row per publish and release hour: appending one row is
many times faster than fourteen indexed ones, and reading a window is one range of one
index. `known_key` is what finds a key that comes a second time; it holds no time and no
reference to its publish.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "published_keys",
        sa.Column("published_id", _ID, primary_key=True, autoincrement=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("traveler", sa.Boolean, nullable=False),
        sa.Column("health_authority_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("generated", sa.Boolean, nullable=False),
        sa.Column("packed_keys", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "published_keys_window", "published_keys", ["scheme", "created_at", "published_id"]
    )
    op.create_table(
        "known_key",
        sa.Column("key_id", sa.LargeBinary, primary_key=True),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("period", sa.SmallInteger, nullable=False),
        sa.Column("report_type", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export_series",
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("closed_until", sa.BigInteger, nullable=False),
        sa.Column("exported_until", sa.BigInteger, nullable=False),
        sa.Column("index_due", sa.Boolean, nullable=False),
        sa.Column("lease_token", sa.Text, nullable=True),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "export_file",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("window_start", sa.BigInteger, nullable=False),
        sa.Column("window_end", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key_count", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("export_file_series", "export_file", ["series", "window_end", "number", "path"])
    op.create_table(
        "write_probe",
        sa.Column("probe_id", sa.Integer, primary_key=True),
        sa.Column("counter", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO write_probe (probe_id, counter) VALUES (1, 0)")


def downgrade() -> None:
    for table in ("write_probe", "export_file", "export_series", "known_key", "published_keys"):
        op.drop_table(table)
