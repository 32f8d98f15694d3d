"""Random texts that try a reader's patience: every plane of Unicode, deep nesting, numbers in all forms, real prose."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202e\u2066\u2069"
_COMBINING = "\u0300\u0301\u0308\u0323\u0327\u0338\u20dd\u3099\u0e38\u0651"
_RIGHT_TO_LEFT = "שלום עולם ١٢٣ مرحبا بالعالم ۴۵۶ ، ؟ "
_SCRIPTS = "漢字かなカナ한국어ไทยກຂမြန်हिन्दीελληνικάкириллицаԱրմծırİßﬁﬀſ½¼⅔²³₂①Ⅳ€£¥₹‰°µ"
_SPACES = " \t\n\r\x0b\x0c\x85\u00a0\u2009\u202f\u2028\u2029\u3000\x00\x1b"
_MARKS = ".,;:!?…-–—'’\"“”„«»()[]{}<>*_`~#|/\\@&%$€+=^"
_BRACKETS = ("()", "[]", "{}", "“”", "«»", "''", '""', "**", "__", "``", "<>", "「」")
# fmt: off
_MARKDOWN = (
    "# Heading\n", "## 2. Heading\n", "- item\n", "1. item\n", "  * [ ] item\n", "> quoted\n", "---\n",
    "| a | 1 |\n|---|---|\n", "**bold**", "_it_", "`code_1`", "[text](https://example.org/a_b?c=1#d)", "![x](y.png)",
    "[1]", "[2, 3]", "[^4]", "(source 3)", "```python\nx = 1\n```\n", "```\nnever closed ", "~~~\n", "<b>12</b>",
    "&nbsp;", "\\*", "\\", "http://", "https://a.b/(c", "www.x", "a@b.c", "a@", "--option", "$HOME/x", "C:\\a\\b",
    "/v1/x/{id}", "x_y.z()", "#14",
)
_UNITS = (
    "", " ", " EUR", "€", "%", " percent", " days", "h", " km", "kg", "GB", " million", "k", "bn", "th", "°C", " pm",
    "x",
)
_NUMERALS = (
    "half", "a third of", "two dozen", "twenty-one", "one hundred and five thousand", "the 3rd", "first", "IV", "XIV.",
    "no", "not", "never", "at least", "up to", "between 3 and", "March 5, 2024", "5. März 2024", "2024-03-05",
    "5/3/2024", "14:00", "2 p.m.", "00:00:00.001", "1,500,000", "1.500.000,00", "1'500'000", "1 500 000", "1e9",
    "1.5e-3", "0x1F", "-5", "−5", "½", "3½", "1/2", "1/0", "10^100", "v2.1.0-rc1", "192.168.0.1", "ISO-8859-1",
    "$1.50", "USD 1.50", "٣٫١٤", "１２３", "00", "1..2",
)
# fmt: on


class Texts:
    """A source of texts, the same for the same seed; `sentences` are real ones, to be taken apart."""

    def __init__(self, seed: int, sentences: Sequence[str]) -> None:
        self.random = random.Random(seed)
        self.sentences = sentences
        self._pieces: tuple[Callable[[], str], ...] = (
            self._any_characters,
            self._numeral,
            self.sentence,
            self.mutated,
            self._nested,
            lambda: self.random.choice(_MARKDOWN),
            lambda: self.random.choice(_NUMERALS),
            lambda: self._run(_ZERO_WIDTH),
            lambda: self._run(_RIGHT_TO_LEFT),
            lambda: self._run(_SCRIPTS),
            lambda: self._run(_SPACES),
            lambda: self._run(_MARKS),
            lambda: self.random.choice("aeouInZ漢क") + self._run(_COMBINING),
        )

    def sentence(self) -> str:
        """Return a real sentence."""
        return self.random.choice(self.sentences)

    def prose(self) -> str:
        """Return a passage of real and a few mutated sentences, a paragraph each."""
        kinds = self.random.choices((self.sentence, self.mutated), (3, 1), k=self.random.randint(1, 8))
        return "\n\n".join(kind() for kind in kinds)

    def mutated(self) -> str:
        """Return a real sentence with a few words and characters changed, moved, doubled or lost."""
        words = self.sentence().split(" ")
        for _ in range(self.random.randint(1, 4)):
            place, other = self.random.randrange(len(words)), self.random.randrange(len(words))
            change = self.random.randrange(7)
            if change == 0:
                words[place], words[other] = words[other], words[place]
            elif change == 1:
                words.insert(place, self.random.choice(_NUMERALS))
            elif change == 2 and len(words) > 1:
                del words[place]
            elif change == 3:
                words[place] = self._numeral()
            elif change == 4:
                words[place] = self.random.choice((str.upper, str.lower, str.title, str.swapcase))(words[place])
            elif change == 5:
                cut = self.random.randint(0, len(words[place]))
                words[place] = words[place][:cut] + self._any_characters(3) + words[place][cut:]
            else:
                words.insert(place, words[other])
        return " ".join(words)

    def wild(self) -> str:
        """Return anything: pieces of all kinds, glued or spaced; seldom, a huge token."""
        if self.random.random() < 0.005:
            return (
                self.random.choice(("a", "1", "1,", "e\u0301", "\u200b", "(", "漢", "A.", "a-", "'", "\ud800")) * 20_000
            )
        glue = self.random.choice(("", " ", " ", "\n"))
        return glue.join(self.random.choice(self._pieces)() for _ in range(self.random.randint(0, 12)))

    def any_text(self) -> str:
        """Return a real, a mutated or a wild text."""
        return self.random.choice((self.prose, self.mutated, self.wild, self.wild))()

    def _any_characters(self, most: int = 12) -> str:
        """Characters of all planes, lone surrogates and unassigned ones among them."""
        tops = (0x80, 0x250, 0x3000, 0x10000, 0x110000)
        return "".join(
            chr(self.random.randrange(self.random.choice(tops))) for _ in range(self.random.randint(1, most))
        )

    def _run(self, characters: str) -> str:
        length = self.random.choice((1, 2, 5, 40))
        return "".join(self.random.choices(characters, k=length))

    def _numeral(self) -> str:
        digits = str(self.random.randrange(10 ** self.random.randint(1, 12)))
        if self.random.random() < 0.3:
            digits = f"{int(digits):,}"
        if self.random.random() < 0.3:
            digits += self.random.choice(".,:-/–") + str(self.random.randrange(100))
        return self.random.choice(("", "", "-", "$", "€", "~", "#")) + digits + self.random.choice(_UNITS)

    def _nested(self) -> str:
        pair = self.random.choice(_BRACKETS)
        depth = self.random.choice((1, 3, 50, 400))
        closed = self.random.choice((depth, depth // 2, 0))
        return pair[0] * depth + self.mutated() + pair[1] * closed
