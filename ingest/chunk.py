"""Split a document's text into chunks: contiguous parts of one section, small enough for the embedder.

Blocks are kept together while they fit; a block that does not fit is split at list items, table rows, sentences or
lines, and only then anywhere. A part of a table has the table's header as its lead. A table row that does not fit is
cut between its cells: each part has the names of its own columns and the row's first cell as its lead. There is no
overlap: on Chroma's chunking benchmark overlap costs more precision than it gains recall.

Chunks are made while they are read, so that a long document needs little memory beyond its text and blocks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from core.embedding import Embedder
from core.sentences import split_sentences
from core.text import search_form, strip_span
from core.types import Chunk, Document, heading_line
from ingest.blocks import Block, Kind
from ingest.units import units_of_blocks

CHUNKER_VERSION = "3"
CountTokens = Callable[[Sequence[str]], list[int]]

_WINDOW_PARTS, _WINDOW_CHARACTERS = 2048, 400_000
"""Parts whose tokens are counted by one call: enough for the tokenizer's threads, little memory."""
_LONGEST_PART = 4000
"""Characters of a part that the tokenizer is given at once. A chunk of 200 tokens has about 800."""
_LONGEST_PROSE = 200_000
"""Characters in which sentences are looked for at once. A log without empty lines is one block of any length."""
_PIPE = re.compile(r"(?<!\\)\|")


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
class _Place:
    """What stands before the text of a block: the headings and the lead that fit, and the tokens left for the text.

    `has_lead` is False for a table whose header does not fit; its rows are cut between cells.
    """

    section: tuple[str, ...]
    lead: str
    budget: int
    has_lead: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """`text[start:end]`, a part of a block that is not split further where it fits."""

    start: int
    end: int
    block: Block
    place: _Place


@dataclass(frozen=True, slots=True)
class _Atom:
    """A part that is not split further, with its length in tokens.

    `whole` is the length of its block where that fits into one chunk, else None. `gap` is the length of the text
    between the atom before and this one: a chunk contains the rules and comments between its atoms.
    """

    start: int
    end: int
    block: Block
    place: _Place
    tokens: int
    whole: int | None = None
    gap: int = 0


def chunk_document(
    document: Document, blocks: Sequence[Block], count_tokens: CountTokens, size: ChunkSize
) -> Iterator[Chunk]:
    """Yield the chunks of a document, in order. Every character of a block but white space is in exactly one chunk."""
    splitter = _Splitter(document, count_tokens, size)
    atoms = splitter.with_gaps(splitter.atoms(splitter.parts(blocks)))
    for ordinal, group in enumerate(_groups(atoms)):
        yield _chunk(document, ordinal, group)


