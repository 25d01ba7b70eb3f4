"""The first schema: acts, guidelines, editions, relations, files, extractions with their parts, vectors, jobs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table. Spelled out, because the live schema moves on while this step must stay as released."""
    op.create_table(
        "library",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_table(
        "acts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("edition_id", sa.String),
        sa.Column("relation_id", sa.String),
        sa.Column("reverses", sa.BigInteger),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("acts_edition", "acts", ["edition_id"])
    op.create_table("guidelines", sa.Column("id", sa.String, primary_key=True))
    op.create_table(
        "editions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("guideline_id", sa.String, sa.ForeignKey("guidelines.id"), nullable=False),
    )
    op.create_table(
        "relations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("source", sa.String, sa.ForeignKey("editions.id"), nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_table(
        "source_files",
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("received_at", sa.String, nullable=False),
    )
    op.create_table(
        "extractions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, sa.ForeignKey("source_files.sha256"), nullable=False),
        sa.Column("reader", sa.String, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.UniqueConstraint("sha256", "reader"),
    )
    _create_parts()
    _create_vectors()
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
    )


def _extraction_key(second: str) -> list[sa.Column[Any]]:
    return [
        sa.Column("extraction_id", sa.String, sa.ForeignKey("extractions.id"), primary_key=True),
        sa.Column(second, sa.Integer, primary_key=True),
    ]


def _create_parts() -> None:
    op.create_table(
        "pages",
        *_extraction_key("number"),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("width", sa.Float, nullable=False),
        sa.Column("height", sa.Float, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
    )
    op.create_table(
        "sections",
        *_extraction_key("ordinal"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("role", sa.String, nullable=False),
    )
    op.create_table("recommendations", *_extraction_key("ordinal"), sa.Column("body", sa.Text, nullable=False))
    op.create_table(
        "passages",
        *_extraction_key("ordinal"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("page_first", sa.Integer, nullable=False),
        sa.Column("page_last", sa.Integer, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("recommendation", sa.Integer),
        sa.Column("text_hash", sa.String, nullable=False),
    )


def _create_vectors() -> None:
    op.create_table(
        "vectors",
        sa.Column("encoder", sa.String, primary_key=True),
        sa.Column("content", sa.String, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "windows",
        sa.Column("encoder", sa.String, primary_key=True),
        sa.Column("extraction_id", sa.String, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["encoder", "content"], ["vectors.encoder", "vectors.content"]),
        sa.ForeignKeyConstraint(["extraction_id", "ordinal"], ["passages.extraction_id", "passages.ordinal"]),
    )
