"""Find out whether a question has to be clarified, and offer the choices."""

from __future__ import annotations

from dataclasses import replace

from app.answer.question.clarify import CANDIDATES, choose_places, lacks_topic
from app.answer.question.rewrite import begins_conversation
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Question
from core.recipe import Recipe


def clarification_choices(question: Question, recipe: Recipe, retriever: Retriever) -> tuple[str, ...]:
    """Return what the question may mean; nothing where it is clear, or where the conversation says it.

    Searches only for a question without a topic. Blocks. Raises IndexFault or EmbeddingError.
    """
    if not recipe.clarify or not lacks_topic(question.text) or not begins_conversation(question.history):
        return ()
    found = retrieve(question.text, (), replace(recipe, top_k=CANDIDATES), retriever)
    if found.answerability < recipe.refuse_below:
        return ()
    return choose_places(question.text, found.distinct, retriever.sparse)


def clarification_text(text: str, choices: tuple[str, ...]) -> str:
    """Return the clarifying question with its choices as a list, for clients that show the text alone."""
    return "\n".join([text, "", *(f"- {choice}" for choice in choices)])
