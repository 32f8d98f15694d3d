"""Build the prompt. Its constant part comes first, so that the model server's prefix cache can reuse it:

    system      the domain's `prompts/system.md`; for a small model `prompts/small.md`
    …           for a small model that is not distilled, an example as a question and its answer
    …           the turns of the conversation, oldest first
    user        the numbered passages and the question

Passages, turns and the question are data (`app/answer/generated/data.py`): each passage ends with a delimiter line that
no passage can contain, and nothing but the prompt itself begins a turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.generated.data import FENCE, as_data
from app.answer.retrieval.conflicts import Conflict
from app.answer.types import Passage, Question
from core.recipe import Recipe
from core.types import Message, with_lead

HISTORY_TURNS = 6
HISTORY_CHARACTERS = 6000


def build_prompt(
    question: Question, passages: Sequence[Passage], recipe: Recipe, conflicts: Sequence[Conflict] = ()
) -> list[Message]:
    """Return the messages for the model. Conflicts are named where both of their passages are in the prompt."""
    example = recipe.shown_example
    shown = []
    if example is not None:
        source = f"[1] {example.heading}\n{example.source}\n{FENCE}"
        shown = [
            Message("user", _request(source, f"Question: {example.question}")),
            Message("assistant", example.answer),
        ]
    sources = "\n".join(map(rendered, passages))
    return [
        Message("system", (recipe.is_for_small_models and recipe.small_prompt) or recipe.system_prompt),
        *shown,
        *recent(question.history),
        Message("user", _request(sources, f"{_disagreements(conflicts, passages)}Question: {as_data(question.text)}")),
    ]


def fixed_texts(question: Question, recipe: Recipe) -> list[str]:
    """Return the texts of a prompt that are never left out: the rules, the example, and the question."""
    return [message.content for message in build_prompt(Question(question.text), (), recipe)]


def _request(sources: str, asked: str) -> str:
    return f"Sources:\n\n{sources}\n\n{asked}"


def _disagreements(conflicts: Sequence[Conflict], passages: Sequence[Passage]) -> str:
    """Return a line for each conflict, which a small model would not notice by itself."""
    numbers = {passage.index for passage in passages}
    return "".join(
        f'The sources disagree: [{one.a.passage.index}] has "{as_data(one.a.value)}", [{one.b.passage.index}] has '
        f'"{as_data(one.b.value)}". If the question is about this, give both.\n\n'
        for one in conflicts
        if {one.a.passage.index, one.b.passage.index} <= numbers
    )


def rendered(passage: Passage) -> str:
    """Return a passage as it is in the prompt, with its number, heading and delimiter."""
    heading = as_data(" ".join(passage.chunk.heading.split()))
    return f"[{passage.index}] {heading}\n{as_data(context_of(passage))}\n{FENCE}"


def recent(history: Sequence[Message]) -> list[Message]:
    """Return the last turns that fit, as data: a conversation grows without limit, a model's context does not."""
    kept: list[Message] = []
    characters = 0
    for turn in reversed([turn for turn in history if turn.role != "system"][-HISTORY_TURNS:]):
        characters += len(turn.content)
        if characters > HISTORY_CHARACTERS:
            break
        kept.append(turn)
    # Some chat templates reject a conversation that begins with the assistant.
    while kept and kept[-1].role == "assistant":
        kept.pop()
    return [Message(turn.role, as_data(turn.content)) for turn in kept[::-1]]


def context_of(passage: Passage) -> str:
    """Return the passage as the model and the grounding checker read it."""
    return with_lead(passage.chunk.lead, passage.chunk.text)
