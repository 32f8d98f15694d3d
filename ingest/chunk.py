"""Split a document's text into chunks: contiguous parts of one section, small enough for the embedder.

Blocks are kept together while they fit; a block that does not fit is split at list items, table rows, sentences or
lines, and only then anywhere. A part of a table has the table's header as its lead. There is no overlap: on
Chroma's chunking benchmark overlap costs more precision than it gains recall.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.embedding import Embedder
from core.sentences import split_sentences
from core.text import collapse_padding, strip_span
from core.types import Chunk, Document, heading_line
from ingest.blocks import Block

CHUNKER_VERSION = "2"
CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class ChunkSize:
    """`tokens`: most tokens of a chunk's text. `limit`: tokens that the embedder reads, headings and lead included.

    A quarter of `tokens` is always left for the text: where table header and headings leave less, the header is left
    off, then headings from the outermost in. Only a document's name that fills the limit by itself goes beyond it.
    """

    tokens: int = 200
    limit: int = 254

    @classmethod
    def for_embedder(cls, embedder: Embedder, tokens: int = 200) -> ChunkSize:
        """Return the size with the embedder's limit, less the two special tokens that it adds to a text."""
        return cls(tokens, embedder.max_tokens - 2)


@dataclass(frozen=True, slots=True)
class _Atom:
    """A part of a block that is not split further: its offsets, its block, and its length in tokens.

    `gap` is the length of the text between the atom before and this one: a chunk contains the rules and comments
    between its atoms.
    """

    start: int
    end: int
    block: Block
    tokens: int
    gap: int = 0


def chunk_document(
    document: Document, blocks: Sequence[Block], count_tokens: CountTokens, size: ChunkSize
) -> list[Chunk]:
    """Return the chunks of a document, in order. Every character of a block but white space is in exactly one chunk."""
    blocks, budgets = _budgets(document, blocks, count_tokens, size)
    atoms = _with_gaps(document.text, _atoms(document.text, blocks, budgets, count_tokens), count_tokens)
    return [_chunk(document, ordinal, group) for ordinal, group in enumerate(_groups(atoms, blocks, budgets))]


def _budgets(
    document: Document, blocks: Sequence[Block], count_tokens: CountTokens, size: ChunkSize
) -> tuple[list[Block], list[int]]:
    """Return the blocks with the headings and leads that fit, and the tokens that the text of each may have."""
    smallest = size.tokens // 4
    places = list(dict.fromkeys((block.section, block.lead) for block in blocks))
    lengths = dict(zip(places, count_tokens([_prefix(document, *place) for place in places]), strict=True))
    kept = {place: place for place in places}
    for place in places:
        section, lead = place
        while lengths[place] > size.limit - smallest and (lead or section):
            section, lead = section if lead else section[1:], ""
            kept[place] = (section, lead)
            lengths[place] = count_tokens([_prefix(document, section, lead)])[0]
    budgets = [max(smallest, min(size.tokens, size.limit - lengths[(block.section, block.lead)])) for block in blocks]
    placed = [(block, *kept[(block.section, block.lead)]) for block in blocks]
    return [replace(block, section=section, lead=lead) for block, section, lead in placed], budgets


def _prefix(document: Document, section: tuple[str, ...], lead: str) -> str:
    return "\n".join((heading_line(document.name, section), lead))


def _atoms(text: str, blocks: Sequence[Block], budgets: Sequence[int], count_tokens: CountTokens) -> list[_Atom]:
    spans = [
        (block, budget, span) for block, budget in zip(blocks, budgets, strict=True) for span in _parts(text, block)
    ]
    lengths = count_tokens([collapse_padding(text[start:end]) for _, _, (start, end) in spans])
    atoms: list[_Atom] = []
    for (block, budget, (start, end)), tokens in zip(spans, lengths, strict=True):
        if tokens <= budget:
            atoms.append(_Atom(start, end, block, tokens))
        else:
            atoms += _broken(text, start, end, block, tokens, budget, count_tokens)
    return atoms


def _with_gaps(text: str, atoms: Sequence[_Atom], count_tokens: CountTokens) -> list[_Atom]:
    between = [text[before.end : atom.start] for before, atom in pairwise(atoms)]
    written = [gap for gap in between if gap.strip()]
    lengths = dict(zip(written, count_tokens(written), strict=True))
    gaps = [0, *(lengths.get(gap, 0) for gap in between)]
    return [replace(atom, gap=gap) if gap else atom for atom, gap in zip(atoms, gaps, strict=False)]


def _parts(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Yield the parts of a block: rows or lines, or the sentences of prose."""
    if block.kind in ("table", "code"):
        position = block.start
        for line in text[block.start : block.end].split("\n"):
            if (span := strip_span(text, position, position + len(line))) is not None:
                # Keep the indentation of code.
                yield (position, span[1]) if block.kind == "code" else span
            position += len(line) + 1
        return
    yield from split_sentences(text, block.start, block.end, wrapped=True)


def _broken(
    text: str, start: int, end: int, block: Block, tokens: int, budget: int, count_tokens: CountTokens
) -> Iterator[_Atom]:
    """Yield the halves of a part that is too long, cut at white space where there is some near the middle."""
    if tokens <= budget or end - start < 2:
        yield _Atom(start, end, block, tokens)
        return
    middle = (start + end) // 2
    space = max(text.rfind(" ", start + 1, middle), text.rfind("\n", start + 1, middle))
    cut = space if space > start + (end - start) // 4 else middle
    halves = [half for half in (strip_span(text, start, cut), strip_span(text, cut, end)) if half is not None]
    lengths = count_tokens([collapse_padding(text[first:last]) for first, last in halves])
    for (first, last), length in zip(halves, lengths, strict=True):
        yield from _broken(text, first, last, block, length, budget, count_tokens)


def _groups(atoms: Sequence[_Atom], blocks: Sequence[Block], budgets: Sequence[int]) -> Iterator[list[_Atom]]:
    budget_of = {id(block): budget for block, budget in zip(blocks, budgets, strict=True)}
    tokens_of: dict[int, int] = {}
    for atom in atoms:
        tokens_of[id(atom.block)] = tokens_of.get(id(atom.block), 0) + atom.tokens
    fits = {key: tokens <= budget_of[key] for key, tokens in tokens_of.items()}
    group: list[_Atom] = []
    used = budget = 0
    for atom in atoms:
        key = id(atom.block)
        starts_block = not group or atom.block is not group[-1].block
        # A block that fits into a chunk of its own is not split to fill the one before.
        needed = atom.gap + (tokens_of[key] if starts_block and fits[key] else atom.tokens)
        together = group and (not starts_block or _belong_together(group[-1].block, atom.block, fits))
        if group and (not together or used + needed > min(budget, budget_of[key])):
            yield group
            group = []
        budget = min(budget, budget_of[key]) if group else budget_of[key]
        used = used + atom.gap + atom.tokens if group else atom.tokens
        group.append(atom)
    if group:
        yield group


def _belong_together(before: Block, block: Block, fits: Mapping[int, bool]) -> bool:
    """Say whether two blocks may share a chunk: under the same headings, and neither is a table to split.

    The chunks of such a table contain nothing else, because its header is the lead of its rows only.
    """
    split_table = any(one.kind == "table" and not fits[id(one)] for one in (before, block))
    return before.section == block.section and not split_table


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
