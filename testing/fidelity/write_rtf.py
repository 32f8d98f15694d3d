"""Write a document as RTF, with Windows' characters as hexadecimal escapes and all others as \\u escapes."""

from __future__ import annotations

import random
import re

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
    Link,
    List,
    Lowered,
    NoBreakHyphen,
    NoBreakSpace,
    Note,
    Paragraph,
    Raised,
    Raw,
    SoftHyphen,
    Tab,
    Table,
    Text,
    TextBox,
)

_NUMBERS = {"decimal": 0, "upperRoman": 1, "lowerRoman": 2, "upperLetter": 3, "lowerLetter": 4, "bullet": 23}


class _Writer:
    """Writes blocks. `rng` chooses between the ways to write a character."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lists: list[List] = []

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"\\pard\\plain {self.inlines(block.inlines)}\\par\n"
            case Heading():
                return f"\\pard\\plain\\outlinelevel{block.level - 1}\\b {self.text(block.text)}\\b0\\par\n"
            case List():
                return self._list(block)
            case Table():
                return self._table(block)
            case TextBox():
                raise TypeError("text boxes are not written as RTF")
            case Raw():
                return block.markup

    def inlines(self, inlines: tuple[Inline, ...]) -> str:
        return "".join(self._inline(inline) for inline in inlines)

    def text(self, text: str) -> str:
        return "".join(map(self._character, text))

    def _character(self, sign: str) -> str:
        if sign in "\\{}":
            return f"\\{sign}"
        if ord(sign) < 128:
            return sign
        try:
            code = sign.encode("cp1252")[0]
        except UnicodeEncodeError:
            code = 0
        if code and self.rng.random() < 0.7:
            return f"\\'{code:02x}"
        units = sign.encode("utf-16-le")
        numbers = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
        return "".join(f"\\u{number}?" for number in numbers)

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return f"{{\\b {self.text(inline.text)}}}" if inline.bold else self.text(inline.text)
            case Control():
                return self.text(inline.text)
            case Tab():
                return "\\tab "
            case Break():
                return "\\line "
            case NoBreakHyphen():
                return "\\_"
            case NoBreakSpace():
                return "\\~"
            case SoftHyphen():
                return "\\-"
            case Raised():
                return f"{{\\super {self.text(inline.text)}}}"
            case Lowered():
                return f"{{\\sub {self.text(inline.text)}}}"
            case Note():
                kind = "\\footnote\\ftnalt" if inline.endnote else "\\footnote"
                note = f"{{{kind}\\pard\\plain {{\\super\\chftn}} {self.text(inline.text)}}}"
                return f"{{\\super\\chftn{note}}}"
            case Inserted():
                return f"{{\\revised\\revauth1 {self.text(inline.text)}}}"
            case Deleted():
                return f"{{\\deleted\\revauthdel1 {self.text(inline.text)}}}"
            case Hidden():
                return f"{{\\v {self.text(inline.text)}}}"
            case Comment():
                comment = f"{{\\*\\annotation\\pard\\plain {self.text(inline.text)}}}"
                return f"{{\\*\\atnid A}}{{\\*\\atnauthor A}}\\chatn{comment}"
            case Link():
                field = f'{{\\*\\fldinst {{HYPERLINK "{inline.url}"}}}}'
                return f"{{\\field{field}{{\\fldrslt {{\\ul {self.text(inline.text)}}}}}}}"

    def _list(self, block: List) -> str:
        if not block.continues:
            self.lists.append(block)
        return "".join(
            f"{{\\listtext\\pard\\plain {self.text(item.label) or chr(92) + 'bullet'}\\tab}}"
            f"\\pard\\plain\\ls{len(self.lists)}\\ilvl{item.level}\\fi-360\\li{720 * (item.level + 1)} "
            f"{self.inlines(item.inlines)}\\par\n"
            for item in block.items
        )

    def list_tables(self) -> str:
        """The definitions of the lists, which the body refers to."""
        if not self.lists:
            return ""
        lists = "".join(
            f"{{\\list\\listtemplateid{number}{''.join(_level(block, level) for level in range(len(block.formats)))}"
            f"{{\\listname ;}}\\listid{number}}}\n"
            for number, block in enumerate(self.lists, 1)
        )
        overrides = "".join(
            f"{{\\listoverride\\listid{number}\\listoverridecount0\\ls{number}}}"
            for number in range(1, len(self.lists) + 1)
        )
        return f"{{\\*\\listtable{lists}}}{{\\*\\listoverridetable{overrides}}}\n"

    def _table(self, table: Table) -> str:
        rows, below = [], dict[int, tuple[int, int]]()
        for row in table.rows:
            cells, left, column, edge = [], list(row), 0, 0
            definition, next_below = "", dict[int, tuple[int, int]]()
            while left or column in below:
                if column in below:
                    width, height = below[column]
                    merge, content = "\\clvmrg", ""
                else:
                    cell = left.pop(0)
                    width, height = cell.columns, cell.rows
                    merge, content = ("\\clvmgf" if height > 1 else ""), self._cell(cell)
                if height > 1:
                    next_below[column] = (width, height - 1)
                edge += 1500 * width
                definition += f"{merge}\\cellx{edge}"
                cells.append(f"\\pard\\plain\\intbl {content}\\cell\n")
                column += width
            below = next_below
            rows.append(f"\\trowd\\trgaph70{definition}\n{''.join(cells)}\\row\n")
        return "".join(rows)

    def _cell(self, cell: Cell) -> str:
        assert all(isinstance(block, Paragraph) for block in cell.blocks)
        return "\\par ".join(self.inlines(block.inlines) for block in cell.blocks if isinstance(block, Paragraph))


def _level(block: List, level: int) -> str:
    """Return a \\listlevel: in its text, a number of a level is a character with the level's code."""
    form = block.formats[level]
    if form.style == "bullet":
        text, positions = f"\\'01\\u{ord(form.pattern)}?", ""
    else:
        signs = re.findall(r"%\d|.", form.pattern)
        text = f"\\'{len(signs):02x}" + "".join(f"\\'{int(s[1]) - 1:02x}" if s[0] == "%" else s for s in signs)
        positions = "".join(f"\\'{place:02x}" for place, sign in enumerate(signs, 1) if sign[0] == "%")
    start = block.starts_at if level == 0 else 1
    return (
        f"{{\\listlevel\\levelnfc{_NUMBERS[form.style]}\\leveljc0\\levelfollow0\\levelstartat{start}"
        f"{{\\leveltext{text};}}{{\\levelnumbers{positions};}}\\fi-360\\li{720 * (level + 1)}}}"
    )


def rtf(document: Document, rng: random.Random) -> bytes:
    """Return the document as an RTF file."""
    writer = _Writer(rng)
    body = "".join(writer.block(block) for block in document.blocks)
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1{\\fonttbl{\\f0\\fswiss DejaVu Sans;}}\n"
    head += writer.list_tables()
    head += "{\\*\\revtbl{Unknown;}{A;}}{\\info{\\title }}{\\*\\generator Riched20 10.0;}\n"
    running = f"{{\\header \\pard\\plain {writer.text(document.header)}\\par}}" if document.header else ""
    running += f"{{\\footer \\pard\\plain {writer.text(document.footer)}\\par}}" if document.footer else ""
    return (head + running + body + "}").encode("ascii")
