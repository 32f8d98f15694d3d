"""The replies of a check, and what is not asked again."""

from __future__ import annotations

from pathlib import Path

from core.prompts import Prompt
from core.types import Message
from serving.compress.answers import CheckPrompts, Scored, missing, read_replies
from serving.compress.replies import Replies, replies_of
from testing.serving.checkpoints import write_checkpoint


def prompt(text: str, origin: str = "passage") -> Prompt:
    return Prompt(text, origin, text, (Message("user", text),), (), None)


PROMPTS = CheckPrompts(text=(prompt("a"), prompt("b")), cases=(prompt("c", "case"),))


def test_only_what_has_no_reply_is_asked(tmp_path: Path) -> None:
    file = tmp_path / ".checks" / "key.jsonl"
    bodies = PROMPTS.bodies(twice=True)
    assert list(bodies) == ["text:0", "text:1", "answer:0", "again:0"]
    replies = Replies(file)
    replies.keep("text:0", [[1], [-0.5], [1]])
    replies.keep("answer:0", ["yes", "<stop>"])
    assert missing(bodies, Replies(file)) == ["text:1", "again:0"]


def test_a_reply_that_was_cut_off_is_asked_for_again_and_harms_no_other(tmp_path: Path) -> None:
    file = tmp_path / "key.jsonl"
    Replies(file).keep("text:0", [[1], [-0.5], [1]])
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"key": "text:1", "rep')
    replies = Replies(file)
    assert replies.get("text:1") is None
    replies.keep("text:1", [[2], [-1.5], [3]])
    for key in ("answer:0", "again:0"):
        replies.keep(key, ["yes", "<stop>"])
    asked = read_replies(PROMPTS, Replies(file), twice=True)
    assert asked.text == (Scored((1,), (-0.5,), (1,)), Scored((2,), (-1.5,), (3,)))
    assert asked.answers == asked.again == (("yes", "<stop>"),)


def test_the_file_is_named_by_the_model_the_prompts_the_version_and_the_flags(tmp_path: Path) -> None:
    model, other = (write_checkpoint(tmp_path / name, dtype=dtype) for name, dtype in (("a", "BF16"), ("b", "F32")))
    first = replies_of(model, PROMPTS.all, "vllm 1", ("--x",), tmp_path).file
    assert first.parent == tmp_path / ".checks"
    assert replies_of(model, PROMPTS.all, "vllm 1", ("--x",), tmp_path).file == first
    others = {
        replies_of(other, PROMPTS.all, "vllm 1", ("--x",), tmp_path).file,
        replies_of(model, PROMPTS.text, "vllm 1", ("--x",), tmp_path).file,
        replies_of(model, PROMPTS.all, "vllm 2", ("--x",), tmp_path).file,
        replies_of(model, PROMPTS.all, "vllm 1", ("--y",), tmp_path).file,
    }
    assert len(others | {first}) == 5
