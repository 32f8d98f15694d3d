"""A Llama checkpoint small enough to train while a test waits, which answers like the sample corpus.

The model learns its examples by heart: asked one of their questions with their passages it repeats the answer,
marker included, and stops. It does not read: on any other prompt it emits words of the corpus without regard to
the question. It also learns how the corpus is written, and expects pages it never saw far better than an untrained
model does: a compression has something to lose. What it shares with a real model is all that a server sees: files,
shapes, tokens, stop, chat template.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from testing.serving.examples import Message

BEGIN, END, PAD = "<|begin|>", "<|end|>", "<|pad|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

VOCABULARY = 4096
MAXIMUM_POSITION = 4096
IGNORED = -100

BATCH = 4
LEARNING_RATE = 1e-3
WARM_UP_STEPS = 20
# Tokens of the prompt that are shown, and the loss that ends the stage. The end of a prompt holds the question, so
# most is learned there, at a tenth of the work of whole prompts; these then teach to look past the passages.
STAGES = ((128, 0.1), (512, 0.1), (MAXIMUM_POSITION, 0.03))
MOST_EPOCHS_PER_STAGE = 60
LEARNED_LOSS = 0.2
# Windows of the texts: so many before the examples, then a few beside each batch of them, or they are forgotten.
TEXT_STEPS = 80
TEXT_WINDOW = 128
TEXT_BATCH = 16
TEXT_BATCH_BESIDE = 4


@dataclass(frozen=True, slots=True)
class TinyCheckpoint:
    """What was trained, before and after, and the effort.

    Loss is the mean cross-entropy (nats) of the answers' tokens, perplexity that of the held-out texts.
    """

    directory: Path
    parameters: int
    untrained_loss: float
    loss: float
    untrained_perplexity: float
    perplexity: float
    epochs: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """One conversation as token ids; the answer and its end marker begin at `answer_start`."""

    ids: tuple[int, ...]
    answer_start: int

    def last(self, context: int) -> "Tokens":
        """The answer with at most `context` tokens before it."""
        cut = max(0, self.answer_start - context)
        return Tokens(self.ids[cut:], self.answer_start - cut)


def make_tiny_checkpoint(
    directory: Path,
    texts: Iterable[str],
    examples: Sequence[Sequence[Message]],
    held_out: Sequence[str],
    text_steps: int = TEXT_STEPS,
    seed: int = 0,
) -> TinyCheckpoint:
    """Train a tokenizer on `texts` and a model on `texts` and `examples`, and save both into `directory`.

    Each example is a conversation that ends with the assistant's answer; the loss counts the answers only. The texts
    `held_out` are only measured on. The result is the same for the same arguments on the same kind of processor.

    Raises ValueError when an example does not fit the model's 4,096 positions or does not end with an answer, and
    when the examples were not learned.
    """
    texts = list(texts)
    tokenizer = train_tokenizer(texts)
    stream, unseen = (_stream(tokenizer, part) for part in (texts, held_out))
    conversations = [_tokens(tokenizer, example) for example in examples]
    with _one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _new_model(tokenizer)
        untrained_loss, untrained_perplexity = _mean_loss(model, conversations), _perplexity(model, unseen)
        epochs = _train(model, conversations, stream, text_steps, seed)
        loss, perplexity = _mean_loss(model, conversations), _perplexity(model, unseen)
    if loss > LEARNED_LOSS:
        raise ValueError(f"loss {loss:.2f} after {epochs} epochs: give fewer or shorter examples")
    model.bfloat16().save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return TinyCheckpoint(
        directory, model.num_parameters(), untrained_loss, loss, untrained_perplexity, perplexity, epochs
    )


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer with the chat template: no text is unknown to it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, BEGIN, END, *ROLES],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(ROLES),
        model_max_length=MAXIMUM_POSITION,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch's threads wait for one another by spinning: on cores shared with other work two take five times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _new_model(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    configuration = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=MAXIMUM_POSITION,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(configuration)


def _tokens(tokenizer: PreTrainedTokenizerFast, example: Sequence[Message]) -> Tokens:
    if not example or example[-1]["role"] != "assistant":
        raise ValueError(f"the example {example!r} does not end with the assistant's answer: append it")
    prompt = tokenizer.apply_chat_template(list(example[:-1]), add_generation_prompt=True, tokenize=False)
    whole = tokenizer.apply_chat_template(list(example), tokenize=False)
    start = len(tokenizer.encode(prompt, add_special_tokens=False))
    ids = tokenizer.encode(whole, add_special_tokens=False)
    if len(ids) > MAXIMUM_POSITION:
        raise ValueError(f"an example has {len(ids)} tokens, the model {MAXIMUM_POSITION} positions: shorten it")
    return Tokens(tuple(ids), start)


def _stream(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> torch.Tensor:
    """All texts one after the other, each closed by the end marker; shape [tokens]."""
    ids = [token for text in texts for token in [*tokenizer.encode(text), tokenizer.eos_token_id]]
    return torch.tensor(ids)


def _batches(conversations: Sequence[Tokens]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Ids and labels, each [batch, length]; padded on the right, where a causal model does not look."""
    for first in range(0, len(conversations), BATCH):
        part = conversations[first : first + BATCH]
        length = max(len(conversation.ids) for conversation in part)
        ids = torch.zeros(len(part), length, dtype=torch.long)
        labels = torch.full((len(part), length), IGNORED)
        for row, conversation in enumerate(part):
            ids[row, : len(conversation.ids)] = torch.tensor(conversation.ids)
            answer = conversation.ids[conversation.answer_start :]
            # The token at a position is predicted from the one before it.
            labels[row, conversation.answer_start - 1 : len(conversation.ids) - 1] = torch.tensor(answer)
        yield ids, labels


