"""Draft cases from the documents of a service, by templates of the documents' languages.

The drafts are not searched for: a case that is kept because the service finds its passage would say nothing of the
search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from app.grounding.text.language import Language
from core.errors import ConfigurationError
from evals.cases.case import Case
from evals.cases.draft import english, french, german, spanish
from evals.cases.draft.choose import Offer, choose
from evals.cases.draft.draft import Draft, make_draft
from evals.cases.draft.follow_up import propose_follow_ups
from evals.cases.draft.parts import Parts, Section, SourceText, read_parts
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.screen import is_worth_asking, read_places
from evals.cases.draft.unanswerable import Corpus, propose_unanswerable
from evals.cases.draft.vocabulary import Vocabulary, read_vocabulary
from evals.service import ServiceClient, read_document_rows

_MOST_HITS = 100
TEMPLATES: Mapping[Language, Callable[[Parts, Vocabulary], Iterator[Proposal]]] = {
    "en": english.propose,
    "de": german.propose,
    "fr": french.propose,
    "es": spanish.propose,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The drafts, how many documents have no templates in their language, and among how many proposals was chosen."""

    drafts: tuple[Draft, ...]
    skipped: int
    proposals: int


async def read_sources(client: ServiceClient) -> list[SourceText]:
    """Return every document of a service that has a text of its own, by id. Raises ConfigurationError for none."""
    rows = await read_document_rows(client)
    found = [await client.get(f"/v1/documents/{quote(row['id'])}") for row in rows if row["same_as"] is None]
    if not found:
        raise ConfigurationError("No document has been ingested yet. Run: groundwork ingest")
    sources = [SourceText(one["id"], one["name"], one["text"], one["format"]) for one in found]
    return sorted(sources, key=lambda source: source.id)


def draft_by_templates(sources: Sequence[SourceText], number: int, seed: int, known: Sequence[Case] = ()) -> Chosen:
    """Return at most `number` drafts, the same ones for the same documents and seed.

    Raises ConfigurationError where no document is in a language that has templates.
    """
    parts = [read_parts(source) for source in sources if source.language in TEMPLATES]
    if not parts:
        raise ConfigurationError(
            f"None of the {len(sources)} documents is in a language with templates (English, German, French, Spanish), "
            "so nothing can be drafted without a model. Name one with --model-url, or write the cases by hand."
        )
    offers = _offers(parts)
    chosen = choose(offers, number, seed, [case.question for case in known])
    drafts = tuple(make_draft(offer.proposal, offer.source) for offer in chosen)
    return Chosen(drafts, len(sources) - len(parts), len(offers))


async def with_chunks(drafts: Sequence[Draft], client: ServiceClient) -> list[Draft]:
    """Return the drafts with the chunks that have their quotes; without one where the quote is in no single chunk."""
    return [await _with_chunk(draft, client) for draft in drafts]


def _offers(parts: Sequence[Parts]) -> list[Offer]:
    """Return the proposals about all documents that pass the screens."""
    vocabulary = read_vocabulary(one.source for one in parts)
    sections = [(_section_text(one.source, section), one.source.language) for one in parts for section in one.sections]
    places = read_places(sections)
    documents = [(one.source.name, one.source.text) for one in parts]
    corpus = Corpus([text for text, _ in sections], documents, places)
    offers: list[Offer] = []
    for one in parts:
        language = one.source.language
        proposals = list(TEMPLATES[language](one, vocabulary))
        good = [proposal for proposal in proposals if is_worth_asking(proposal, one, places)]
        follow_ups = propose_follow_ups(good) if language == "en" else ()
        more = (*follow_ups, *propose_unanswerable(proposals, one.source, vocabulary, corpus))
        offers += [Offer.of(one.source, language, proposal) for proposal in (*good, *more)]
    return offers


def _section_text(source: SourceText, section: Section) -> str:
    return " ".join((source.name, *section.path, *(source.text[block.start : block.end] for block in section.blocks)))


async def _with_chunk(draft: Draft, client: ServiceClient) -> Draft:
    start, end = draft.origin.start, draft.origin.end
    if start is None or end is None:
        return draft
    body = {
        "query": draft.case.question,
        "top_k": _MOST_HITS,
        "filter": {"document_ids": [draft.origin.document_id]},
    }
    hits = (await client.post("/v1/search", body))["hits"]
    chunk = next((hit["chunk_id"] for hit in hits if hit["start"] <= start and end <= hit["end"]), None)
    return replace(draft, origin=replace(draft.origin, chunk_id=chunk))
