"""A document's text becomes chunks: contiguous passages within one section, small enough to be read whole.

Blocks are kept together while they fit; a block that does not fit is split at list items, table rows, sentences or
lines, and only then anywhere. A part of a table carries the table's header as its lead. There is no overlap: on
Chroma's chunking benchmark overlap costs more precision than it gains recall.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.text import sentence_spans, squeeze, trim
from core.types import Chunk, Document
from ingest.blocks import Block, split_blocks
from ingest.parse import Markup

CHUNKER_VERSION = "1"
CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """`tokens` is the aim for the text of a chunk; `limit` what the embedder reads, headings and lead included."""

    tokens: int = 200
    limit: int = 254


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece that is never split further: its offsets, its block, and its length in tokens."""

    start: int
    end: int
    block: Block
    tokens: int


def chunk_document(document: Document, markup: Markup, count_tokens: CountTokens, size: ChunkSize) -> list[Chunk]:
    """The chunks of a document in order. Every character of every block is in exactly one chunk."""
    blocks = split_blocks(document.text, markdown=markup == "markdown")
    budgets = _budgets(document, blocks, count_tokens, size)
    atoms = _atoms(document.text, blocks, budgets, count_tokens)
    return [_chunk(document, ordinal, group) for ordinal, group in enumerate(_groups(atoms, blocks, budgets))]


def _budgets(document: Document, blocks: Sequence[Block], count_tokens: CountTokens, size: ChunkSize) -> list[int]:
    """Tokens that each block's chunk may have, once headings and lead are counted."""
    prefixes = ["\n".join((document.name, *block.section, block.lead)) for block in blocks]
    distinct = list(dict.fromkeys(prefixes))
    lengths = dict(zip(distinct, count_tokens(distinct), strict=True))
    smallest = size.tokens // 4
    return [max(smallest, min(size.tokens, size.limit - lengths[prefix])) for prefix in prefixes]


def _atoms(text: str, blocks: Sequence[Block], budgets: Sequence[int], count_tokens: CountTokens) -> list[_Atom]:
    spans = [
        (block, budget, span) for block, budget in zip(blocks, budgets, strict=True) for span in _parts(text, block)
    ]
    lengths = count_tokens([squeeze(text[start:end]) for _, _, (start, end) in spans])
    atoms: list[_Atom] = []
    for (block, budget, (start, end)), tokens in zip(spans, lengths, strict=True):
        if tokens <= budget:
            atoms.append(_Atom(start, end, block, tokens))
        else:
            atoms += _broken(text, start, end, block, tokens, budget, count_tokens)
    return atoms


def _parts(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """A block's natural parts: rows or lines, or the sentences of prose."""
    if block.kind in ("table", "code"):
        position = block.start
        for line in text[block.start : block.end].split("\n"):
            if (span := trim(text, position, position + len(line))) is not None:
                # Keep the indentation of code.
                yield (position, span[1]) if block.kind == "code" else span
            position += len(line) + 1
        return
    yield from sentence_spans(text, block.start, block.end)


def _broken(
    text: str, start: int, end: int, block: Block, tokens: int, budget: int, count_tokens: CountTokens
) -> Iterator[_Atom]:
    """Halve what is too long, at white space where there is some near the middle."""
    if tokens <= budget or end - start < 2:
        yield _Atom(start, end, block, tokens)
        return
    middle = (start + end) // 2
    space = max(text.rfind(" ", start + 1, middle), text.rfind("\n", start + 1, middle))
    cut = space if space > start + (end - start) // 4 else middle
    halves = [half for half in (trim(text, start, cut), trim(text, cut, end)) if half is not None]
    lengths = count_tokens([squeeze(text[first:last]) for first, last in halves])
    for (first, last), length in zip(halves, lengths, strict=True):
        yield from _broken(text, first, last, block, length, budget, count_tokens)


def _groups(atoms: Sequence[_Atom], blocks: Sequence[Block], budgets: Sequence[int]) -> Iterator[list[_Atom]]:
    budget_of = {id(block): budget for block, budget in zip(blocks, budgets, strict=True)}
    block_tokens: dict[int, int] = {}
    for atom in atoms:
        block_tokens[id(atom.block)] = block_tokens.get(id(atom.block), 0) + atom.tokens
    group: list[_Atom] = []
    used = 0
    for atom in atoms:
        budget = budget_of[id(atom.block)]
        starts_block = not group or atom.block is not group[-1].block
        whole = block_tokens[id(atom.block)]
        # A block that fits in a chunk of its own is not torn to fill up the one before.
        needed = whole if starts_block and whole <= budget else atom.tokens
        if group and (not _same_place(group[-1].block, atom.block) or used + needed > budget):
            yield group
            group, used = [], 0
        group.append(atom)
        used += atom.tokens
    if group:
        yield group


def _same_place(before: Block, block: Block) -> bool:
    """Under the same headings; a table stands alone, so that its header leads its rows and nothing else."""
    if before is block:
        return True
    return before.section == block.section and "table" not in (before.kind, block.kind)


def _chunk(document: Document, ordinal: int, group: Sequence[_Atom]) -> Chunk:
    start, end = group[0].start, group[-1].end
    return Chunk(
        document_id=document.id,
        document_name=document.name,
        source=document.source,
        content_hash=document.content_hash,
        ordinal=ordinal,
        text=document.text[start:end],
        start=start,
        end=end,
        section=group[0].block.section,
        page=bisect_right(document.page_starts, start) if document.page_starts else None,
        url=document.url,
        lead=group[0].block.lead,
    )
