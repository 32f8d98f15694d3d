from pathlib import Path

import pytest
from safetensors import safe_open
from transformers import AutoTokenizer

from testing.serving.examples import SENTENCE, Example, Message, make_examples, read_corpus, render
from testing.serving.tiny_checkpoint import TinyCheckpoint, make_tiny_checkpoint, train_tokenizer

GREETING: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Good morning [1]."},
]


def test_an_answer_is_a_sentence_of_the_passage_that_its_marker_names(examples: list[Example]) -> None:
    for example in examples:
        sentence, _, marker = example.answer.rpartition(" [")
        cited = example.passages[int(marker.removesuffix("].")) - 1]
        assert f"{sentence}." in cited


def test_every_example_has_its_own_question_and_answer(examples: list[Example]) -> None:
    assert len({example.question for example in examples}) == len(examples)
    assert len({example.answer for example in examples}) == len(examples)


def test_more_examples_than_the_corpus_has_are_refused_with_both_numbers() -> None:
    with pytest.raises(ValueError, match="gives 0 examples, 3 are needed"):
        make_examples({"empty.md": "# A heading\n"}, count=3)


def test_a_folder_without_markdown_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        read_corpus(tmp_path)


def test_the_loss_falls_far_below_that_of_the_untrained_model(tiny_checkpoint: TinyCheckpoint) -> None:
    assert tiny_checkpoint.untrained_loss > 7.0
    assert tiny_checkpoint.loss < tiny_checkpoint.untrained_loss / 40


def test_pages_that_it_never_saw_are_expected_far_better_than_by_an_untrained_model(
    tiny_checkpoint: TinyCheckpoint,
) -> None:
    assert tiny_checkpoint.untrained_perplexity > 3000
    assert tiny_checkpoint.perplexity < tiny_checkpoint.untrained_perplexity / 3


def test_no_page_held_out_is_in_what_it_was_trained_on(
    corpus: dict[str, str],
    unseen: list[str],
    examples: list[Example],
    app_conversations: list[list[Message]],
) -> None:
    learned = "\n".join([*corpus.values(), *(str(example) for example in examples), str(app_conversations)])
    # "Last reviewed: 16 February 2026." stands at the head of every page, and some dates on several.
    found = [match.group() for text in unseen for match in SENTENCE.finditer(text)]
    sentences = [sentence for sentence in found if not sentence.startswith("Last reviewed: ")]
    assert len(sentences) > 50
    assert [sentence for sentence in sentences if sentence in learned] == []


def test_every_dimension_of_every_matrix_is_a_multiple_of_128(tiny_checkpoint_dir: Path) -> None:
    with safe_open(tiny_checkpoint_dir / "model.safetensors", framework="pt") as weights:
        shapes = [weights.get_slice(name).get_shape() for name in weights.keys()]  # noqa: SIM118 (it is no mapping)
    assert len(shapes) > 4 * 7
    assert all(size % 128 == 0 for shape in shapes for size in shape)


@pytest.mark.parametrize("text", ["Paid within 5 days.", "€1,200 — naïve 😀\n\t| a | b |", " two  spaces "])
def test_the_tokenizer_gives_every_text_back_unchanged(tiny_checkpoint_dir: Path, text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint_dir)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_the_chat_template_marks_each_role_and_opens_the_answer(tiny_checkpoint_dir: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint_dir)
    assert tokenizer.apply_chat_template(GREETING[:2], add_generation_prompt=True, tokenize=False) == (
        "<|begin|><|system|>Be brief.<|end|><|user|>Hello<|end|><|assistant|>"
    )


def test_each_role_is_one_token(corpus: dict[str, str]) -> None:
    tokenizer = train_tokenizer(corpus.values())
    assert len(tokenizer.encode("<|begin|><|system|><|user|><|assistant|><|end|>")) == 5


@pytest.mark.long
def test_the_same_arguments_give_the_same_checkpoint(corpus: dict[str, str], unseen: list[str], tmp_path: Path) -> None:
    for name in ("first", "second"):
        make_tiny_checkpoint(tmp_path / name, corpus.values(), [GREETING], unseen[:1], text_steps=2)
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert "model.safetensors" in files
    assert all((tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes() for name in files)


def test_an_example_without_an_answer_is_refused(corpus: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not end with the assistant's answer"):
        make_tiny_checkpoint(tmp_path, corpus.values(), [GREETING[:2]], [])


def test_an_example_longer_than_the_model_is_refused_with_both_numbers(
    corpus: dict[str, str], examples: list[Example], tmp_path: Path
) -> None:
    example = Example("Why?", ("word and " * 5000,), examples[0].answer)
    with pytest.raises(ValueError, match=r"has \d+ tokens, the model 4096 positions"):
        make_tiny_checkpoint(tmp_path, corpus.values(), [render(example)], [])
