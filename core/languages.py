"""The languages that a domain may name, by the codes of BCP 47.

Not covered: a language without a code here; it has the code "", because none is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping

_CODES: Mapping[str, str] = {
    "arabic": "ar",
    "azerbaijani": "az",
    "basque": "eu",
    "bengali": "bn",
    "catalan": "ca",
    "chinese": "zh",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hinglish": "hi-Latn",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "kazakh": "kk",
    "nepali": "ne",
    "norwegian": "no",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "slovene": "sl",
    "spanish": "es",
    "swedish": "sv",
    "tajik": "tg",
    "turkish": "tr",
}
"""By the English names that Qdrant's BM25 has for them."""


def language_code(name: str) -> str:
    """Return the code of a language named in English, in lower case; "" for an unknown one."""
    return _CODES.get(name, "")
