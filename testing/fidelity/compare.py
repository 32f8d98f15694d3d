"""Compare the text that a tool read with what the document displays, token by token.

The markup of tables, headings, lists and emphasis is nobody's text and is ignored. Superscripts and marks of notes are
brought to one form (`10^6`, `10⁶`, `10<sup>6</sup>`; `[^1]`, `[[1]](#footnote-1)`, `¹`), for every tool alike.

Tokens are what blanks separate. Each expected token is found unchanged, `escaped` (right after Markdown's escapes and
character references are resolved, or with emphasis marks), or wrong in one way:

    lost       not in the reading
    altered    changed: characters differ or are missing
    glued      joined with a neighbour
    split      cut by a blank
    reordered  read, but out of order

`added` are tokens that nobody wrote, `leaked` those that must not be read (deleted, hidden).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise
from typing import Literal

from testing.fidelity.model import Piece

Fault = Literal["lost", "altered", "glued", "split", "reordered", "escaped", "added", "leaked"]
WRONG: tuple[Fault, ...] = ("lost", "altered", "glued", "split")

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
_RAISED_RUN = re.compile(f"[{''.join(_RAISED)}]+")
# Applied in this order, to what is expected and to what is read.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->", re.DOTALL), " "),
    (re.compile(r"<br ?/?>"), " "),
    (re.compile(r"^[ \t]*\[\^[\w-]+\]: ?", re.MULTILINE), ""),
    (re.compile(r"[ \u00a0]?\[\^[\w-]+\]"), "^note"),
    (re.compile(r"\[?\[\w+\]\]?\(#[^)\s]*note[^)\s]*\)"), "^note"),
    (re.compile(r"\[↑\]\(#[^)\s]*\)"), ""),
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\((?:https?:|mailto:|#)[^)\s]*\)"), r"\1"),
    (re.compile(r"<sup>([^<]*)</sup>"), r"^\1"),
    (re.compile(r"<sub>([^<]*)</sub>"), r"\1"),
    (re.compile(r"\$?\^\{([^}\n]*)\}\$?"), r"^\1"),
    (re.compile(r"\^\(([^)\n]{1,4})\)"), r"^\1"),
    (re.compile(r"\^([\w+-]{1,4})\^"), r"^\1"),
    (re.compile(r"(?<=\w)~([\w+-]{1,4})~"), r"\1"),
    (re.compile(r"\^(?=(?:st|nd|rd|th|TM)\b)"), ""),
    (re.compile(r"(?<=\w)_\{?(\d+)\}?(?=\W|$)"), r"\1"),
    (re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*#{1,6}[ \t]+", re.MULTILINE), ""),
)
_MARKUP = re.compile(r"[|*#+•·▪◦‣–—\-_=~`>:]+")
_SIGNS = ("<", ">", "&")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPHASIS = "*_`~"


@dataclass(frozen=True, slots=True)
class Finding:
    """A token that is not as it should be. `read`: what the reading has in its place, if anything."""

    construct: str
    fault: Fault
    expected: str
    read: str = ""

    def __str__(self) -> str:
        return f"{self.construct}: {self.fault} {self.expected!r}" + (f", read {self.read!r}" if self.read else "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The number of expected tokens by construct, and the findings."""

    tokens: Counter[str] = field(default_factory=Counter)
    findings: tuple[Finding, ...] = ()

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(self.tokens + other.tokens, self.findings + other.findings)

    def count(self, faults: Iterable[Fault], construct: str | None = None) -> int:
        """Return how many tokens have one of the faults."""
        wanted = set(faults)
        return sum(f.fault in wanted and construct in (None, f.construct) for f in self.findings)

    def per_10000(self, faults: Iterable[Fault], construct: str | None = None) -> float:
        """Return the faults in 10,000 expected tokens; faults of a construct that expects none count as they are."""
        tokens = self.tokens[construct] if construct else self.tokens.total()
        return 10_000 * self.count(faults, construct) / max(tokens, 1)


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text in the common form, without markup."""
    for pattern, form in _FORMS:
        text = pattern.sub(form, text)
    text = _RAISED_RUN.sub(lambda run: "^" + "".join(_RAISED[sign] for sign in run.group()), text)
    text = text.translate(_LOWERED).replace("\u2011", "-").replace("™", "TM").replace("^\u2212", "^-")
    tokens = (_without_bars(token) for token in unicodedata.normalize("NFC", text).split())
    return [token for token in tokens if (token and not _MARKUP.fullmatch(token.replace("\\", ""))) or token in _SIGNS]


def _without_bars(token: str) -> str:
    """Remove the bars of a table that touch a token."""
    return token if set(token) == {"|"} else re.sub(r"^\|+|(?<!\\)\|+$", "", token)


def plain(token: str) -> str:
    """Resolve Markdown's escapes and character references, and remove emphasis marks around a token."""
    resolved = html.unescape(_BACKSLASH.sub(r"\1", token))
    stripped = resolved.replace("**", "").replace("__", "")
    return stripped.strip(_EMPHASIS) if stripped.strip(_EMPHASIS) else resolved


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An expected token with its construct."""

    token: str
    construct: str


def compare(text: str, pieces: Sequence[Piece]) -> Comparison:
    """Compare a reading with what it must hold."""
    flow = [_Wanted(token, piece.construct) for piece in pieces if piece.order == "flow" for token in _expected(piece)]
    sides = [piece for piece in pieces if piece.order != "flow" and piece.expected]
    known = {wanted.token for wanted in flow} | {token for piece in sides for token in _expected(piece)}
    also = {form: token for piece in pieces for token, form in piece.also if form not in known}
    for token in known:
        if "^note" in token:
            # The label may be written as a plain superscript.
            also |= {token.replace("^note", f"^{label}"): token for label in _LABELS}
    found: list[Finding] = []
    counted = Counter(wanted.construct for wanted in flow)
    read = []
    constructs = {token: piece.construct for piece in pieces for token in _expected(piece)}
    for token in tokens_of(text):
        form = also.get(token, token)
        if form not in known and (resolved := _resolved(form, known, also)) is not None:
            found.append(Finding(constructs.get(resolved, ""), "escaped", resolved, form))
            form = resolved
        read.append(form)
    taken: set[int] = set()
    missing: list[_Wanted] = []
    for piece in sides:
        expected = _expected(piece)
        counted[piece.construct] += len(expected)
        found.extend(_side(piece, expected, read, taken, missing))
    rest = [index for index in range(len(read)) if index not in taken]
    matched = _aligned([wanted.token for wanted in flow], [read[index] for index in rest])
    taken.update(rest[index] for index in matched.values())
    missing.extend(wanted for number, wanted in enumerate(flow) if number not in matched)
    left = [read[index] for index in range(len(read)) if index not in taken]
    found.extend(_explain(missing, left, [wanted.token for wanted in flow]))
    found.extend(_absent(text, pieces))
    found.extend(_added(left, pieces))
    return Comparison(counted, tuple(found))


_LABELS = (*map(str, range(1, 60)), "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "*", "a", "b", "c")


def _expected(piece: Piece) -> list[str]:
    return tokens_of(piece.expected)


def _resolved(token: str, known: set[str], also: dict[str, str]) -> str | None:
    for form in (plain(token), html.unescape(_BACKSLASH.sub(r"\1", token))):
        for whole in tokens_of(form) if form != token else ():
            if also.get(whole, whole) in known:
                return also.get(whole, whole)
    return None


def _side(
    piece: Piece, expected: list[str], read: list[str], taken: set[int], missing: list[_Wanted]
) -> Iterator[Finding]:
    """Take the tokens of a piece that has its own order out of the reading."""
    places: list[int] = []
    free: dict[str, list[int]] = defaultdict(list)
    wanted = set(expected)
    for index, token in enumerate(read):
        if token in wanted and index not in taken:
            free[token].append(index)
    for token in expected:
        if not free[token]:
            missing.append(_Wanted(token, piece.construct))
            continue
        after = [index for index in free[token] if not places or index > places[-1]]
        place = after[0] if after else free[token][0]
        free[token].remove(place)
        taken.add(place)
        if places and place < places[-1] and piece.order == "own":
            yield Finding(piece.construct, "reordered", token)
        places.append(place)


def _aligned(expected: list[str], read: list[str]) -> dict[int, int]:
    matcher = SequenceMatcher(a=expected, b=read, autojunk=False)
    return {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def _explain(missing: list[_Wanted], left: list[str], flow: list[str]) -> Iterator[Finding]:
    """Say what became of each missing token, and take its remains out of what is `left`."""
    neighbours = defaultdict(set)
    for before, after in pairwise(flow):
        neighbours[before].add(after)
        neighbours[after].add(before)
    remains: set[str] = set()
    lost: list[_Wanted] = []
    for wanted in missing:
        token = wanted.token
        if token in left:
            left.remove(token)
            yield Finding(wanted.construct, "reordered", token)
            continue
        holders = [other for other in left if len(other) > len(token) and token in other and len(token) > 2]
        pair = next((other for other in holders if any(n in other for n in neighbours[token] if len(n) > 1)), None)
        if pair is not None:
            remains.add(pair)
            yield Finding(wanted.construct, "glued", token, pair)
        elif holders:
            remains.add(holders[0])
            yield Finding(wanted.construct, "altered", token, holders[0])
        elif (parts := _parts(token, left)) is not None:
            del left[parts[0] : parts[1]]
            yield Finding(wanted.construct, "split", token)
        else:
            lost.append(wanted)
    left[:] = [token for token in left if token not in remains]
    for wanted in lost:
        near = get_close_matches(wanted.token, left, 1, 0.6) if len(wanted.token) > 2 else []
        base, raised, _ = wanted.token.partition("^")
        near = near or [token for token in left if raised and base and token.startswith(base)]
        if near:
            left.remove(near[0])
            yield Finding(wanted.construct, "altered", wanted.token, near[0])
        else:
            yield Finding(wanted.construct, "lost", wanted.token)


def _parts(token: str, left: list[str]) -> tuple[int, int] | None:
    """Return the range of adjacent tokens that make up the token."""
    for begin, first in enumerate(left):
        if len(first) < len(token) and token.startswith(first):
            joined = ""
            for end in range(begin, min(begin + 8, len(left))):
                joined += left[end]
                if joined == token:
                    return begin, end + 1
                if not token.startswith(joined):
                    break
    return None


def _absent(text: str, pieces: Sequence[Piece]) -> Iterator[Finding]:
    read = set(map(plain, tokens_of(text)))
    for piece in pieces:
        for token in tokens_of(piece.absent):
            if token in read or (len(token) > 4 and token in text):
                yield Finding(piece.construct, "leaked", token)


def _added(left: list[str], pieces: Sequence[Piece]) -> Iterator[Finding]:
    """Report what nobody wrote. The copies of merged cells and the forms of what must not be read are no additions."""
    repeated = {token for piece in pieces if piece.repeats for token in _expected(piece)}
    absent = {token for piece in pieces for token in tokens_of(piece.absent)}
    optional = Counter(token for piece in pieces for token in tokens_of(piece.optional))
    for token in left:
        bare = plain(token)
        if token in repeated or bare in absent or token in _SIGNS:
            continue
        if optional[bare] > 0:
            optional[bare] -= 1
            continue
        construct = next((p.construct for p in pieces if bare in tokens_of(p.expected + " " + p.optional)), "all")
        yield Finding(construct, "added", "", token)