class _Splitter:
    """The splitting of one document. `_places` remembers what fits before the blocks of a section or table."""

    def __init__(self, document: Document, count_tokens: CountTokens, size: ChunkSize) -> None:
        self._document = document
        self._text = document.text
        self._count = count_tokens
        self._size = size
        self._places: dict[tuple[tuple[str, ...], str], _Place] = {}

    def parts(self, blocks: Iterable[Block]) -> Iterator[_Part]:
        """Yield the parts of the blocks: rows or lines, or the sentences of prose."""
        for block in blocks:
            place = self._place(block.section, block.lead)
            for span in _spans(self._text, block):
                whole = block.kind == "table"
                for start, end in [span] if whole else _pieces(self._text, *span, _LONGEST_PART):
                    yield _Part(start, end, block, place)

    def atoms(self, parts: Iterator[_Part]) -> Iterator[_Atom]:
        """Yield the parts with their lengths; those that do not fit are broken."""
        for _, group in groupby(self._fitting_parts(parts), key=lambda atom: id(atom.block)):
            yield from _measured(group)

    def _fitting_parts(self, parts: Iterator[_Part]) -> Iterator[_Atom]:
        while window := list(_window(parts)):
            lengths = self._count([search_form(self._text[part.start : part.end]) for part in window])
            for part, tokens in zip(window, lengths, strict=True):
                yield from self._fitting(part, tokens)

    def with_gaps(self, atoms: Iterator[_Atom]) -> Iterator[_Atom]:
        """Yield the atoms with the lengths of what is written between them."""
        before: _Atom | None = None
        for atom in atoms:
            near = before is not None and before.block.section == atom.block.section
            gap = self._text[before.end : atom.start] if before is not None and near else ""
            yield replace(atom, gap=self._count([search_form(gap)])[0]) if gap.strip() else atom
            before = atom

    def _place(self, section: tuple[str, ...], lead: str) -> _Place:
        found = self._places.get((section, lead))
        if found is None:
            found = self._places[section, lead] = self._fit(section, lead)
        return found

    def _fit(self, section: tuple[str, ...], lead: str) -> _Place:
        smallest = self._size.tokens // 4
        kept, kept_lead = section, lead
        length = self._prefix_tokens(kept, kept_lead)
        while length > self._size.limit - smallest and (kept_lead or kept):
            kept, kept_lead = (kept, "") if kept_lead else (kept[1:], "")
            length = self._prefix_tokens(kept, kept_lead)
        budget = max(smallest, min(self._size.tokens, self._size.limit - length))
        return _Place(kept, kept_lead, budget, has_lead=kept_lead == lead)

    def _prefix_tokens(self, section: tuple[str, ...], lead: str) -> int:
        return self._count([search_form("\n".join((heading_line(self._document.name, section), lead)))])[0]

    def _fitting(self, part: _Part, tokens: int) -> Iterator[_Atom]:
        """Yield the part when it fits, and otherwise its pieces."""
        if tokens <= part.place.budget and part.place.has_lead:
            yield _Atom(part.start, part.end, part.block, part.place, tokens)
        elif part.block.kind == "table":
            yield from self._cut_row(part)
        else:
            yield from self._broken(part, tokens)

    def _broken(self, part: _Part, tokens: int) -> Iterator[_Atom]:
        """Yield the halves of a part that is too long, cut at white space where there is some near the middle."""
        if tokens <= part.place.budget or part.end - part.start < 2:
            yield _Atom(part.start, part.end, part.block, part.place, tokens)
            return
        cut = _middle(self._text, part.start, part.end)
        spans = (strip_span(self._text, part.start, cut), strip_span(self._text, cut, part.end))
        halves = [replace(part, start=span[0], end=span[1]) for span in spans if span is not None]
        lengths = self._count([search_form(self._text[half.start : half.end]) for half in halves])
        for half, length in zip(halves, lengths, strict=True):
            yield from self._broken(half, length)

    def _cut_row(self, row: _Part) -> Iterator[_Atom]:
        """Yield the pieces of a table row, cut between cells; a cell that does not fit by itself is broken."""
        cells = _cell_spans(self._text, row.start, row.end)
        names = _cells(row.block.lead.partition("\n")[0])
        if len(names) != len(cells):
            names = []
        written = [self._text[start:end].strip() for start, end in cells]
        shown = names or [""] * len(cells)
        lengths = self._count([search_form(f"{name} {cell}") for name, cell in zip(shown, written, strict=True)])
        place = self._place(row.block.section, "")
        for first, last in _runs(lengths, place.budget):
            lead = _piece_lead(names, written, first, last)
            start = row.start if first == 0 else cells[first][0]
            # The bar after the last cell belongs to the piece.
            end = row.end if last == len(cells) else self._text.index("|", cells[last - 1][1]) + 1
            span = strip_span(self._text, start, end)
            if span is not None:
                part = _Part(*span, row.block, self._fit(row.block.section, lead))
                yield from self._broken(part, self._count([search_form(self._text[slice(*span)])])[0])


def _window(parts: Iterator[_Part]) -> Iterator[_Part]:
    characters = 0
    for part in islice(parts, _WINDOW_PARTS):
        yield part
        characters += part.end - part.start
        if characters > _WINDOW_CHARACTERS:
            return


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    if block.kind not in ("table", "code"):
        for start, end in _pieces(text, block.start, block.end, _LONGEST_PROSE):
            yield from split_sentences(text, start, end, wrapped=True)
        return
    position = block.start
    while position < block.end:
        end = text.find("\n", position, block.end)
        end = block.end if end < 0 else end
        if (span := strip_span(text, position, end)) is not None:
            # Keep the indentation of code.
            yield (position, span[1]) if block.kind == "code" else span
        position = end + 1


