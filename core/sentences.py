"""Where sentences begin and end, for the whole project: chunks, extractive answers and the grounding checker.

    split_sentences("Der Urlaub verfällt am 31. März. Danach nicht.")    [(0, 32), (33, 46)]

A stop ends a sentence unless a lower-case letter follows it, or it belongs to an abbreviation, an initial, an ordinal
or the number of a list item. Abbreviations are of three kinds, by what may follow them:

    joined         never the last word of a sentence: "Dr.", "e.g.", "bzw."; a title only with a capital: "Gov. Brown",
                   but "… is on cloud.gov. Write to …"
    before_number  an abbreviation before a number only: "No. 5", "Abs. 2", "Dec. 31"; "The answer is no." is none
    may_end        may be the last word: "Acme Inc. Germany", but "… to Acme Inc. The contract …". It is the last word
                   when a word follows that often begins a sentence

The lists were written for this project and tried on handbooks and reports. They are for English, German, French and
Spanish; a text in another or an unknown language is split with the union of the four. Chinese and Japanese stops end a
sentence without a blank.

This module imports nothing of the project, because the grounding checker is used alone.

Not covered: sentences without stops (Thai), sentences that begin with a lower-case letter after a stop, and a name that
is also a frequent first word ("Acme Inc. Los Angeles" in a text of unknown language).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import chain

# NUL stands for a masked character: the checker masks citation marks. It separates as a blank does.
_MASK = "\x00"
_WIDE_STOPS = "。！？｡"
_STOPS = ".!?…" + _WIDE_STOPS
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE_END_SET = frozenset(_LINE_ENDS)
_CLOSING = rf"(?:(?<=[{_WIDE_STOPS}])[」』”’）】》]++|[\"'“”’»«」』）)\]*_`]+(?=[\s{_MASK}]|\Z))?"
# Each begins with a set of characters, which is what the engine looks for fastest.
_STOP = re.compile(rf"[{_STOPS}]++{_CLOSING}")
_STOP_OR_LINE_END = re.compile(rf"[{_STOPS}{_LINE_ENDS}]++{_CLOSING}")
_CITATIONS = re.compile(r"(?:[ \t]?\[\d{1,4}(?:\s?[,;–-]\s?\d{1,4})*+\])++(?=\s|\Z)")
_SPOKEN = re.compile(r"[^\W_]")
# Not the marks of code and of links: a name in lower case may begin a sentence there.
_NEXT = re.compile(rf"[\s{_MASK}\"'“„«(*_]*+(\w*)")
# The last word with the short parts before it: "Chr" of "n. Chr", "d. R" of "i. d. R", "S" of "U.S".
_LAST_WORD = re.compile(r"(?:(?<!\w)\w{1,2}\.[ \u00a0]?)*\w+\Z")
_LONGEST_LAST_WORD = 24
_IN_ADDRESS = frozenset(".@/")
_AFTER_NUMBER = re.compile(r"\d\s*\Z")
_NUMBER = re.compile(rf"[\s{_MASK}\"'(*_]*+(?:[§#]|\d|[IVXLCM]{{2,}}\b|[B-HJ-Z]\b)")
# What follows the first stop of "J. R.", "z. B." and "v. Chr.".
_INITIAL = re.compile(r"[\s\"'(*_]*+(?:\w|Chr)\.")
_LONG_WORD = 8
"""Letters; no abbreviation has so many."""
_LEADERS = 5
"""Dots in a row that lead the eye to a page number. Four may be an ellipsis with a stop."""
_LONGEST_LIST_NUMBER = 4
"""Characters: "12" or "2.1"."""
_LONGEST_ORDINAL = 5
"""Characters: "31" or "31.12"."""

_BLOCK = re.compile(r"[ \t]*(?:[\-*+•|>#`~=]|\(?\w{1,3}[.)][ \t]|\Z|[\r\n])")
_WRAPPED_LINE = 50
"""Characters. A line this long that goes on in the next one was wrapped by an editor; shorter ones are items and
headings."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The words of a language, in lower case. `openers` begin many sentences; an ordinal follows `before_ordinal`."""

    titles: frozenset[str]
    joined: frozenset[str]
    before_number: frozenset[str]
    may_end: frozenset[str]
    openers: frozenset[str]
    before_ordinal: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _Rules(
    titles=_words("ms messrs rev hon gen col capt lt sgt gov sen rep mt ft"),
    joined=_words("mr mrs dr prof e.g i.e eg ie cf viz vs v approx a.k.a"),
    before_number=_words(
        """
        no nos nr p pp par para sec sect art ch chap vol fig figs eq eqs tab ed ext tel ref app cl reg rev ver max min
        jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
        """
    ),
    may_end=_words("inc ltd co corp llc plc bros jr sr st ave rd blvd dept est al incl excl u.s u.k u.n e.u ph.d"),
    openers=_words(
        """
        the this that these those it he she they we you i if in on at when while for to as but and or so there then
        however a an all any no not our your my his her its their what who where why how please after before with from
        by once each every both some most many
        """
    ),
)
_GERMAN = _Rules(
    titles=_words("hr hrn fr dipl ing hl"),
    joined=_words(
        """
        dr prof z.b d.h d.i u.u i.d.r i.a i.v m.e v.a s.o s.u o.g o.ä u.ä h.c ca bzw inkl med phil jur rer nat wg zw od
        exkl zzgl abzgl einschl evtl ggf vgl sog allg ehem urspr insb insbes lt geb gest betr bzgl
        """
    ),
    before_number=_words(
        """
        gem abs art nr nrn ziff rn rdnr rdn buchst kap abb tab bd bde anm aufl s seite pkt tel fax plz str hausnr mind
        abschn anl lfd vers jan feb mrz mär apr jun jul aug sep sept okt nov dez mo di mi do sa so
        """
    ),
    may_end=_words(
        """
        mio mrd tsd std min sek tgl jh jhd jhdt u.a u.v.m chr p.a a.d e.v b.v max verh hrsg gmbh co st
        """
    ),
    openers=_words(
        """
        der die das den dem des ein eine einen einem einer es er sie wir ihr ich du man in im am an auf aus bei bis für
        mit nach seit von vom vor zu zum zur wenn wer was wo wie warum weil dass ob als da dann danach dabei dazu dafür
        daher deshalb dies diese dieser dieses diesen jede jeder jedes alle alles auch aber und oder nur noch nicht kein
        keine bitte hier dort ab falls sonst außerdem zudem jedoch damit davor während über unter ohne durch um gegen
        """
    ),
    before_ordinal=_words(
        """
        am im zum vom beim bis ab seit der die das dem den des ein eine einen einem einer eines jeder jede jedes jeden
        jedem dieser diese dieses diesem diesen und oder sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer
        unser unsere unserem unseren unserer mein meine meinem meinen meiner zur
        """
    ),
)
_FRENCH = _Rules(
    titles=_words("mm mme mmes mlle mlles mgr pr ste"),
    joined=_words("dr cf p.ex env av ap"),
    before_number=_words(
        """
        art arts p pp chap vol t tél fig ex no nos n al par sect tab ann bd boul janv févr avr juil sept oct nov
        déc lun mar mer jeu ven sam dim
        """
    ),
    may_end=_words("cie sté s.a st hab éd"),
    openers=_words(
        """
        le la les l un une des du de il elle ils elles on nous vous je tu ce cet cette ces cela ça en dans sur sous par
        pour avec sans si quand qui que où comment pourquoi mais et ou donc son sa ses leur notre votre tout toute tous
        aucun aucune chaque après avant depuis pendant lorsque puis ensuite à au aux voir
        """
    ),
)
_SPANISH = _Rules(
    titles=_words("sra sres sras srta dña dra dres lic ing av avda"),
    joined=_words("dr prof gral p.ej ej cf vs aprox"),
    before_number=_words(
        """
        art arts p pp pág págs núm núms nro n cap caps vol tomo fig ed tel tfno apdo ap máx mín ene feb abr may
        jun jul ago sept set oct nov dic
        """
    ),
    may_end=_words("sr ud uds vd vds ee uu s.a s.l a.c d.c cía incl"),
    openers=_words(
        """
        el la los las lo un una unos unas es son en de del a al por para con sin si cuando quien que qué cómo dónde pero
        y o no se su sus este esta estos estas esto ese esa eso todo todos cada hay después antes luego entonces también
        nuestro nuestra usted ustedes ellos ella él nosotros yo
        """
    ),
)
_LANGUAGES: Mapping[str, _Rules] = {
    "english": _ENGLISH,
    "german": _GERMAN,
    "french": _FRENCH,
    "spanish": _SPANISH,
}
_TIMES = _words("a.m p.m")
# What may follow a time within a sentence: "8 a.m. Monday"; any other word with a capital begins one.
_AFTER_TIME = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december eastern central mountain pacific et est edt ct cst cdt mt mst mdt pt pst pdt gmt utc bst
    cet
    """
)
_MONTHS = _words(
    """
    january february march april may june july august september october november december
    januar jänner februar märz mai juni juli oktober dezember
    jan feb mär mrz mar apr jun jul aug sep sept okt oct nov dez dec
    """
)
# These begin sentences, too: "5. May 2025", but "It costs 30. May I …".
_AMBIGUOUS_MONTHS = _words("may march mar")
_YEAR = re.compile(r"[.,]?\s+\d{4}\b")
# Abbreviations in "max. Länge" and "5 Min. Pause", other words in "Ask Max. Bring …" and "It takes 5 min. Submit …".
_WORDS_TOO = _words("max min")
# Parts of names that are also first words: "R. De Niro".
_NAME_PARTICLES = _words("de del des du la le el los las al van von")


def split_sentences(
    text: str, start: int = 0, end: int | None = None, *, language: str | None = None, wrapped: bool = False
) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of `text[start:end]`, in order and trimmed of white space.

    The ranges are half-open and count from the beginning of `text`. Every character but white space is in one of them:
    a piece without letters or digits (a stray mark, a rule below a table's header) belongs to the sentence before it,
    and so does a citation after the stop. The time is linear in the length.

    `language` is an English name in lower case. Chunks, answers and the checker leave it out, because a domain may have
    documents in several languages. `wrapped` says that a line break is a blank, as in a paragraph of Markdown. Without
    it a line break ends a sentence unless the line looks wrapped: long, without a final stop, and followed by plain
    text.
    """
    part = text[start:end] if start or end is not None else text
    rules = _rules(language if language in _LANGUAGES else None)
    sentences: list[tuple[int, int]] = []
    begin = line_start = 0
    for match in (_STOP if wrapped else _STOP_OR_LINE_END).finditer(part):
        first, last = match.span()
        stop = match[0]
        if not wrapped and not _LINE_END_SET.isdisjoint(stop):
            goes_on = stop in ("\n", "\r\n") and _is_wrapped(part, line_start, first, last)
            line_start = last
            if goes_on:
                continue
        elif not _ends_sentence(part, begin, first, last, rules):
            continue
        elif cited := _CITATIONS.match(part, last):
            last = cited.end()
        _append(part, begin, last, sentences)
        begin = last
    _append(part, begin, len(part), sentences)
    return [(start + first, start + last) for first, last in sentences] if start else sentences


