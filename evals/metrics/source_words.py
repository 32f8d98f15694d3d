"""Answer words in the sources: the share of an answer's words that the passages contain.

A check that needs no reference and no model: an answer from the passages takes most of its content words from them. A
word is found in any form with the same stem, a value in any form of writing, by the comparison of the grounding check
(`app/grounding/support.py`); stop words are left out. The share of each answer is averaged over the answers, generated
and extractive; refusals, questions back and answers in another language than the passages are left out.

Not covered: what the words say together: a wrong answer in the words of the passages has a share of 1, a right one in
synonyms less. The flags of the grounding check are stricter. The header of a long table is in the text of its first
passage alone, so that a row of a later one that is shown below the header has a little less than 1.
"""

from __future__ import annotations

from app.grounding.compare.index import ContextIndex
from app.grounding.support import count_words
from evals.contexts import passage_text
from evals.metrics.contribution import Contribution, Contributions
from evals.response import CaseResponse


def measure_source_words(response: CaseResponse) -> Contributions:
    """Measure which share of the answer's words its passages contain."""
    index = ContextIndex.build([passage_text(passage) for passage in response.passages])
    counts = count_words(response.answer_text, index)
    if counts is None:
        return {}
    found, words = counts
    return {"answer words in the sources": Contribution(found / words)}
