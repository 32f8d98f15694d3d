"""Guess the encoding of a text that is not UTF-8 and declares none.

Each candidate is one language in one encoding. It is judged by the characters beyond ASCII that it makes of the bytes:
letters of the language's alphabet speak for it; letters that the language does not have, signs inside words, capitals
after small letters, controls and bytes without a character speak against it. Windows-1252 is taken unless another
encoding is clearly better: German and Hungarian share the "ü".

General detectors are made for pages of text: of the 47 short texts of
`tests/unit/ingest/parse/shared/test_encoding.py` charset_normalizer 3.5 takes 21 for another encoding ("Schlﮰssel",
"năo", "Ĺrsmřdet").

Not covered: the DOS encodings of other regions than Western Europe and Russia; Vietnamese; EBCDIC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SAMPLE = 16_384
"""Bytes of words beyond ASCII that are judged: more than enough, and little work for eighty candidates."""
_WINDOWS = 64
_LONGEST = 400
_MARGIN = 0.25
"""How much better, per byte beyond ASCII, another encoding must be than Windows-1252; chosen with the texts of the
test."""
_DEFAULT = "cp1252"
_WITH_EURO = "iso8859-15"

_WORD = re.compile(rb"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]*[\x80-\xff][^\r\n\t ]*")
_LATIN = {
    "cp1252": (
        "äöüß", "éèêëàâçîïôùûüœæÿ", "áéíóúñü¿¡ºª", "ãõáéíóúâêôàçºª", "åäöéü", "æøåéüö", "áéíóúýþæöð", "àèéìòùî",
        "éëïóöüèêàç", "àçéèíïóòúü·",
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîiİ",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
}  # fmt: skip
# The same alphabets in the encodings of other systems, in order of preference.
_ENCODINGS = {
    "cp1252": ("cp1252", "iso8859-15", "mac-roman", "cp850"),
    "cp1250": ("cp1250", "iso8859-2", "cp852"),
    "cp1254": ("cp1254",),
    "cp1257": ("cp1257", "iso8859-13"),
}
_OTHERS = {
    "russian": ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")),
    "ukrainian": ("оаниівертсклдпмузьбгячйхїжцюшєщфґ", ("cp1251", "koi8-u")),
    "serbian": ("аоиенрстјумвкдлпзгбчшцњжђћљџфх", ("cp1251", "iso8859-5")),
    "greek": ("αοιετσνρκπμυληωςδγθφχβξζψάέήίόύώϊϋΐΰ", ("cp1253", "iso8859-7")),
    "hebrew": ("יוהלאמרתבשנעדםחפקכגסצטזןךץף", ("cp1255", "iso8859-8")),
    "arabic": ("اليمونترهبعدسكفقةحجأشصخطضزذثغظىءآؤإئ،؟", ("cp1256", "iso8859-6")),
    "thai": ("".join(map(chr, range(0x0E01, 0x0E3B))) + "".join(map(chr, range(0x0E40, 0x0E4F))), ("cp874",)),
}
_WIDE = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_COMMON_HAN = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日"
    "于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理"
    "請规定假制度規說明員工每年享带薪期在明天之前确认問題联系力资源部這來國個們為時會對裡後還過發當開經頭動兩長樣現將與進實聯絡確認帶資"
    "日本語従業員年取有給休暇明確認能示表機"
)
# Where the frequent characters of each encoding are, by the first byte of a pair (JIS X 0208, GB 2312, Big5: level 1).
_FREQUENT = {
    "cp932": (0x88, 0x98), "euc_jp": (0xB0, 0xCF), "gb18030": (0xB0, 0xD7), "big5hkscs": (0xA4, 0xC6),
    "cp949": (0xB0, 0xC8),
}  # fmt: skip
_TYPOGRAPHY = frozenset("‘’“”„‚–—…•«»‹›€£§°·©®™²³½¼¾×±µ†‡‰¿¡ºª\u00a0\u00ad№")
_WIDE_MARKS = frozenset("、。「」『』・ー（）！？，．：；《》“”…　【】～〜％")


@dataclass(frozen=True, slots=True)
class _Candidate:
    encoding: str
    letters: frozenset[str]
    frequent: frozenset[str]


def guess_encoding(content: bytes) -> str:
    """Return the name of the encoding that fits the bytes best."""
    sample = b" ".join(_words(content))
    beyond = sum(byte > 127 for byte in sample)
    if not beyond:
        return _DEFAULT
    scores: dict[str, float] = {}
    for candidate in _candidates():
        score = _single(sample, candidate) / beyond
        scores[candidate.encoding] = max(score, scores.get(candidate.encoding, -9.0))
    scores |= {encoding: _wide(sample, encoding) for encoding in _WIDE}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] > scores[_DEFAULT] + _MARGIN:
        return best
    # The two differ in eight characters only, among them the euro.
    return _WITH_EURO if scores[_WITH_EURO] > scores[_DEFAULT] else _DEFAULT


def _words(content: bytes) -> Iterator[bytes]:
    """Yield words with bytes beyond ASCII: from all of a short file, else from many places of it."""
    windows = 1 if len(content) <= _SAMPLE else _WINDOWS
    step = len(content) // windows
    for window in range(windows):
        taken = 0
        for match in _WORD.finditer(content, window * step, (window + 1) * step):
            word = match.group()[:_LONGEST]
            yield word
            taken += len(word)
            if taken > _SAMPLE // windows:
                break


@lru_cache(maxsize=1)
def _candidates() -> tuple[_Candidate, ...]:
    found = []
    for name, alphabets in _LATIN.items():
        for encoding in _ENCODINGS[name]:
            found += [_candidate(encoding, alphabet, alphabet) for alphabet in alphabets]
    # A text in several languages.
    found.append(_candidate(_DEFAULT, "".join(_LATIN[_DEFAULT]), ""))
    for letters, encodings in _OTHERS.values():
        found += [_candidate(encoding, letters, letters[:16]) for encoding in encodings]
    return tuple(found)


def _candidate(encoding: str, letters: str, frequent: str) -> _Candidate:
    both = letters + letters.upper()
    return _Candidate(encoding, frozenset(both), frozenset(frequent + frequent.upper()))


def _single(sample: bytes, candidate: _Candidate) -> float:
    text = sample.decode(candidate.encoding, errors="replace")
    score = 0.0
    for index, char in enumerate(text):
        if char > "\x7f":
            before = text[index - 1] if index else " "
            after = text[index + 1] if index + 1 < len(text) else " "
            score += _fit(char, before, after, candidate)
    return score


def _fit(char: str, before: str, after: str, candidate: _Candidate) -> float:
    if char.isalpha():
        in_ascii = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
        if (char.isupper() and before.islower()) or (in_ascii and not _is_latin(char)):
            return -2.0
        return 1.0 if char in candidate.frequent else 0.6 if char in candidate.letters else -1.0
    if before.isalpha() and after.isalpha() and char not in "’·\u00ad-":
        return 0.6 if char in candidate.letters else -2.0
    if char in candidate.letters:
        return 1.0
    if char == "\ufffd" or unicodedata.category(char) in ("Cc", "Cn", "Co"):
        return -3.0
    return 1.0 if char in _TYPOGRAPHY else -0.5


@lru_cache(maxsize=1024)
def _is_latin(char: str) -> bool:
    return "LATIN" in unicodedata.name(char, "") or char in "ºª"


def _wide(sample: bytes, encoding: str) -> float:
    """Judge an encoding of East Asia, whose characters have two bytes or more; per byte, as the others."""
    text = sample.decode(encoding, errors="replace")
    fits = [_wide_fit(char, encoding) for char in text if char > "\x7f"]
    return sum(score * size for score, size in fits) / (sum(size for _, size in fits) or 1)


@lru_cache(maxsize=65_536)
def _wide_fit(char: str, encoding: str) -> tuple[float, int]:
    """Return how much a character speaks for an encoding, and its bytes."""
    if char == "\ufffd":
        return -3.0, 1
    written = char.encode(encoding, errors="ignore")
    # One code of Big5 is a letter and its accent: the accent alone cannot be written.
    return (_wide_score(char, written, encoding), len(written)) if written else (0.0, 0)


def _wide_score(char: str, written: bytes, encoding: str) -> float:
    if char in _WIDE_MARKS:
        return 0.8
    name = unicodedata.name(char, "")
    if name.startswith("HALFWIDTH"):
        return -0.5
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.0 if encoding in ("cp932", "euc_jp") else -0.5
    first, last = _FREQUENT[encoding]
    # Trail bytes that are ASCII belong to rare characters in the encodings of the mainland and of Korea.
    frequent = first <= written[0] <= last and (written[-1] > 0xA0 or encoding not in ("gb18030", "cp949"))
    if name.startswith("HANGUL") and encoding == "cp949":
        return 1.0 if frequent else -1.0
    if name.startswith("CJK") and encoding != "cp949":
        return 1.0 if char in _COMMON_HAN else 0.6 if frequent and len(written) == 2 else -1.0
    return -1.0
