from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.answer.generated.prompt import build_prompt
from app.answer.generated.small import cut_out, fitted_to_size, parameters_of, shortened
from app.answer.types import Question
from core.index import Bm25Encoder
from core.recipe import Example, Recipe
from testing.passages import passage, passages

EXAMPLE = Example("Museum", "The museum closes at 18:00.", "When does the museum close?", "It closes at 18:00 [1].")
RECIPE = Recipe(system_prompt="Be exact and cite.", small_prompt="Be short.", example=EXAMPLE)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SmolLM2-135M-Instruct", 135e6),
        ("qwen2.5:0.5b", 0.5e9),
        ("/models/Llama-3.2-1B-Instruct", 1e9),
        ("Qwen3-30B-A3B", 30e9),
        ("llama-3.1-8b-w4a16", 8e9),
        ("gpt-4o", None),
        ("my-model", None),
        ("phi-128k", None),
    ],
)
def test_the_size_of_a_model_is_read_from_its_name(name: str, parameters: float | None) -> None:
    assert parameters_of(name) == parameters


def test_a_small_model_is_given_less_and_an_example_first() -> None:
    recipe = fitted_to_size(RECIPE, "SmolLM2-135M-Instruct")
    assert (recipe.prompt, recipe.top_k, recipe.max_tokens, recipe.repetition_penalty) == ("small", 3, 160, 1.1)
    assert recipe.rewrite_follow_ups
    prompt = build_prompt(Question("How many days?"), passages(1), recipe)
    assert [message.role for message in prompt] == ["system", "user", "assistant", "user"]
    assert prompt[0].content == "Be short."
    assert prompt[1].content.endswith("Question: When does the museum close?")
    assert prompt[2].content == EXAMPLE.answer


@pytest.mark.parametrize("name", ["llama-3.1-8b", "my-model", None])
def test_another_model_is_given_the_recipe_as_it_is(name: str | None) -> None:
    assert fitted_to_size(RECIPE, name) == RECIPE
    assert len(build_prompt(Question("How many days?"), passages(1), RECIPE)) == 2


@pytest.mark.parametrize("name", ["handbook-distilled-135M", "acme-distilled-135M-w8a8", "Distilled-8B", "distilled"])
def test_a_distilled_model_is_given_the_small_prompt_without_example_and_penalty(name: str) -> None:
    recipe = fitted_to_size(RECIPE, name)
    assert (recipe.prompt, recipe.top_k, recipe.passage_characters) == ("distilled", 5, 900)
    assert (recipe.max_tokens, recipe.repetition_penalty, recipe.rewrite_follow_ups) == (160, 1.0, False)
    prompt = build_prompt(Question("How many days?"), passages(1), recipe)
    assert [message.role for message in prompt] == ["system", "user"]
    assert prompt[0].content == "Be short."
    assert fitted_to_size(recipe, name) == recipe


def test_a_word_that_only_contains_distilled_says_nothing_of_the_prompt() -> None:
    assert fitted_to_size(RECIPE, "DeepSeek-R1-Distill-Qwen-7B") == RECIPE
    assert fitted_to_size(RECIPE, "undistilled-135M").prompt == "small"


def test_the_recipe_decides_where_it_says_so() -> None:
    assert fitted_to_size(replace(RECIPE, prompt="standard"), "SmolLM2-135M").prompt == "standard"
    assert fitted_to_size(replace(RECIPE, prompt="small"), "llama-3.1-8b").prompt == "small"
    assert fitted_to_size(replace(RECIPE, prompt="small"), "handbook-distilled-135M").prompt == "small"
    assert fitted_to_size(replace(RECIPE, prompt="distilled"), "my-model").prompt == "distilled"
    assert fitted_to_size(replace(RECIPE, repetition_penalty=1.2), "distilled").repetition_penalty == 1.2


def test_values_of_the_recipe_that_are_smaller_or_stronger_stay() -> None:
    recipe = replace(RECIPE, top_k=1, max_tokens=50, repetition_penalty=1.4, passage_characters=200)
    fitted = fitted_to_size(recipe, "tiny-135M")
    assert (fitted.top_k, fitted.max_tokens) == (1, 50)
    assert (fitted.repetition_penalty, fitted.passage_characters) == (1.4, 200)


def test_of_a_long_passage_the_sentences_with_most_words_of_the_question_remain() -> None:
    text = "The office opens at eight. Every colleague has 25 days of leave. Lunch is at noon. The lift is slow."
    sparse = Bm25Encoder("english")
    idf = dict.fromkeys(sparse.query("How many days of leave?").indices, 1.0)
    short = shortened(passage(1, text), 45, idf, sparse)
    assert short.chunk.text == "Every colleague has 25 days of leave."
    assert text[short.chunk.start : short.chunk.end] == short.chunk.text
    assert shortened(passage(1, text), 500, idf, sparse).chunk.text == text
    assert shortened(passage(1, text), 1, idf, sparse).chunk.text == "Every colleague has 25 days of leave."


def test_the_sentences_of_a_part_have_their_offsets_in_it_and_their_vectors() -> None:
    found = passage(1, "One is here. Two is there. Three is far.")
    spans = ((0, 12), (13, 26), (27, 40))
    whole = replace(found, chunk=replace(found.chunk, sentences=spans), vectors=np.eye(3, dtype=np.float32))
    part = cut_out(whole, 13, 40)
    assert [part.chunk.text[start:end] for start, end in part.chunk.sentences] == ["Two is there.", "Three is far."]
    assert part.vectors.argmax(axis=1).tolist() == [1, 2]
