"""Questions about a statement in German, French or Spanish: the rarest words of the statement behind a general head.

Not covered: heads that ask for a number, a person or a place, and languages without heads here, whose questions are the
words alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from app.answer.question.rewrite import content_words
from app.grounding.text.language import Language
from evals.distill.data.corpus import Corpus
from evals.distill.data.questions.asked import Asked
from evals.distill.data.statements import Statement

_HEADS: Mapping[Language, tuple[str, ...]] = {
    "de": ("Was gilt für {}?", "Wie ist das mit {}?", "Was steht zu {} da?", "{}?"),
    "fr": ("Qu'en est-il de {} ?", "Quelles sont les règles pour {} ?", "Que faut-il savoir sur {} ?", "{} ?"),
    "es": ("¿Qué se dice de {}?", "¿Cuáles son las reglas para {}?", "¿Qué hay que saber de {}?", "{}?"),
}
_WORDS = (2, 4)
_QUESTIONS = 4


def ask_in(language: Language, statement: Statement, corpus: Corpus, draw: random.Random) -> Iterator[Asked]:
    """Yield questions about a statement that is written in a language, with words that are no numbers."""
    words = list(dict.fromkeys(word for word in content_words(statement.asked) if not any(map(str.isdigit, word))))
    if not words:
        return
    for _ in range(_QUESTIONS):
        number = draw.randint(*_WORDS)
        rarest = sorted(words, key=lambda word: -corpus.idf(word) * draw.uniform(0.5, 1.0))[:number]
        asked = " ".join(word for word in words if word in rarest)
        kind = "table" if statement.kind == "row" else "steps" if statement.label else "fact"
        yield Asked(draw.choice(_HEADS.get(language, ("{}?",))).format(asked), kind, f"words: {language}")