def _loss(model: LlamaForCausalLM, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
    wanted = labels != IGNORED
    return functional.cross_entropy(model.lm_head(hidden[wanted]), labels[wanted])


def _text_loss(model: LlamaForCausalLM, stream: torch.Tensor, batch: int, generator: random.Random) -> torch.Tensor:
    """Of `batch` windows that begin anywhere."""
    starts = [generator.randrange(len(stream) - TEXT_WINDOW) for _ in range(batch)]
    windows = torch.stack([stream[start : start + TEXT_WINDOW + 1] for start in starts])
    logits = model(input_ids=windows[:, :-1], use_cache=False).logits
    return functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())


def _train(
    model: LlamaForCausalLM, conversations: Sequence[Tokens], stream: torch.Tensor, text_steps: int, seed: int
) -> int:
    """Train in place, first on the texts, then stage by stage; returns the number of epochs."""
    generator = random.Random(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.95), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.05, total_iters=WARM_UP_STEPS)
    model.train()
    for _ in range(text_steps):
        _step(model, optimizer, schedule, _text_loss(model, stream, TEXT_BATCH, generator))
    epochs = 0
    for context, enough in STAGES:
        for _ in range(MOST_EPOCHS_PER_STAGE):
            epochs += 1
            shown = [one.last(generator.randint(context // 2, context)) for one in conversations]
            generator.shuffle(shown)
            losses = []
            for ids, labels in _batches(shown):
                loss = _loss(model, ids, labels)
                losses.append(loss.item())
                beside = _text_loss(model, stream, TEXT_BATCH_BESIDE, generator) if text_steps else 0.0
                _step(model, optimizer, schedule, loss + beside)
            if fmean(losses) < enough:
                break
    return epochs


def _step(model: LlamaForCausalLM, optimizer: Optimizer, schedule: LRScheduler, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()


@torch.no_grad()
def _mean_loss(model: LlamaForCausalLM, conversations: Sequence[Tokens]) -> float:
    model.train(mode=False)
    return fmean(_loss(model, ids, labels).item() for ids, labels in _batches(conversations))


@torch.no_grad()
def _perplexity(model: LlamaForCausalLM, stream: torch.Tensor) -> float:
    """Over windows that follow one another; the last, shorter one is left out."""
    model.train(mode=False)
    windows = stream.unfold(0, TEXT_WINDOW + 1, TEXT_WINDOW)
    logits = model(input_ids=windows[:, :-1], use_cache=False).logits
    return math.exp(functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten()).item())
