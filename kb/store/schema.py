"""The registry's tables. Rows are inserted, never updated, except `jobs` (progress) and `library` (pointers)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# One row: which library this is.
library = Table(
    "library",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", String, nullable=False),
)

# The audit log and the source of every state: append-only, hash-chained.
acts = Table(
    "acts",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),  # UTC, ISO 8601 with microseconds; never earlier than the act before
    Column("by", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("edition_id", String, nullable=True),
    Column("relation_id", String, nullable=True),
    Column("reverses", BigInteger, nullable=True),
    Column("payload", Text, nullable=False),  # JSON
    Column("hash", String, nullable=False),  # sha256 over the previous hash and this row
)
Index("acts_edition", acts.c.edition_id)

guidelines = Table("guidelines", metadata, Column("id", String, primary_key=True))

editions = Table(
    "editions",
    metadata,
    Column("id", String, primary_key=True),
    Column("guideline_id", String, ForeignKey("guidelines.id"), nullable=False),
)

# A claim of one edition on another; its state is a fold over acts, its target may not be here yet.
relations = Table(
    "relations",
    metadata,
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("source", String, ForeignKey("editions.id"), nullable=False),
    Column("target", String, nullable=False),
    Column("scope", Text, nullable=False),  # JSON list
    Column("evidence", Text, nullable=False),
)

source_files = Table(
    "source_files",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # display only
    Column("received_at", String, nullable=False),
)

extractions = Table(
    "extractions",
    metadata,
    Column("id", String, primary_key=True),
    Column("sha256", String, ForeignKey("source_files.sha256"), nullable=False),
    Column("reader", String, nullable=False),
    Column("summary", Text, nullable=False),  # JSON: coverage, warnings, proposals, abbreviations
    UniqueConstraint("sha256", "reader"),
)

pages = Table(
    "pages",
    metadata,
    Column("extraction_id", String, ForeignKey("extractions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("label", String, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("notes", Text, nullable=False),  # JSON: doubts, hidden, repairs
)

sections = Table(
    "sections",
    metadata,
    Column("extraction_id", String, ForeignKey("extractions.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("parent", Integer, nullable=True),
    Column("role", String, nullable=False),
)

recommendations = Table(
    "recommendations",
    metadata,
    Column("extraction_id", String, ForeignKey("extractions.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("body", Text, nullable=False),  # JSON of the noun
)

passages = Table(
    "passages",
    metadata,
    Column("extraction_id", String, ForeignKey("extractions.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("language", String, nullable=False),
    Column("section", Text, nullable=False),  # JSON list
    Column("page_first", Integer, nullable=False),
    Column("page_last", Integer, nullable=False),
    Column("lines", Text, nullable=False),  # JSON: [start, end, page, x0, y0, x1, y1] per line
    Column("recommendation", Integer, nullable=True),
    Column("text_hash", String, nullable=False),  # first 8 hex of sha256(text); part of the passage id
)

# Vectors are addressed by what was embedded, so they are their own cache and survive an interrupted run.
vectors = Table(
    "vectors",
    metadata,
    Column("encoder", String, primary_key=True),
    Column("content", String, primary_key=True),  # sha256 of the embedded text
    Column("data", LargeBinary, nullable=False),  # float32, little endian, unit length
)

# Which vectors together cover which passage.
windows = Table(
    "windows",
    metadata,
    Column("encoder", String, primary_key=True),
    Column("extraction_id", String, primary_key=True),
    Column("part", Integer, primary_key=True),  # 0-based over the extraction
    Column("ordinal", Integer, nullable=False),  # of the passage
    Column("content", String, nullable=False),
    ForeignKeyConstraint(["encoder", "content"], ["vectors.encoder", "vectors.content"]),
    ForeignKeyConstraint(["extraction_id", "ordinal"], ["passages.extraction_id", "passages.ordinal"]),
)

# What a librarian asked for and how far it got; the only rows that change, because progress is not history.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("state", String, nullable=False),  # queued | running | done | cancelled
    Column("request", Text, nullable=False),  # JSON: files with hashes, manifest rows, options
    Column("progress", Text, nullable=False),  # JSON: per file stage and outcome
    Column("owner", String, nullable=False),  # process that runs it
)

# What a quality team chose to keep of a practice check. The only rows that are ever deleted: `gkb purge` takes them out
# for good, since a pasted document may hold what must not be kept.
documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kept_at", String, nullable=False),
    Column("kept_by", String, nullable=False),
    Column("jurisdiction", String, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("document_id", String, ForeignKey("documents.id"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("round", Integer, primary_key=True),  # 1 is the check that was kept; each re-check that differs adds one
    Column("ordinal", Integer, nullable=False),  # place in the document
    Column("at", String, nullable=False),
    Column("claim", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("verdict", String, nullable=False),
    Column("subtype", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON: role → edition, guideline, page, quote
    Column("engine", String, nullable=False),
    Column("revision", Integer, nullable=False),  # of the registry when it was made
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("document_id", String, nullable=False),
    Column("finding_id", String, nullable=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", String, nullable=False),
    Column("assignee", String, nullable=False),
)
