"""Plan random text documents, construct by construct, for every format that has running text."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from testing.fidelity.model import (
    Block,
    Break,
    Cell,
    Comment,
    Control,
    Deleted,
    Document,
    Heading,
    Hidden,
    Inline,
    Inserted,
    Item,
    Link,
    List,
    ListFormat,
    Lowered,
    NoBreakHyphen,
    NoBreakSpace,
    Note,
    Paragraph,
    Raised,
    SoftHyphen,
    Tab,
    Table,
    Text,
    TextBox,
)
from testing.fidelity.words import Words

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Texts:
    """Plans blocks. `words` invents their tokens."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.rng = words.rng

    def text(self) -> Iterable[Block]:
        """A paragraph of sentences."""
        yield self._paragraph([Text(" ".join(self.words.sentence() for _ in range(self.rng.randint(1, 4))))], "text")

    def runs(self) -> Iterable[Block]:
        """Words that are cut over several runs, in bold and not."""
        inlines: list[Inline] = []
        for _ in range(self.rng.randint(2, 4)):
            word = self.words.word()
            cut = self.rng.randint(1, len(word) - 1)
            bold = self.rng.random() < 0.3
            inlines += [Text(f"{self.words.token()} "), Text(word[:cut], bold), Text(f"{word[cut:]} ")]
        yield self._paragraph([*inlines, Text(self.words.phrase(), bold=True)], "runs")

    def headings(self) -> Iterable[Block]:
        """A heading and a paragraph."""
        yield Heading(self.rng.randint(1, 3), self.words.phrase())
        yield from self.text()

    def references(self) -> Iterable[Block]:
        """Characters that XML and HTML write as references: & < > " '."""
        token = self.words.token
        parts = [
            f"{token()} > {self.words.number()} & {token()} < {self.words.number()}",
            f'"{self.words.word()}" {self.words.word()}&{self.words.word()}',
            f"'{self.words.word()}' {self.words.word()}'s &{self.words.word()};",
            f"<{self.words.word('latin')}> {self.words.word()}<{self.words.digits()} {self.words.word()}>{token()}",
            f"&amp;{self.words.word('latin')}; {self.words.word()}&lt;{token()}",
        ]
        self.rng.shuffle(parts)
        yield self._paragraph([Text(" ".join(parts[: self.rng.randint(2, 5)]))], "character references")

    def tabs(self) -> Iterable[Block]:
        """Words between tabs and line breaks only."""
        inlines: list[Inline] = [Text(self.words.token())]
        for _ in range(self.rng.randint(2, 5)):
            inlines += [Tab() if self.rng.random() < 0.7 else Break(), Text(self.words.token())]
        yield self._paragraph(inlines, "tabs and breaks")

    def hyphens(self) -> Iterable[Block]:
        """No-break hyphens and blanks, soft hyphens."""
        word = self.words.word
        inlines: list[Inline] = [
            Text(word()),
            NoBreakHyphen(),
            Text(self.words.digits()),
            Text(f" {self.words.token()} "),
        ]
        inlines += [Text(self.words.number()), NoBreakSpace(), Text(f"{word()} ")]
        for _ in range(2):
            inlines += [Text(word()), SoftHyphen(), Text(word().lower()), SoftHyphen(), Text(f"{word().lower()} ")]
        yield self._paragraph([*inlines, Text(self.words.sentence())], "hyphens and no-break spaces")

    def scripts(self) -> Iterable[Block]:
        """Units, powers, formulas, ordinals: raised and lowered text."""
        digits, word = self.words.digits, self.words.word
        choices: list[list[Inline]] = [
            [Text(f"{digits()} {word()} 10"), Raised(str(self.rng.randint(2, 9))), Text(f" {word()} ")],
            [Text(f"{digits()}·10"), Raised(f"-{self.rng.randint(2, 9)}"), Text(f" {word()} ")],
            [Text(f"{digits()} m"), Raised(self.rng.choice("23")), Text(f" {word()} ")],
            [Text(f"{word()} H"), Lowered("2"), Text(f"O {word()} CO"), Lowered("2"), Text(f" {word()} ")],
            [Text(f"{word()} SO"), Lowered("4"), Raised("2-"), Text(f" {word()} ")],
            [Text(f"{digits(100, 9999)[:-1]}1"), Raised("st"), Text(f" {word()} ")],
            [Text(f"{word('latin')}"), Raised("TM"), Text(f" {word()} ")],
            [Text(f"{word('latin')}"), Lowered(str(self.rng.randint(1, 9))), Text(f" {word()} ")],
        ]
        chosen = self.rng.sample(choices, self.rng.randint(3, 5))
        yield self._paragraph([inline for inlines in chosen for inline in inlines], "superscripts and subscripts")

    def notes(self, *, endnotes: bool = False) -> Iterable[Block]:
        """Marks of notes after words, numbers and punctuation."""
        construct = "endnotes" if endnotes else "footnotes"
        inlines: list[Inline] = []
        for _ in range(self.rng.randint(1, 3)):
            before = self.rng.choice((self.words.word, self.words.digits))()
            note = Note(self.words.sentence(), endnotes)
            inlines += [Text(f"{self.words.phrase()} {before}"), note, Text(self.rng.choice((" ", ", ", ". ")))]
        yield self._paragraph([*inlines, Text(self.words.phrase())], construct)

    def endnotes(self) -> Iterable[Block]:
        """Marks of endnotes."""
        return self.notes(endnotes=True)

    def changes(self) -> Iterable[Block]:
        """Tracked changes: insertions and deletions, also inside a word."""
        word = self.words.word()
        yield self._paragraph(
            [
                Text(f"{self.words.phrase()} "),
                Deleted(f"{self.words.phrase()} "),
                Inserted(f"{self.words.phrase()} "),
                Text(f"{self.words.token()} {word[:3]}"),
                Inserted(word[3:]),
                Deleted(self.words.word()),
                Text(f" {self.words.phrase()}"),
            ],
            "tracked changes",
        )

    def hidden(self) -> Iterable[Block]:
        """Text that is not displayed."""
        yield self._paragraph(
            [Text(f"{self.words.phrase()} "), Hidden(f"{self.words.phrase()} "), Text(self.words.phrase())],
            "hidden text",
        )

    def deleted(self) -> Iterable[Block]:
        """Struck text, as in HTML's <del>."""
        yield self._paragraph(
            [Text(f"{self.words.phrase()} "), Deleted(self.words.phrase()), Text(f" {self.words.phrase()}")],
            "deleted text",
        )

    def comments(self) -> Iterable[Block]:
        """A comment on a phrase."""
        yield self._paragraph(
            [Text(self.words.phrase()), Comment(self.words.sentence()), Text(f" {self.words.phrase()}")], "comments"
        )

    def controls(self) -> Iterable[Block]:
        """Content controls inside a sentence."""
        yield self._paragraph(
            [Text(f"{self.words.phrase()} "), Control(self.words.phrase()), Text(f", {self.words.phrase()}")],
            "content controls",
        )

    def links(self) -> Iterable[Block]:
        """A link inside a sentence; its text is displayed, its address is not."""
        url = f"https://example.org/{self.rng.randint(1000, 9999)}?a=1&b=2"
        yield self._paragraph(
            [Text(f"{self.words.phrase()} "), Link(self.words.phrase(), url), Text(f", {self.words.phrase()}")], "links"
        )

    def signs(self) -> Iterable[Block]:
        """Characters that mean something in Markdown and are the author's here."""
        word, digits = self.words.word, self.words.digits

        def latin() -> str:
            return word("latin")

        parts = [
            f"{latin()}_{latin()}_{latin()}", f"*{word()}", f"{digits()}*{digits()}*2", f"#{word()}",
            f"[{word()}]", f"`{latin()}`", f"~{digits()}", f"C:\\{latin()}\\{latin()}", f"{word()}*",
            f"_{latin()}_", f"({word()})", f"{word()}!", f"{{{latin()}}}", f"\\{latin()}", f"1.{digits()}.",
            f"{latin()}.py", f"+{digits()}", f"--{latin()}", f"{word()}/{word()}", f"@{latin()}",
            f"$x_{latin()}$",
        ]  # fmt: skip
        self.rng.shuffle(parts)
        # A paragraph may also begin like a list or a heading.
        first = self.rng.choice(("", "", f"{self.words.digits()}. ", f"#{self.words.digits()} ", "+ ", "1) "))
        if first in ("+ ", "1) "):
            first = ""
        yield self._paragraph([Text(first + " ".join(parts[: self.rng.randint(5, 12)]))], "Markdown signs")

    def text_boxes(self) -> Iterable[Block]:
        """A text box."""
        yield TextBox(self.words.sentence())

    def bullets(self) -> Iterable[Block]:
        """A bulleted list of two levels."""
        formats = (ListFormat("bullet", "•"), ListFormat("bullet", "–"))
        items = [Item("", 0, self._phrase())]
        items += [Item("", self.rng.randint(0, 1), self._phrase()) for _ in range(self.rng.randint(1, 4))]
        yield List(tuple(items), formats, construct="bulleted lists")

    def numbered(self) -> Iterable[Block]:
        """A numbered list: letters, Roman numerals, several levels, a start, a continuation."""
        formats = self.rng.choice(
            (
                (ListFormat("decimal", "%1."), ListFormat("lowerLetter", "%2)"), ListFormat("lowerRoman", "%3.")),
                (ListFormat("decimal", "%1."), ListFormat("decimal", "%1.%2"), ListFormat("decimal", "%1.%2.%3")),
                (ListFormat("upperLetter", "%1."), ListFormat("decimal", "%2."), ListFormat("lowerLetter", "(%3)")),
                (ListFormat("upperRoman", "%1."), ListFormat("upperLetter", "%2."), ListFormat("decimal", "%3)")),
                (ListFormat("lowerRoman", "(%1)"), ListFormat("lowerLetter", "%2."), ListFormat("decimal", "%3.")),
            )
        )
        yield from self._lists(formats)

    def plain_numbered(self) -> Iterable[Block]:
        """A numbered list as HTML has it: each level has its own number with a full stop."""
        styles = ("decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman")
        formats = tuple(ListFormat(self.rng.choice(styles), f"%{level}.") for level in (1, 2, 3))  # type: ignore[arg-type]
        yield from self._lists(formats, continues=False)

    def _lists(self, formats: tuple[ListFormat, ...], *, continues: bool = True) -> Iterable[Block]:
        starts_at = self.rng.choice((1, 1, 1, 3, 7))
        counts = [starts_at - 1, 0, 0]
        yield List(self._items(formats, counts), formats, starts_at, construct="list numbers")
        if continues and self.rng.random() < 0.3:
            yield from self.text()
            yield List(self._items(formats, counts), formats, starts_at, continues=True, construct="list numbers")

    def _items(self, formats: tuple[ListFormat, ...], counts: list[int]) -> tuple[Item, ...]:
        items, level = [], 0
        for number in range(self.rng.randint(3, 8)):
            level = 0 if not number else self.rng.randint(0, min(level + 1, 2))
            counts[level] += 1
            counts[level + 1 :] = [0] * (2 - level)
            items.append(Item(label_of(formats, counts, level), level, self._phrase()))
        return tuple(items)

    def tables(self) -> Iterable[Block]:
        """A table with one header row."""
        columns = self.rng.randint(2, 5)
        yield Table(tuple(self._row(columns) for _ in range(self.rng.randint(2, 6))))

    def merged(self) -> Iterable[Block]:
        """A table with cells over two columns and over two rows."""
        columns = self.rng.randint(3, 5)
        wide = (self._cell(columns=2), *self._row(columns - 2))
        tall = (self._cell(rows=2), *self._row(columns - 1))
        rows = [self._row(columns), wide, tall, self._row(columns - 1), self._row(columns)]
        yield Table(tuple(rows), construct="merged cells")

    def two_headers(self) -> Iterable[Block]:
        """A table with two header rows: years over quarters."""
        first = (self._cell(rows=2), self._cell(columns=2), self._cell(columns=2))
        rows = [first, self._row(4), *(self._row(5) for _ in range(self.rng.randint(1, 3)))]
        yield Table(tuple(rows), header_rows=2, construct="two header rows")

    def rich_cells(self) -> Iterable[Block]:
        """Cells with several paragraphs, with bars, and empty cells."""
        several = Cell(tuple(self._paragraph([Text(self.words.phrase())], "") for _ in range(3)))
        barred = Cell((self._paragraph([Text(f"{self.words.word()}|{self.words.word()}")], ""),))
        empty = Cell((self._paragraph([], ""),))
        first = (self._cell(), several, barred)
        yield Table((self._row(3), first, (self._cell(), empty, self._cell())), construct="rich cells")

    def nested(self) -> Iterable[Block]:
        """A table in a cell."""
        inner = Table((self._row(2), self._row(2)), construct="nested tables")
        outer = Cell((self._paragraph([Text(self.words.phrase())], ""), inner, self._paragraph([], "")))
        yield Table((self._row(2), (self._cell(), outer), self._row(2)), construct="nested tables")

    def _row(self, columns: int) -> tuple[Cell, ...]:
        return tuple(self._cell() for _ in range(columns))

    def _cell(self, columns: int = 1, rows: int = 1) -> Cell:
        text = self.words.token() if self.rng.random() < 0.5 else self.words.phrase(1, 3)
        return Cell((self._paragraph([Text(text)], ""),), columns, rows)

    def _phrase(self) -> tuple[Inline, ...]:
        return (Text(self.words.phrase(1, 6)),)

    @staticmethod
    def _paragraph(inlines: Sequence[Inline], construct: str) -> Paragraph:
        return Paragraph(tuple(inlines), construct)


