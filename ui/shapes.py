"""Nouns → the contract's JSON."""

from __future__ import annotations

from typing import Any

from kb.domain import Answer, Citation, Edition, Hit, Recommendation, Relation, SearchResult, Understood
from kb.store.registry import Act
from kb.versions.listing import EditionRow, GuidelineRow


def hit_json(hit: Hit) -> dict[str, Any]:
    """One search hit."""
    return {
        "rank": hit.rank,
        "score": hit.score,
        "passage_id": hit.passage_id,
        "guideline_id": hit.edition.guideline_id,
        "guideline_title": hit.edition.title,
        "publisher": hit.edition.publisher,
        "edition_id": hit.edition.id,
        "edition_label": hit.edition.label,
        "kind": hit.edition.kind,
        "status": hit.status,
        "passage_status": hit.passage_status,
        "file": hit.edition.file,
        "page_first": hit.passage.page_first,
        "page_last": hit.passage.page_last,
        "section": list(hit.passage.section),
        "recommendation": recommendation_json(hit.recommendation),
        "text": hit.passage.text,
        "context": hit.passage.context,
        "standing": hit.standing,
        "also": list(hit.also),
    }


def recommendation_json(recommendation: Recommendation | None) -> dict[str, Any] | None:
    """Number and grades, verbatim and normalised."""
    if recommendation is None:
        return None
    return {
        "number": recommendation.number,
        "strength": recommendation.strength,
        "strength_verbatim": recommendation.strength_verbatim,
        "certainty": recommendation.certainty,
        "certainty_verbatim": recommendation.certainty_verbatim,
    }


def understood_json(understood: Understood) -> dict[str, Any]:
    """How the question was read."""
    return {
        "as_of": understood.as_of.isoformat(),
        "edition": understood.edition,
        "language": understood.language,
        "expanded": list(understood.expanded),
        "unknown_share": understood.unknown_share,
        "notes": list(understood.notes),
    }


def search_json(result: SearchResult) -> dict[str, Any]:
    """A search result."""
    return {
        "query": result.query,
        "as_of": result.understood.as_of.isoformat(),
        "understood": understood_json(result.understood),
        "hits": [hit_json(hit) for hit in result.hits],
        "ms": round(result.milliseconds, 1),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer or a refusal."""
    refusal = answer.refusal
    return {
        "question": answer.question,
        "as_of": answer.understood.as_of.isoformat(),
        "understood": understood_json(answer.understood),
        "answered": refusal is None,
        "refusal": None
        if refusal is None
        else {"code": refusal.code, "message": refusal.message, "missing": list(refusal.missing)},
        "statements": [{"text": each.text, "citations": list(each.citations)} for each in answer.statements],
        "citations": [citation_json(each) for each in answer.citations],
        "warnings": [
            {"code": each.code, "message": each.message, "citations": list(each.citations)} for each in answer.warnings
        ],
        "related": [hit_json(hit) for hit in answer.related],
        **({"history": [hit_json(hit) for hit in answer.history]} if answer.history else {}),
        "engine": {"mode": answer.mode, "model": answer.model, "encoder": answer.encoder},
        "ms": round(answer.milliseconds, 1),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation with all that is needed to open and judge its source."""
    hit = citation.hit
    return {
        "marker": citation.marker,
        "passage_id": hit.passage_id,
        "guideline_id": hit.edition.guideline_id,
        "guideline_title": hit.edition.title,
        "publisher": hit.edition.publisher,
        "edition_id": hit.edition.id,
        "edition_label": hit.edition.label,
        "kind": hit.edition.kind,
        "issued_on": hit.edition.issued_on or None,
        "effective_on": hit.edition.effective_on or None,
        "status": hit.status,
        "passage_status": hit.passage_status,
        "superseded_by": citation.superseded_by,
        "standing": hit.standing,
        "file": hit.edition.file,
        "sha256": hit.edition.sha256,
        "page_first": citation.page_first,
        "page_last": citation.page_last,
        "page_label": citation.page_label,
        "section": list(hit.passage.section),
        "recommendation": recommendation_json(hit.recommendation),
        "quote": citation.quote,
        "context": hit.passage.context,
        "score": hit.score,
    }


def edition_head(edition: Edition) -> dict[str, Any]:
    """What an edition is called, first in every list of editions."""
    return {
        "edition_id": edition.id,
        "guideline_id": edition.guideline_id,
        "title": edition.title,
        "publisher": edition.publisher,
        "edition_label": edition.label,
        "issued_on": edition.issued_on or None,
    }


def edition_json(row: EditionRow) -> dict[str, Any]:
    """An edition with everything derived for a date."""
    edition = row.edition
    return {
        **edition_head(edition),
        "effective_on": edition.effective_on or None,
        "valid_until": edition.valid_until or None,
        "last_updated_on": edition.last_updated_on or None,
        "next_review_on": edition.next_review_on or None,
        "withdrawn_on": edition.withdrawn_on or None,
        "kind": edition.kind,
        "language": edition.language,
        "jurisdiction": edition.jurisdiction,
        "identifiers": list(edition.identifiers),
        "state": edition.state,
        "status": row.status,
        "in_force_from": row.in_force_from.isoformat() if row.in_force_from else None,
        "in_force_to": row.in_force_to.isoformat() if row.in_force_to else None,
        "superseded_by": row.superseded_by,
        "archived": edition.archived or None,
        "relations": [relation_json(each, edition.id) for each in row.relations],
        "file": edition.file,
        "sha256": edition.sha256,
        "pages": row.pages,
        "passages": row.passages,
        "recommendations": row.recommendations,
    }


def relation_json(relation: Relation, seen_from: str) -> dict[str, Any]:
    """A relation as one of its two editions sees it."""
    return {
        "id": relation.id,
        "type": relation.type,
        "edition_id": relation.target if relation.source == seen_from else relation.source,
        "direction": "from" if relation.source == seen_from else "to",
        "scope": list(relation.scope),
        "state": relation.state,
        "evidence": relation.evidence,
        "on": relation.on or None,
        "by": relation.by,
        "at": relation.at.isoformat(),
    }


def guideline_json(row: GuidelineRow) -> dict[str, Any]:
    """A guideline and what of it is in force."""
    return {
        "guideline_id": row.id,
        "title": row.title,
        "publisher": row.publisher,
        "language": row.language,
        "editions": list(row.editions),
        "in_force": list(row.in_force),
    }


def act_json(act: Act) -> dict[str, Any]:
    """One record of the history."""
    return {
        "act": act.seq,
        "at": act.at.isoformat(),
        "by": act.by,
        "why": act.why,
        "kind": act.kind,
        "edition_id": act.edition_id,
        "relation_id": act.relation_id,
        "reverses": act.reverses,
        "what": act.payload,
        "hash": act.hash,
    }
