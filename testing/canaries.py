"""A corpus in which every name, heading and paragraph has a word of its own, and the documents have different readers.

Where such a word, a canary, turns up in what somebody gets, it shows which document it comes from.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.index import Bm25Encoder
from core.permissions import Readers
from core.types import SparseVector, Vectors
from testing.hash_embedder import HashEmbedder

RULES = """
[[permissions]]
path = "hr"
groups = ["hr"]

[[permissions]]
path = "hr/board"
groups = ["hr", "board"]

[[permissions]]
path = "engineering/**"
groups = ["engineering"]
"""
"""Of domain.toml, for the folders of the corpus."""
CANARY = re.compile(r"\bzq[a-z]{7}\b", re.IGNORECASE)
_TOPICS = {
    "leave": ("annual leave", "days", "take unused leave later", "the calendar year", "a request to the manager"),
    "laptops": ("a laptop", "years", "replace a broken laptop", "the warranty period", "a ticket to the desk"),
    "travel": ("a business trip", "EUR", "claim the cost of a trip", "the month after the trip", "a receipt"),
    "pay": ("the salary", "percent", "raise the salary", "the first quarter", "a review by the manager"),
}
_READERS: Sequence[tuple[str, str, frozenset[str]]] = (
    ("open", "", frozenset()),
    ("hr", "rule", frozenset({"hr"})),
    ("hr/board", "rule", frozenset({"hr", "board"})),
    ("engineering/docs", "rule", frozenset({"engineering"})),
    ("open", "sidecar", frozenset({"board"})),
    ("open", "matter", frozenset({"engineering", "hr"})),
    ("hr", "sidecar", frozenset()),
)
"""Folder, where the groups are written, and the groups."""


@dataclass(frozen=True)
class CanaryDocument:
    """A document of the corpus: its text, the groups that may read it, and its canaries."""

    id: str
    text: str
    groups: frozenset[str]
    sidecar: str | None = None

    @property
    def canaries(self) -> frozenset[str]:
        """The canaries of its name and its text."""
        return canaries_in(self.id) | canaries_in(self.text)


class NoisyEmbedder(HashEmbedder):
    """Adds a little that is different for every text: no two cosines are equal, which an engine orders as it likes."""

    name = "noisy-hash-embedder"

    def embed(self, texts: Sequence[str], report: ReportEmbedded = ignore_embedded) -> Vectors:
        """See Embedder."""
        vectors = super().embed(texts, report)
        noise = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension) for text in texts]
        mixed = vectors + 0.02 * np.array(noise, dtype=np.float32).reshape(vectors.shape)
        normalised: Vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return normalised


class NoisyBm25(Bm25Encoder):
    """Changes the weights of every text a little, for the same reason."""

    def document(self, text: str) -> SparseVector:
        """See Bm25Encoder."""
        exact = super().document(text)
        noise = np.random.default_rng(zlib.crc32(text.encode())).uniform(1.0, 1.02, size=len(exact.values))
        return SparseVector(exact.indices, tuple((np.array(exact.values) * noise).tolist()))


def canaries_in(text: str) -> frozenset[str]:
    """Return the canaries in a text, in lower case."""
    return frozenset(found.lower() for found in CANARY.findall(text))


def canary_corpus(seed: int = 17) -> list[CanaryDocument]:
    """Return the corpus: every topic for every kind of readers, with contradictions, copies and near-duplicates."""
    made = _Maker(random.Random(seed))
    documents = [made.document(folder, kind, groups, topic) for topic in _TOPICS for folder, kind, groups in _READERS]
    shared = made.paragraph("leave") + made.paragraph("travel")
    hr, engineering = frozenset({"hr"}), frozenset({"engineering"})
    # The same bytes for other readers and for the same ones; nobody reads two of the first, whose scores are equal.
    copies = [
        CanaryDocument(f"{folder}/{made.canary()} page.md", f"# Shared page\n\n{shared}", groups)
        for folder, groups in [("hr", hr), ("engineering/docs", engineering), ("hr/copies", hr)]
    ]
    # Almost the same, with titles that only these readers know, each of another length.
    near = [("open", frozenset[str]()), ("hr/board", frozenset({"hr", "board"})), ("hr", hr)]
    for number, (folder, groups) in enumerate(near, start=1):
        title = f"# Nearly shared {made.canary()}{' again' * number}"
        copies.append(CanaryDocument(f"{folder}/{made.canary()} near.md", f"{title}\n\n{shared}", groups))
    return [*documents, *copies]


def pages_of(documents: Sequence[CanaryDocument]) -> dict[str, str]:
    """Return the files of documents by their paths, with the permissions files."""
    pages = {document.id: document.text for document in documents}
    return pages | {f"{one.id}.access.toml": one.sidecar for one in documents if one.sidecar is not None}


def readable_by(documents: Sequence[CanaryDocument], readers: Readers) -> list[CanaryDocument]:
    """Return the documents that somebody may read."""
    return [document for document in documents if readers.may_read(document.groups)]


def forbidden_to(documents: Sequence[CanaryDocument], readers: Readers) -> frozenset[str]:
    """Return the canaries that somebody must not get: those of other documents, and of none that they may read."""
    visible = {canary for document in readable_by(documents, readers) for canary in document.canaries}
    return frozenset(canary for document in documents for canary in document.canaries) - visible


def random_question(choose: random.Random, documents: Sequence[CanaryDocument]) -> str:
    """Return a question about anything in the corpus: whole sentences of it, single words, misspelt canaries."""
    document = choose.choice(documents)
    subject, _, act, when, needed = choose.choice([*_TOPICS.values()])
    canary = choose.choice(sorted(document.canaries))
    at = choose.randrange(3, len(canary))
    misspelt = canary[:at] + canary[at + 1 :]
    words = CANARY.sub("", document.text.strip().split("\n\n")[-1]).split()
    return choose.choice(
        [
            f"How do I {act}?",
            f"What is needed for {subject}?",
            f"Who approves {needed} in {when}?",
            f"What is {misspelt}?",
            f"Is {subject} part of {misspelt} in {when}?",
            "What is the limit?",
            "How do I get help?",
            " ".join(choose.sample(words, min(6, len(words)))),
            " ".join(words[:14]),
        ]
    )


class _Maker:
    """Makes documents of different lengths: chunks of one length may have equal scores, too."""

    def __init__(self, choose: random.Random) -> None:
        self._choose = choose
        self._used: set[str] = set()
        self._length = 0

    def canary(self) -> str:
        while True:
            word = "zq" + "".join(self._choose.choice("aeiou" if at % 2 else "bcdfghjklmnprtvw") for at in range(7))
            if word not in self._used:
                self._used.add(word)
                return word

    def paragraph(self, topic: str) -> str:
        subject, unit, act, when, needed = _TOPICS[topic]
        self._length += 1
        filler = " ".join(f"note{number}" for number in range(self._length))
        amount = self._choose.randrange(2, 90)
        return (
            f"For {subject} the limit is {amount} {unit} in {when} ({self.canary()}). To {act} one needs {needed}; "
            f"see {filler}.\n\n"
        )

    def document(self, folder: str, kind: str, groups: frozenset[str], topic: str) -> CanaryDocument:
        """A name, a heading and two sections, each with its canary."""
        listed = ", ".join(sorted(groups))
        body = (
            f"# {topic.capitalize()} {self.canary()}\n\n{self.paragraph(topic)}"
            f"## Exceptions {self.canary()}\n\n{self.paragraph(topic)}{self.paragraph(topic)}"
        )
        matter = f"---\naccess_groups: [{listed}]\n---\n" if kind == "matter" else ""
        quoted = ", ".join(f'"{group}"' for group in sorted(groups))
        sidecar = f"groups = [{quoted}]\n" if kind == "sidecar" else None
        return CanaryDocument(f"{folder}/{self.canary()} {topic}.md", matter + body, groups, sidecar)
