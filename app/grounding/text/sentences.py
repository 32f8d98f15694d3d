"""Sentences of prose, list items, headings and table rows, as ranges of a normalised text.

A line break ends a sentence unless the line looks wrapped: long, without a final stop, and followed by plain text.
"""

from __future__ import annotations

import re

from app.grounding.text.markers import MASK

# Begins with a set of characters, which is what the engine looks for fastest.
_STOP = re.compile(r"[.!?…。！？｡\n\r\x0b\x0c\x85\u2028\u2029]+(?:[\"'」』）)\]*_`]+(?=[\s\x00]|\Z))?")
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_SPOKEN = re.compile(r"[^\W_]")
_NEXT_VISIBLE = re.compile(rf"[\s{MASK}\"'(\[*_`]*+")
_LAST_WORD = re.compile(r"[\w.]+\Z")
_BLOCK = re.compile(r"[ \t]*(?:[\-*+•|>#`~=]|\(?\w{1,3}[.)][ \t]|\Z|[\r\n])")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st sr jr vs etc approx dept est fig eq no nos nr vol pp p ch sec art inc ltd co corp ave rd
    e.g i.e cf al min max tel ext jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun z.b
    d.h bzw ca usw str hr frau mme mlle m sra sres ej
    """.split()
)
_LONGEST_ABBREVIATION = max(len(word) for word in _ABBREVIATIONS)
# "5. März": the stop of an ordinal.
_MONTH = re.compile(r"(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)[a-zü]*\b", re.I)
# A line this long that goes on in the next one was wrapped by an editor; shorter ones are items and headings.
_WRAPPED_LINE = 50


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of `text`, trimmed of white space, in order. Linear in its length.

    A piece without letters or digits (a stray mark, a citation after the stop) belongs to the sentence before it.
    """
    sentences: list[tuple[int, int]] = []
    start = line_start = 0
    for match in _STOP.finditer(text):
        stop = match[0]
        first, last = match.span()
        if stop == "\n" or not _LINE_ENDS.isdisjoint(stop):
            is_wrapped = (
                first - line_start >= _WRAPPED_LINE
                and stop in ("\n", "\r\n")
                and _is_wrapped(text, line_start, first, last)
            )
            line_start = last
            if is_wrapped:
                continue
        elif not _ends_sentence(text, first, last):
            continue
        _append(text, start, last, sentences)
        start = last
    _append(text, start, len(text), sentences)
    return sentences


def _append(text: str, start: int, end: int, sentences: list[tuple[int, int]]) -> None:
    part = text[start:end]
    bare = part.lstrip()
    if not bare:
        return
    start = end - len(bare)
    bare = bare.rstrip()
    end = start + len(bare)
    if sentences and not bare[0].isalnum() and _SPOKEN.search(bare) is None:
        sentences[-1] = (sentences[-1][0], end)
    else:
        sentences.append((start, end))


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Say whether the stop at [start, end) ends a sentence: not after "Dr.", an initial, or before a small letter."""
    if text[start] in "。！？｡":
        return True
    after = text[end : end + 2]
    if after and not (after[0].isspace() or after[0] == MASK):
        return False
    # The usual case, without a regular expression: a long word before the stop, a blank and a capital after it.
    if after[1:].isupper() and (text[start] != "." or text[start - 5 : start].isalpha()):
        return True
    following = _NEXT_VISIBLE.match(text, end)
    if following and text[following.end() : following.end() + 1].islower():
        return False
    if text[start] != "." or end - start > 1:
        return True
    word = _LAST_WORD.search(text[max(0, start - 16) : start])
    last_word = word.group().casefold() if word else ""
    if len(last_word) > _LONGEST_ABBREVIATION and "." not in last_word:
        return True
    is_initial = len(last_word) == 1 and last_word.isalpha() and text[start - 1].isupper()
    is_day = last_word.isdecimal() and _MONTH.match(text, following.end() if following else end) is not None
    return not (last_word in _ABBREVIATIONS or is_initial or is_day or (len(last_word) > 2 and last_word[-2] == "."))


def _is_wrapped(text: str, line_start: int, line_end: int, next_start: int) -> bool:
    """Say whether a long line [line_start, line_end) goes on at `next_start`."""
    if text[line_end - 1] in ".!?:;|。":
        return False
    return text[line_start] not in "#|" and _BLOCK.match(text, next_start) is None
