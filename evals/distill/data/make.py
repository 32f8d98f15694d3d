"""Make training examples from the ingested documents: questions with their passages, and the answers to be learned.

It reads from top to bottom: the documents that are not held out, for each of their chunks a question and the passages
that the app's search finds for it, further questions about the same passages, the examples, the filters. The same
index, request and domain give the same examples.

Every example has the prompt as it is served to a student (`app/answer/generated`), and an answer in the words of the
passages, cited; or the domain's refusal. No text of a held-out document is in an example: the search is among the
others only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from app.answer.generated.small import fitted_to_size
from app.answer.types import Passage, Question
from app.service.service import Service
from core.errors import ConfigurationError
from core.permissions import EVERYTHING
from core.types import Chunk, Document
from evals.cases.draft.proposal import Proposal
from evals.cases.read import load_cases
from evals.distill.data.candidates import Maker, validation_documents
from evals.distill.data.corpus import Corpus, read_corpus
from evals.distill.data.filters import FilterContext, filter_examples
from evals.distill.data.group import Group, group_of
from evals.distill.data.kinds.details import FORM_WORDS
from evals.distill.data.questions.english import HEAD_WORDS, ask_about
from evals.distill.data.questions.other import ask_in
from evals.distill.data.questions.synonyms import read_synonyms
from evals.distill.data.questions.templates import propose
from evals.distill.data.questions.wording import Wording
from evals.distill.data.request import DataRequest, MadeExamples
from evals.distill.data.search import Search
from evals.distill.data.statements import read_statements
from evals.distill.data.teacher.write import distinct, write_candidates
from evals.prompts import held_out_documents, named_recipe

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and of all: a step for each candidate that is made, and one when filtered."""

STUDENT = "distilled-135M"
"""The name that the recipe is fitted to, as that of a served student."""
_CANDIDATES = 1.4
"""Candidates for each wanted example: the filters drop a quarter of them."""
_ROUNDS = 4
"""Times that a question is asked about each chunk, at most."""


def make_examples(service: Service, request: DataRequest, progress: ReportProgress) -> MadeExamples:
    """Make examples from the documents of an open service.

    With a teacher, it writes the questions and the answers; without one, rules do.

    Raises ConfigurationError for an unknown recipe, too few documents or documents without statements, IndexFault and
    EmbeddingError, and GenerationError where the teacher's server fails.
    """
    recipe = named_recipe(service, request.recipe)
    index = service.library.index.visible_to(EVERYTHING)
    every = [
        document
        for record in sorted(index.records(), key=lambda record: record.id)
        if record.same_as is None and (document := index.document(record.id))
    ]
    held_out = held_out_documents([document.id for document in every], request.held_out)
    kept = [document for document in every if document.id not in held_out]
    corpus = read_corpus(index, kept)
    search = Search(
        service.library.retriever(EVERYTHING),
        recipe,
        fitted_to_size(recipe, STUDENT),
        tuple(document.id for document in kept),
    )
    draw = random.Random(request.seed)  # noqa: S311  # not for a secret
    wanted = round(request.number * _CANDIDATES)

    def made(number: int, _: int) -> None:
        progress(min(number, wanted), 2 * wanted)

    wording = Wording(read_synonyms(corpus, search.retriever.embedder, {*HEAD_WORDS, *FORM_WORDS}))
    proposals = propose(corpus)
    maker = Maker(corpus, search, service.domain.refusal, validation_documents(corpus), draw, wording, proposals)
    taught = None
    if request.teacher is not None:
        refusals = service.domain.texts.refusals
        groups = distinct(_round(_chunks(corpus), corpus, search, wording, proposals, draw))
        taught = write_candidates(groups, wanted, request.teacher, maker, refusals, made)
        candidates = list(taught.candidates)
    else:
        candidates = []
        for group in _groups(corpus, search, wording, proposals, draw):
            candidates += maker.candidates(group)
            made(len(candidates), wanted)
            if len(candidates) >= wanted:
                break
    if not candidates:
        raise ConfigurationError(
            f"No question could be made about the {len(kept)} documents that are not held out. Ingest documents with "
            "sentences, lists or tables: groundwork ingest FOLDER"
        )
    filtered = filter_examples(
        candidates,
        _context(service, search, every, held_out, request),
        lambda number, total: progress(wanted + wanted * number // total, 2 * wanted),
    )
    examples = tuple(candidate.example for candidate in filtered.kept[: request.number])
    return MadeExamples(
        examples,
        tuple(sorted({name for example in examples for name in example.documents})),
        tuple(sorted(held_out)),
        len(candidates),
        filtered.dropped,
        taught,
    )


def _groups(
    corpus: Corpus,
    search: Search,
    wording: Wording,
    proposals: Mapping[str, Sequence[Proposal]],
    draw: random.Random,
) -> Iterator[Group]:
    """Yield groups of passages, begun by questions about the chunks of all documents in random order, several times."""
    chunks = _chunks(corpus)
    for _ in range(_ROUNDS):
        yield from _round(chunks, corpus, search, wording, proposals, draw)


def _chunks(corpus: Corpus) -> list[Chunk]:
    return [chunk for of_document in corpus.chunks.values() for chunk in of_document]


def _round(
    chunks: list[Chunk],
    corpus: Corpus,
    search: Search,
    wording: Wording,
    proposals: Mapping[str, Sequence[Proposal]],
    draw: random.Random,
) -> Iterator[Group]:
    """Yield at most one group for each chunk, in random order; the list is then in that order."""
    draw.shuffle(chunks)
    for chunk in chunks:
        proposed = [one.question for one in proposals.get(chunk.document_id, ()) if _has(chunk, one)]
        for question in (*draw.sample(proposed, min(1, len(proposed))), *_asked_about(chunk, corpus, draw)):
            group = group_of(Question(wording.reworded(question, draw)), chunk.id, search, draw)
            if group is not None and group.said:
                yield group
                break


def _has(chunk: Chunk, proposal: Proposal) -> bool:
    start, end = proposal.gold[0]
    return chunk.start <= start and end <= chunk.end


def _asked_about(chunk: Chunk, corpus: Corpus, draw: random.Random) -> Iterator[str]:
    """Yield questions about a chunk to find its passage with; at most two, each about another statement."""
    statements = read_statements(Passage(1, chunk, 1.0))
    for statement in draw.sample(statements, min(2, len(statements))):
        language = corpus.languages[chunk.document_id]
        asked = next(
            ask_about(statement, chunk.document_name, corpus, draw)
            if language == "en"
            else ask_in(language, statement, corpus, draw),
            None,
        )
        if asked is not None:
            yield asked.text


def _context(
    service: Service, search: Search, every: Sequence[Document], held_out: frozenset[str], request: DataRequest
) -> FilterContext:
    file = service.domain.cases
    return FilterContext.of(
        search.find,
        search.retriever.embedder.embed,
        held_out=[document for document in every if document.id in held_out],
        cases=[*(load_cases(file) if file.exists() else []), *request.cases],
        refusals=service.domain.texts.refusals,
        refuse_below=search.recipe.refuse_below,
    )