@cache
def _rules(language: str | None) -> _Rules:
    """Return the rules of a language; None stands for the union of all."""
    if language is not None:
        return _LANGUAGES[language]
    return _Rules(**{field.name: _union(field.name) for field in fields(_Rules)})


def _union(name: str) -> frozenset[str]:
    words: Iterable[frozenset[str]] = (getattr(rules, name) for rules in _LANGUAGES.values())
    return frozenset(chain.from_iterable(words))


def _append(text: str, start: int, end: int, sentences: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    bare = piece.lstrip()
    if not bare:
        return
    start = end - len(bare)
    bare = bare.rstrip()
    end = start + len(bare)
    if sentences and not bare[0].isalnum() and _SPOKEN.search(bare) is None:
        sentences[-1] = (sentences[-1][0], end)
    else:
        sentences.append((start, end))


def _ends_sentence(text: str, begin: int, start: int, end: int, rules: _Rules) -> bool:
    """Say whether the stop at [start, end) ends the sentence that begins at `begin` or after the blanks there."""
    if text[start] in _WIDE_STOPS:
        return True
    after = text[end : end + 2]
    if after and not (after[0].isspace() or after[0] == _MASK or _CITATIONS.match(text, end)):
        return False
    # The usual case, without a regular expression: a long word before the stop, a blank and a capital after it.
    if start >= _LONG_WORD and after[1:].isupper() and text[start - _LONG_WORD : start].isalpha():
        return True
    following = _NEXT.match(text, end)
    if following is None or following[1][:1].islower():
        return following is None
    if text[start] != "." or end - start > 1:
        return not text.startswith("." * _LEADERS, start, end)
    return not _belongs_to_word(text, begin, start, following, rules)


def _belongs_to_word(text: str, begin: int, stop: int, following: re.Match[str], rules: _Rules) -> bool:
    """Say whether the full stop at `stop` belongs to an abbreviation, an initial, an ordinal or a list number."""
    found = _LAST_WORD.search(text[max(0, stop - _LONGEST_LAST_WORD) : stop])
    if found is None:
        return False
    raw = found[0]
    if text[max(0, stop - len(raw) - 1) : stop - len(raw)] in _IN_ADDRESS:
        return False
    whole = raw.replace(" ", "").replace("\u00a0", "").strip("_").casefold()
    last = whole.rpartition(".")[2]
    if last.isdecimal():
        token = raw.replace("\u00a0", " ").rpartition(" ")[2]
        number = token if token.replace(".", "").isdecimal() else last
        return _is_ordinal_or_list_number(text, begin, stop, number, following, rules)
    if whole in rules.joined or last in rules.joined or (last in rules.titles and raw[0].isupper()):
        return True
    if _is_before_number(last, rules) and _NUMBER.match(text, stop + 1):
        return True
    next_word = following[1].casefold()
    if not next_word or _is_cited(text, stop + 1):
        # The end of a text or of a table's cell, or the mark of an item.
        return text.startswith("|", following.end())
    if whole in _TIMES:
        return next_word in _AFTER_TIME
    if whole in rules.may_end or last in rules.may_end:
        before = text[max(0, stop - len(raw) - 3) : stop - len(raw)]
        is_other_word = last in _WORDS_TOO and raw[0].isupper() != bool(_AFTER_NUMBER.search(before))
        return next_word not in rules.openers and not is_other_word
    if len(last) > 1 or not last.isalpha():
        return False
    precedes_initial = _INITIAL.match(text, stop + 1) is not None
    if "." in whole:
        return precedes_initial or next_word not in rules.openers
    if not precedes_initial and (not raw.isupper() or next_word.isdecimal()):
        return False
    return precedes_initial or next_word not in rules.openers - _NAME_PARTICLES


def _is_before_number(word: str, rules: _Rules) -> bool:
    # German writes streets in one word: "Hauptstr. 5".
    return word in rules.before_number or (word.endswith("str") and "str" in rules.before_number)


def _is_cited(text: str, end: int) -> bool:
    """Say whether a citation follows, which is written after the end of a sentence."""
    return text.startswith((_MASK, " " + _MASK), end) or _CITATIONS.match(text, end) is not None


def _is_ordinal_or_list_number(
    text: str, begin: int, stop: int, number: str, following: re.Match[str], rules: _Rules
) -> bool:
    before = text[max(begin, stop - _LONGEST_LAST_WORD) : stop - len(number)]
    if stop - begin <= _LONGEST_LAST_WORD and not before.strip():
        return len(number) <= _LONGEST_LIST_NUMBER
    next_word = following[1].casefold()
    if not next_word or _is_cited(text, stop + 1):
        return False
    if next_word in _MONTHS:
        return next_word not in _AMBIGUOUS_MONTHS or _YEAR.match(text, following.end()) is not None
    words = before.split()
    follows_article = bool(words) and words[-1].casefold() in rules.before_ordinal
    return len(number) <= _LONGEST_ORDINAL and follows_article and next_word not in rules.openers


def _is_wrapped(text: str, line_start: int, line_end: int, next_start: int) -> bool:
    """Say whether the line [line_start, line_end) goes on at `next_start`."""
    if line_end - line_start < _WRAPPED_LINE or text[line_end - 1] in ".!?:;|。":
        return False
    return text[line_start] not in "#|" and _BLOCK.match(text, next_start) is None