def _pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the span in pieces of at most `longest` characters, cut at a line end or blank where there is one."""
    while end - start > longest:
        limit, least = start + longest, start + longest // 2
        line, blank = text.rfind("\n", least, limit), text.rfind(" ", least, limit)
        cut = line if line > 0 else blank if blank > 0 else limit
        if (piece := strip_span(text, start, cut)) is not None:
            yield piece
        start = cut
    if (rest := strip_span(text, start, end)) is not None:
        yield rest


def _middle(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    space = max(text.rfind(" ", start + 1, middle), text.rfind("\n", start + 1, middle))
    return space if space > start + (end - start) // 4 else middle


def _cell_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the offsets of a row's cells, from the first character after a bar to the last before the next."""
    bars = [match.start() for match in _PIPE.finditer(text, start, end)]
    edges = [bar for bar in bars if bar not in (start, end - 1)]
    first = start + 1 if bars[:1] == [start] else start
    last = end - 1 if bars[-1:] == [end - 1] else end
    starts = [first, *(edge + 1 for edge in edges)]
    return [strip_span(text, *span) or span for span in zip(starts, [*edges, last], strict=True)]


def _cells(row: str) -> list[str]:
    return [row[start:end].strip() for start, end in _cell_spans(row, 0, len(row))] if row else []


def _runs(lengths: Sequence[int], budget: int) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of cells that fit together; the first cell is counted in each."""
    first, used = 0, 0
    for position, length in enumerate(lengths):
        if position > first and used + length > budget:
            yield first, position
            first, used = position, lengths[0]
        used += length
    yield first, len(lengths)


def _piece_lead(names: Sequence[str], cells: Sequence[str], first: int, last: int) -> str:
    """Return the names of the columns, and the first cell unless the piece begins with it."""
    key = f"| {cells[0]} | " if first else ""
    if not names:
        return key
    shown = [*names[:1], *names[max(first, 1) : last]]
    return f"| {' | '.join(shown)} |\n|{'---|' * len(shown)}" + (f"\n{key}" if key else "")


def _measured(block: Iterator[_Atom]) -> Iterator[_Atom]:
    """Yield the atoms of a block with the block's length, where it fits into a chunk of its own."""
    begun: list[_Atom] = []
    tokens = 0
    for atom in block:
        begun.append(atom)
        tokens += atom.tokens
        if tokens > atom.place.budget or atom.place is not begun[0].place:
            # It does not fit: the rest need not be waited for.
            yield from begun
            yield from block
            return
    yield from (replace(atom, whole=tokens) for atom in begun)


def _groups(atoms: Iterable[_Atom]) -> Iterator[list[_Atom]]:
    group: list[_Atom] = []
    used = budget = 0
    for atom in atoms:
        starts_block = not group or atom.block is not group[-1].block
        # A block that fits into a chunk of its own is not split to fill the one before.
        needed = atom.gap + (atom.whole if starts_block and atom.whole is not None else atom.tokens)
        together = bool(group) and _belong_together(group[-1], atom)
        if group and (not together or used + needed > min(budget, atom.place.budget)):
            yield group
            group = []
        budget = min(budget, atom.place.budget) if group else atom.place.budget
        used = used + atom.gap + atom.tokens if group else atom.tokens
        group.append(atom)
    if group:
        yield group


def _belong_together(before: _Atom, atom: _Atom) -> bool:
    """Say whether two atoms may share a chunk: under the same headings, and neither of a table that is split.

    The chunks of such a table contain nothing else, because its header is the lead of its rows only.
    """
    if before.block is atom.block:
        return before.place is atom.place
    split_table = any(one.block.kind == "table" and one.whole is None for one in (before, atom))
    return before.place.section == atom.place.section and not split_table


def _chunk(document: Document, ordinal: int, group: Sequence[_Atom]) -> Chunk:
    start, end = group[0].start, group[-1].end
    text = document.text[start:end]
    return Chunk(
        document_id=document.id,
        document_name=document.name,
        source=document.source,
        content_hash=document.content_hash,
        ordinal=ordinal,
        text=text,
        start=start,
        end=end,
        section=group[0].place.section,
        page=bisect_right(document.page_starts, start) if document.page_starts else None,
        url=document.url,
        lead=group[0].place.lead,
        sentences=units_of_blocks(text, _blocks_of(group)),
        groups=document.groups,
    )


def _blocks_of(group: Sequence[_Atom]) -> Iterator[tuple[Kind, int, int]]:
    """Yield the blocks, or parts of blocks, of a chunk: the kind of each, and where it is in the chunk's text."""
    offset = group[0].start
    for _, part in groupby(group, key=lambda atom: id(atom.block)):
        atoms = list(part)
        yield atoms[0].block.kind, atoms[0].start - offset, atoms[-1].end - offset
