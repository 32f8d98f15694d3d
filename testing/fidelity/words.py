"""Invented words, numbers and codes: every token is unique, so that any loss, change or gluing shows."""

from __future__ import annotations

import random
from collections.abc import Sequence

# Consonants and vowels. No combining marks: the texts are in Unicode's composed form (NFC).
_ALPHABETS: dict[str, tuple[str, str]] = {
    "ascii": ("b d f g k l m n p r s t v z sch tr fl fi br", "a e i o u"),
    "latin": ("b d f g k l m n p r s t v z sch tr fl fi br", "a e i o u ä ö ü é è å ø"),
    "west": ("b d f g k l m n p r s t v z ñ ç ß th", "a e i o u ä ö ü é è ê â ô"),
    "central": ("b d g k l m n p r s t v z č š ž ř ł ń ś", "a e i o u á é í ó ý ě ů ą ę"),
    "greek": ("β γ δ ζ θ κ λ μ ν ξ π ρ σ τ φ χ ψ", "α ε η ι ο υ ω ά έ ή ί ό ύ ώ"),
    "cyrillic": ("б в г д ж з к л м н п р с т ф х ц ч ш", "а е и о у ы э ю я й ё"),
    "georgian": ("ბ გ დ ვ ზ თ კ ლ მ ნ პ ჟ რ ს ტ", "ა ე ი ო უ"),
    "hebrew": ("ב ג ד ה ז ח ט כ ל מ נ ס פ צ ק ר ש ת", "א ו י ע"),
    "arabic": ("ب ت ث ج ح د ر ز س ش ص ط ع ف ق ك ل م ن", "ا و ي"),
    "han": ("漢 書 館 電 話 会 議 室 東 京 駅 長 期 休 暇 申 請 用 紙 規 定", "的 一 是 在 人 有 我 他 這 中"),
    "astral": ("𝔅 𝔇 𝔉 𝔊 𝔎 𝔏 𝔐 𝔑 𝔓", "𝔄 𝔈 𝔒 𝔘"),
}
EVERY_ALPHABET: tuple[str, ...] = tuple(name for name in _ALPHABETS if name != "ascii")
# Alphabets that the fonts of a PDF have, and that are written from left to right.
PRINTED: tuple[str, ...] = ("latin", "west", "central", "greek", "cyrillic")


class Words:
    """A source of unique tokens, the same for the same random source.

    Half of the words are of the first alphabet. Every token can be written in `encoding`. `codes`: some have
    signs, hyphens and slashes, after which a line may end.
    """

    def __init__(
        self,
        rng: random.Random,
        alphabets: Sequence[str] = EVERY_ALPHABET,
        encoding: str = "utf-8",
        *,
        codes: bool = True,
    ) -> None:
        self.rng = rng
        self._codes = codes
        self._encoding = encoding
        self._alphabets = tuple(alphabets)
        self._seen: set[str] = set()

    def word(self, alphabet: str | None = None) -> str:
        """Return a word of 5 to 12 letters, sometimes with a capital."""
        name = alphabet or (self._alphabets[0] if self.rng.random() < 0.5 else self.rng.choice(self._alphabets))
        if not self._is_written("".join(_ALPHABETS[name])):
            name = "ascii"
        consonants, vowels = (letters.split() for letters in _ALPHABETS[name])
        while True:
            count = self.rng.choice((3, 3, 4, 4, 5))
            word = "".join(self.rng.choice(consonants) + self.rng.choice(vowels) for _ in range(count))
            if self._is_new(word):
                return word.capitalize() if self.rng.random() < 0.2 else word

    def number(self) -> str:
        """Return a number in one of several notations, without spaces."""
        choice = self.rng.choice
        whole, small = self.rng.randint(1000, 9_999_999), self.rng.randint(100, 999)
        while True:
            number = choice(
                (
                    f"{whole}",
                    f"{whole:,}",
                    f"{whole:,}.{small}",
                    f"{whole:,}".replace(",", ".") + f",{small}",
                    f"{whole:,}".replace(",", "'"),
                    f"{small}.{whole}",
                    f"-{small}.{small}",
                    f"+{whole}",
                    f"{small}.{small % 90}%",
                    f"€{whole}",
                    f"${whole:,}",
                    f"{small}°C",
                    f"{small}:{whole}",
                )
            )
            if (self._codes or number[0] not in "+-") and self._is_new(number):
                return number
            whole, small = self.rng.randint(1000, 9_999_999), self.rng.randint(100, 999)

    def code(self) -> str:
        """Return a code such as an article number, a version or a path."""
        rng = self.rng
        while True:
            letters = "".join(rng.choice("ABCDEFGHKLMNPRSTXYZ") for _ in range(2))
            number, small = rng.randint(1000, 99_999), rng.randint(10, 99)
            code = rng.choice(
                (
                    f"{letters}-{number}-{rng.choice('ABCXYZ')}",
                    f"{letters}{number}",
                    f"v{small}.{number}.{small}",
                    f"{letters.lower()}/{number}",
                    f"{letters}.{small}.{number}",
                    f"§{number}",
                    f"{number}/{small}",
                )
            )
            if self._is_new(code):
                return code

    def digits(self, least: int = 100, most: int = 9999) -> str:
        """Return a unique number that is digits only."""
        while True:
            number = str(self.rng.randint(least, most))
            if self._is_new(number):
                return number

    def token(self) -> str:
        """Return a word, less often a number or a code."""
        kind = self.rng.random()
        return self.word() if kind < 0.8 else self.code() if kind > 0.92 and self._codes else self.number()

    def phrase(self, least: int = 2, most: int = 5) -> str:
        """Return a few tokens, separated by blanks."""
        return " ".join(self.token() for _ in range(self.rng.randint(least, most)))

    def sentence(self, least: int = 6, most: int = 14) -> str:
        """Return tokens with a comma here and there and a full stop."""
        tokens = [self.token() for _ in range(self.rng.randint(least, most))]
        return " ".join(token + ("," if self.rng.random() < 0.1 else "") for token in tokens[:-1]) + f" {tokens[-1]}."

    def _is_new(self, token: str) -> bool:
        known = token.casefold()
        if known in self._seen or not self._is_written(token):
            return False
        self._seen.add(known)
        return True

    def _is_written(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True
