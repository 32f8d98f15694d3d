"""Make the candidates of a group: questions about its passages, with the answers that the student is to give."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from app.answer.types import Passage, Question
from app.grounding.text.language import Language
from core.types import Message
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.screen import stems
from evals.distill.data.corpus import Corpus
from evals.distill.data.filters import Candidate, Place
from evals.distill.data.group import Group, Said, group_of
from evals.distill.data.kinds.compare import comparison
from evals.distill.data.kinds.conflict import Contradicted, contradicted_in, has_number
from evals.distill.data.kinds.details import absent_questions, present_questions
from evals.distill.data.kinds.follow_up import follow_up
from evals.distill.data.kinds.not_shown import not_shown
from evals.distill.data.kinds.yes_no import Decision, begins_with, decide, whether
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import ask_about, ask_by_topic
from evals.distill.data.questions.other import ask_in
from evals.distill.data.questions.templates import answers, asked_by
from evals.distill.data.questions.wording import Wording
from evals.distill.data.search import Search
from serving.distill.examples import ExampleSplit, TrainingExample

_MOST_ANSWERS = 7
"""Questions of a group that its passages answer, one about a statement."""
_LEADING_SHARE = 0.9
"""Of them, about the leading passage: of the questions that people wrote about two handbooks, the first passage that is
found answers .68 and .75 of those that any shown passage answers, and most other kinds of example are about any of
them. Two students of examples in which each of five passages answered about a fifth cited the first one in 22 and 16 of
40 questions that it answers."""
_MOST_DETAILS = 2
"""Questions of a group about details that its leading passage has. A form in which a detail is asked for is refused no
more often than it is answered: a student for which it is mostly refused learns to refuse the form."""
_VARIANTS, _SHARED = 8, (0.0, 0.45)
"""Questions about a statement of which one is chosen, and the bounds of the share of its content words that the answer
is to have: of the questions that people wrote about a handbook, half have a quarter or less."""
_DOUBT = 0.02
"""Cosine by which another statement may be nearer to a question than the one that it is about."""
_MOST_ASKED = 3
"""Questions about one statement in all groups."""
_REFUSED = 0.25
"""Share of the groups with a question about a passage that is not shown. With the absent details less than a tenth of
the examples are refusals: of 359 in 2,400 (15%) a student refused 20 of 33 answerable development questions about the
18F handbook. The app refuses most of what nothing answers before the model is asked, so that fewer are needed than are
asked."""
_COMPARED, _FOLLOWED, _DECIDED = 0.25, 0.25, 0.5
"""Shares of the groups with a comparison, with a follow-up, and with a question that is answered by yes or no."""
_MOST_CONTRADICTED, _CONFLICT_QUESTIONS = 3, 3
"""Statements of a group, and questions about each, with which a conflict is tried: few numbers make one, and few
questions find both passages."""
_OF_NUMBERS = ("words: count", "words: amount", "words: time")
"""Templates of the questions that a conflict of two numbers is asked with."""
_LIGHTLY = Wording({})
"""Of a question that is answered by yes or no, whose sense another word of the documents may turn round."""


@dataclass(slots=True)
class Maker:
    """Makes candidates, and remembers how often each statement was asked about, and which numbers were changed.

    refusal     the domain's, which the prompt contains
    validation  ids of the documents whose groups are for validation
    proposals   questions of the templates of drafted cases, by document
    """

    corpus: Corpus
    search: Search
    refusal: str
    validation: frozenset[str]
    draw: random.Random
    wording: Wording
    proposals: Mapping[str, Sequence[Proposal]]
    _asked: Counter[Place] = field(default_factory=Counter)
    _changed: set[Place] = field(default_factory=set)
    _more_answered: Counter[str] = field(default_factory=Counter)
    """Of each form of a detail, how much more often it was answered than refused."""
    _proposed_before: set[str] = field(default_factory=set)

    def candidates(self, group: Group) -> Iterator[Candidate]:
        """Yield the candidates of a group; none where its leading passage says nothing.

        Raises IndexFault or EmbeddingError.
        """
        if not any(said.passage.index == group.leading + 1 for said in group.said):
            return
        for asked, question, said in self._unambiguous(group):
            self._asked[said.statement.place] += 1
            yield self._answered(group, asked, [said], question)
        if self._language(group.passages[group.leading].chunk.document_id) == "en":
            yield from self._by_rules_of_kinds(group)

    def _by_rules_of_kinds(self, group: Group) -> Iterator[Candidate]:
        """Yield the candidates of the kinds that have rules of their own, which are English."""
        if self.draw.random() < _COMPARED and (compared := comparison(group, self.corpus, self.draw)):
            asked, both = compared
            yield self._answered(group, asked, both)
        if self.draw.random() < _FOLLOWED and (followed := follow_up(group, self.corpus, self.wording, self.draw)):
            asked, said = followed
            yield self._answered(group, asked, [said])
        for asked, said in islice(self._details(group), _MOST_DETAILS):
            self._asked[said.statement.place] += 1
            self._more_answered[asked.template.removeprefix("detail: ")] += 1
            yield self._answered(group, asked, [said])
        if self.draw.random() < _DECIDED and (decided := whether(group, self.draw)):
            asked, said = decided
            if self._asked[said.statement.place] < _MOST_ASKED:
                self._asked[said.statement.place] += 1
                yield self._answered(group, asked, [said], _LIGHTLY.reworded(asked.text, self.draw))
        if conflicting := self._conflicting(group):
            yield conflicting
        if self.draw.random() < _REFUSED and (refused := self._about_near(group)):
            yield refused
        for asked in absent_questions(group, self.corpus, self.draw):
            form = asked.template.removeprefix("absent: ")
            if self._more_answered[form] > 0:
                self._more_answered[form] -= 1
                question = Question(self._worded(asked))
                yield self.made(group, asked, question, self.refusal, (), refused=True)
                break

    def _details(self, group: Group) -> Iterator[tuple[Asked, Said]]:
        """Yield questions about details that a statement of the leading passage has."""
        for asked, said in present_questions(group, self.corpus, self.draw):
            if said.passage.index == group.leading + 1 and self._asked[said.statement.place] < _MOST_ASKED:
                yield asked, said

    def _proposed(self, group: Group) -> Iterator[tuple[Asked, Said]]:
        """Yield the questions of templates that statements of the group answer, each once in all groups."""
        for document in dict.fromkeys(said.statement.place.document_id for said in group.said):
            for proposal in self.proposals.get(document, ()):
                found = [said for said in group.said if answers(said.statement, proposal)]
                if proposal.question not in self._proposed_before and found:
                    self._proposed_before.add(proposal.question)
                    # The latest one begins with what is asked for; those before it have it in what they go on with.
                    said = max(found, key=lambda one: one.statement.place.start)
                    yield asked_by(proposal, said.statement), said

    def _about_statements(self, group: Group) -> Iterator[tuple[Asked, str, Said]]:
        """Yield questions with their wording, each with as many words of its answer as questions of readers have."""
        for said in self._chosen(group):
            worded = [(asked, self._worded(asked)) for asked in islice(self._questions(said, group), _VARIANTS)]
            if worded:
                share = self.draw.uniform(*_SHARED)
                asked, text = min(worded, key=lambda one: abs(self._shared(one[1], said) - share))
                yield asked, text, said

    def _questions(self, said: Said, group: Group) -> Iterator[Asked]:
        name = said.passage.chunk.document_name
        if (language := self._language(said.passage.chunk.document_id)) != "en":
            yield from ask_in(language, said.statement, self.corpus, self.draw)
            return
        others = [one.statement for one in group.said if one is not said]
        if by_topic := ask_by_topic(said.statement, others, name, self.corpus, self.draw):
            yield by_topic
        yield from ask_about(said.statement, name, self.corpus, self.draw)

    def _language(self, document_id: str) -> Language:
        return self.corpus.languages.get(document_id, "en")

    def _shared(self, question: str, said: Said) -> float:
        """Return the share of the content words of a question that its answer has."""
        language = self._language(said.passage.chunk.document_id)
        words = stems(question, language)
        return len(words & stems(said.statement.text, language)) / max(1, len(words))

    def _unambiguous(self, group: Group) -> list[tuple[Asked, str, Said]]:
        """Return the questions to which no other statement of the group is clearly nearer than the one they are about.

        Questions of templates are kept: they are made to be read alone.
        """
        certain = [(asked, self._worded(asked), said) for asked, said in self._proposed(group)]
        others = list(self._about_statements(group))
        if not others:
            return certain
        texts = [f"{said.passage.chunk.heading}\n{said.statement.asked}" for said in group.said]
        vectors = self.search.retriever.embedder.embed([*(text for _, text, _ in others), *texts])
        cosines = vectors[: len(others)] @ vectors[len(others) :].T
        kept = []
        for (asked, text, said), row in zip(others, cosines, strict=True):
            own = [
                one is said or (one.statement.asked in said.statement.lines and one.passage is said.passage)
                for one in group.said
            ]
            best = max((row[place] for place, is_own in enumerate(own) if is_own), default=-1.0)
            rival = max((row[place] for place, is_own in enumerate(own) if not is_own), default=-1.0)
            # The name of a row says which one is meant; the vectors of rows are near to each other.
            if said.statement.kind == "row" or best >= rival - _DOUBT:
                kept.append((asked, text, said))
        return [*certain, *kept]

    def _worded(self, asked: Asked) -> str:
        return self.wording.reworded(asked.text, self.draw)

    def _conflicting(self, group: Group) -> Candidate | None:
        """Return a question about a statement with a number, over the passages that are found for it.

        Both passages are cited, so that both have to be found for the question that is asked.
        """
        numbers = [one for one in group.said if has_number(one.statement) and one.statement.place not in self._changed]
        for said in self.draw.sample(numbers, min(_MOST_CONTRADICTED, len(numbers))):
            name = said.passage.chunk.document_name
            about_number = (
                one for one in ask_about(said.statement, name, self.corpus, self.draw) if one.template in _OF_NUMBERS
            )
            for asked in islice(about_number, _CONFLICT_QUESTIONS):
                question = Question(self._worded(asked))
                own = group_of(question, said.passage.chunk.id, self.search, self.draw)
                found = contradicted_in(own, said.statement, self.draw) if own else None
                if own and found:
                    self._changed.add(said.statement.place)
                    return self._with_conflict(own, asked, question, found)
        return None

    def _with_conflict(self, group: Group, asked: Asked, question: Question, found: Contradicted) -> Candidate:
        asked = replace(asked, kind="conflict", template=f"conflict: {asked.template}")
        return self.made(
            group,
            asked,
            question,
            found.answer,
            (found.said.statement.place,),
            passages=found.passages,
            source={"changed": [found.conflict.a.value, found.conflict.b.value]},
        )

    def _chosen(self, group: Group) -> list[Said]:
        """Return the statements of a group to be asked about, most of them of its leading passage."""
        fresh = [said for said in group.said if self._asked[said.statement.place] < _MOST_ASKED]
        self.draw.shuffle(fresh)
        of_leading = [said for said in fresh if said.passage.index == group.leading + 1]
        others = [said for said in fresh if said.passage.index != group.leading + 1]
        chosen = of_leading[: round(_LEADING_SHARE * _MOST_ANSWERS)] if others else of_leading[:_MOST_ANSWERS]
        beside = len(chosen) * (1 - _LEADING_SHARE) / _LEADING_SHARE
        return [*chosen, *others[: int(beside + self.draw.random())]]

    def _answered(self, group: Group, asked: Asked, said: Sequence[Said], worded: str = "") -> Candidate:
        question = Question(worded or self._worded(asked), asked.history)
        separator = "\n" if any(one.statement.kind == "list" for one in said) else " "
        answer = separator.join(one.statement.answer(one.passage.index) for one in said)
        if asked.kind == "yes_no":
            answer = begins_with(_decision(asked, said), answer)
        return self.made(group, asked, question, answer, tuple(one.statement.place for one in said))

    def _about_near(self, group: Group) -> Candidate | None:
        """Return a refusal of a question about a passage that was found and is not shown."""
        found = not_shown(group, self.corpus, self.search, self.wording, self.draw)
        if found is None:
            return None
        asked, question, statement = found
        places, withheld = (statement.place,), statement.text
        return self.made(group, asked, question, self.refusal, places, refused=True, withheld=withheld)

    def made(
        self,
        group: Group,
        asked: Asked,
        question: Question,
        answer: str,
        places: tuple[Place, ...],
        *,
        refused: bool = False,
        withheld: str = "",
        passages: Sequence[Passage] | None = None,
        source: Mapping[str, Any] | None = None,
    ) -> Candidate:
        """Return the candidate of a question about a group, with the prompt as it is served and its provenance."""
        shown = tuple(passages if passages is not None else group.passages)
        messages = self.search.prompt(question, shown)
        documents = tuple(dict.fromkeys(one.chunk.document_id for one in shown))
        example = TrainingExample(
            id=f"{asked.kind}-{_hash(messages)}",
            kind=asked.kind,
            messages=messages,
            answer=answer,
            split=self.split(group),
            documents=documents,
            source={
                "template": asked.template,
                "asked": asked.text,
                "places": [[place.document_id, place.start, place.end] for place in places],
                "chunks": [one.chunk.id for one in shown],
                **(source or {}),
            },
        )
        return Candidate(example, question, shown, places, asked.template, refused, withheld)

    def split(self, group: Group) -> ExampleSplit:
        """Return the split of a group's examples: that of the document that most of them are about."""
        return "validation" if group.passages[group.leading].chunk.document_id in self.validation else "train"


def validation_documents(corpus: Corpus, share: float = 0.05) -> frozenset[str]:
    """Return the documents whose groups are for validation, by the hash of their ids: none of fewer than ten."""
    if len(corpus.documents) < 10:
        return frozenset()
    ranked = sorted(corpus.documents, key=lambda name: hashlib.sha256(f"validation {name}".encode()).digest())
    return frozenset(ranked[: max(1, round(share * len(ranked)))])


def _decision(asked: Asked, said: Sequence[Said]) -> Decision | None:
    """Return whether the one statement of an answer, with which it begins, says yes or no; None where it is unclear."""
    statement = said[0].statement
    is_first = len(said) == 1 and statement.lines[0] == statement.asked
    return decide(asked.text, statement.asked) if is_first else None


def _hash(messages: Sequence[Message]) -> str:
    content = json.dumps([[message.role, message.content] for message in messages])
    return hashlib.sha256(content.encode()).hexdigest()[:12]