def label_of(formats: Sequence[ListFormat], counts: Sequence[int], level: int) -> str:
    """Return the label of a list item as displayed."""
    label = formats[level].pattern
    for number in range(level + 1):
        label = label.replace(f"%{number + 1}", numeral(formats[number].style, counts[number]))
    return label


def numeral(style: str, number: int) -> str:
    """Write a number below 40 in a style of lists."""
    if style == "decimal":
        return str(number)
    if style.endswith("Letter"):
        text = _LETTERS[(number - 1) % 26]
    else:
        text = ""
        for value, sign in _ROMAN:
            while number >= value:
                text, number = text + sign, number - value
    return text.upper() if style.startswith("upper") else text


def plan(
    rng: random.Random,
    words: Words,
    constructs: Sequence[Callable[[Texts], Iterable[Block]]],
    *,
    blocks: int = 24,
    running: bool = False,
) -> Document:
    """Plan a document: every construct in turn, in random order, with text between. `running`: header and footer."""
    texts = Texts(words)
    planned: list[Block] = [Heading(1, words.phrase())]
    order = [construct for construct in constructs for _ in range(max(1, blocks // len(constructs)))]
    rng.shuffle(order)
    for construct in order:
        planned.extend(construct(texts))
        if rng.random() < 0.4:
            planned.extend(texts.text())
    return Document(tuple(planned), header=words.phrase() if running else "", footer=words.phrase() if running else "")
