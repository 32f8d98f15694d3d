"""Wishes, targets, calibration, estimate and refusals: everything before the work begins."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.compress import refusals
from serving.compress.calibration import choose_samples, read_prompts
from serving.compress.checkpoint import read_checkpoint
from serving.compress.estimate import compressed_bytes, estimate
from serving.compress.methods import METHODS, make_wish
from serving.compress.refusals import available_memory, check_possible, check_room
from serving.compress.run import Request, prepare
from serving.compress.target import Target, find_target
from serving.plan.schemes import SCHEMES
from serving.safetensors import Tensor
from testing.serving.checkpoint_files import SHAPES, write_checkpoint

CPU = Target("this CPU", "cpu")


def write_prompts(file: Path, count: int = 10, **more: Any) -> Path:
    rows = [
        {"id": f"p{number}", "messages": [{"role": "user", "content": f"Question {number}?"}], **more}
        for number in range(count)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_every_scheme_that_is_planned_with_can_be_made() -> None:
    assert set(SCHEMES) <= set(METHODS)
    assert all(METHODS[name].storage is SCHEMES[name] for name in SCHEMES)


@pytest.mark.parametrize(
    ("words", "label", "needs_prompts"),
    [
        (("w8a8",), "w8a8", True),
        (("fp8",), "fp8", False),
        (("awq",), "w4a16", True),
        (("fp8", "fp8"), "fp8+kv-fp8", True),
        (("bf16", "bf16", "wanda"), "bf16+wanda-2:4", True),
        (("w8a8", "bf16", "sparsegpt", "0.5"), "w8a8+sparsegpt-50%", True),
    ],
)
def test_a_wish_is_named_by_what_was_done(words: tuple[str, ...], label: str, needs_prompts: bool) -> None:
    wish = make_wish(*words)
    assert (wish.label, wish.needs_prompts) == (label, needs_prompts)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("int3",), "no scheme 'int3'.*w4a16"),
        (("bf16",), "leaves the weights as they are"),
        (("w8a8", "bf16", "magnitude"), "--prune is 'magnitude'"),
        (("w8a8", "bf16", "wanda", "2:5"), "--sparsity is '2:5'.*2:4"),
        (("w8a8", "bf16", "wanda", "1"), "--sparsity is '1'"),
        (("w8a8", "bf16", "wanda", "nan"), "--sparsity is 'nan'"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_ones(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        make_wish(*words)


def test_the_same_prompts_are_chosen_in_any_order_and_their_hash_tells(tmp_path: Path) -> None:
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl"))
    chosen = choose_samples(prompts, 4, None, 0.0)
    assert chosen.lines == choose_samples(prompts[::-1], 4, None, 0.0).lines
    assert (chosen.domain, chosen.general, len(chosen.lines)) == (4, 0, 4)
    assert chosen.sha256 != choose_samples(prompts, 5, None, 0.0).sha256


def test_an_answer_that_is_known_is_the_last_turn(tmp_path: Path) -> None:
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl", 1, answer="Yes [1].", documents=["a.md"]))
    chosen = choose_samples(prompts, 1, None, 0.0)
    assert json.loads(chosen.lines[0])["messages"][-1] == {"role": "assistant", "content": "Yes [1]."}
    assert chosen.documents == {"a.md"}


def test_general_text_takes_its_share_from_the_whole_file(tmp_path: Path) -> None:
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl", 16))
    general = tmp_path / "general.txt"
    general.write_text("\n\n".join(f"Paragraph {number} of a book." for number in range(40)), encoding="utf-8")
    chosen = choose_samples(prompts, 20, general, 0.2)
    assert (chosen.domain, chosen.general) == (16, 4)
    texts = [json.loads(line)["text"] for line in chosen.lines[16:]]
    assert texts[0].startswith("Paragraph 0")
    assert "Paragraph 3" in texts[-1]
    general.write_text("Too short.", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="4 are needed"):
        choose_samples(prompts, 20, general, 0.2)


@pytest.mark.parametrize(("count", "share", "told"), [(0, 0.0, "--samples is 0"), (5, 1.0, "--general-share is 1")])
def test_counts_and_shares_that_cannot_be_are_refused(tmp_path: Path, count: int, share: float, told: str) -> None:
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl"))
    with pytest.raises(ConfigurationError, match=told):
        choose_samples(prompts, count, None, share)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"messages": []}',
        '{"messages": [{"role": "robot", "content": "x"}]}',
        '{"messages": [{"role": "user", "content": 3}]}',
        '{"messages": [{"role": "user", "content": "x"}], "answer": 3}',
        '{"messages": "x"}',
    ],
)
def test_a_line_that_is_no_prompt_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    file = write_prompts(tmp_path / "prompts.jsonl", 1)
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 2 is no prompt .*groundwork eval prompts"):
        read_prompts(file)


def test_no_prompt_and_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="holds no prompt"):
        read_prompts(tmp_path / "empty.jsonl")
    with pytest.raises(ConfigurationError, match=r"nowhere\.jsonl cannot be read"):
        read_prompts(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("bf16", 2 * 256 * 512),
        ("w8a8", 256 * 512 + 2 * 256),
        ("fp8", 256 * 512 + 2 * 256),
        ("fp8-block", 256 * 512 + 2 * 2 * 4),
        ("w4a16", 256 * 512 / 2 + 2 * 256 * 4),
        ("nvfp4", 256 * 512 / 2 + 256 * 32),
        ("mxfp4", 256 * 512 / 2 + 256 * 16),
    ],
)
def test_a_matrix_takes_its_bits_and_its_scales(scheme: str, expected: float) -> None:
    tensor = Tensor("model.layers.0.mlp.up_proj.weight", "BF16", (256, 512), "model.safetensors", 0, 2 * 256 * 512)
    wish = make_wish(scheme, prune="wanda")
    assert compressed_bytes(tensor, wish) == expected


def test_an_estimate_grows_with_the_data_and_needs_none_for_a_scheme_without(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path / "model")))
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl", 200))
    few, many = (choose_samples(prompts, count, None, 0.0) for count in (10, 200))
    wish = make_wish("w8a8")
    small, large = (estimate(checkpoint, wish, each, 64) for each in (few, many))
    assert small.memory < large.memory
    assert small.bytes_after == large.bytes_after < small.bytes_before
    free = estimate(checkpoint, make_wish("fp8"), None, 64)
    assert free.bytes_after == small.bytes_after
    assert free.seconds is not None


def test_dimensions_that_the_group_does_not_divide_are_named(tmp_path: Path) -> None:
    shapes = {**SHAPES, "model.layers.0.mlp.down_proj.weight": (128, 200)}
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path, shapes)))
    with pytest.raises(ConfigurationError, match=r"groups of 128.*down_proj\.weight \(128 x 200\).*w8a8 or fp8"):
        check_possible(checkpoint, make_wish("w4a16"), CPU, accelerator=False)
    assert check_possible(checkpoint, make_wish("w8a8"), CPU, accelerator=False) == []


def test_blocks_must_divide_the_rows_as_well(tmp_path: Path) -> None:
    shapes = {**SHAPES, "model.layers.0.mlp.down_proj.weight": (96, 256)}
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path, shapes)))
    with pytest.raises(ConfigurationError, match="96 x 256"):
        check_possible(checkpoint, make_wish("fp8-block"), CPU, accelerator=False)


def test_int8_is_refused_for_blackwell(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path)))
    found = Target("NVIDIA B200", "gpu", capability=10.0)
    for target in (found, find_target("b200")):
        with pytest.raises(ConfigurationError, match=r"INT8 is not supported on Blackwell.*use fp8"):
            check_possible(checkpoint, make_wish("w8a8"), target, accelerator=True)
        assert check_possible(checkpoint, make_wish("fp8"), target, accelerator=True) == []
    hopper = Target("NVIDIA H100", "gpu", capability=9.0)
    assert check_possible(checkpoint, make_wish("w8a8"), hopper, accelerator=True) == []


def test_a_gpu_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no GPU 'h900'"):
        find_target("h900")


@pytest.mark.parametrize("scheme", ["nvfp4", "mxfp4", "fp8-block"])
def test_what_has_no_kernel_here_is_made_with_a_warning(tmp_path: Path, scheme: str) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path)))
    (warning,) = check_possible(checkpoint, make_wish(scheme), CPU, accelerator=False)
    assert "no kernel" in warning
    assert "served elsewhere" in warning


def test_fp8_on_a_cpu_and_pruning_anywhere_are_told_for_what_they_are(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path)))
    (slow,) = check_possible(checkpoint, make_wish("fp8"), CPU, accelerator=False)
    assert "a thousand tokens of this model may take about" in slow
    assert "make w8a8" in slow
    hopper = Target("NVIDIA H100", "gpu", capability=9.0)
    (pruned,) = check_possible(checkpoint, make_wish("w8a8", prune="wanda"), hopper, accelerator=True)
    assert "neither smaller nor faster" in pruned


def test_awq_needs_an_accelerator(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path)))
    with pytest.raises(ServingError, match=r"AWQ needs an accelerator.*--scheme w4a16"):
        check_possible(checkpoint, make_wish("awq"), CPU, accelerator=False)


def test_prompts_need_a_chat_template_and_weights_alone_do_not(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(str(write_checkpoint(tmp_path, template=False)))
    with pytest.raises(ConfigurationError, match="no chat template"):
        check_possible(checkpoint, make_wish("w8a8"), CPU, accelerator=False)
    assert check_possible(checkpoint, make_wish("mxfp4"), CPU, accelerator=False)


def test_too_little_memory_is_said_before_the_work(tmp_path: Path) -> None:
    # A terabyte of weights that nobody has to hold: headers are enough to know.
    shapes = {f"model.layers.{number}.mlp.up_proj.weight": (65536, 65536) for number in range(120)}
    tensors = tuple(
        Tensor(name, "BF16", shape, f"{name}.safetensors", 0, 2 * prod(shape)) for name, shape in shapes.items()
    )
    small = read_checkpoint(str(write_checkpoint(tmp_path / "model")))
    large = type(small)(small.folder, small.config, tensors)
    prompts = read_prompts(write_prompts(tmp_path / "prompts.jsonl"))
    guess = estimate(large, make_wish("w8a8"), choose_samples(prompts, 4, None, 0.0), 64)
    with pytest.raises(ServingError, match=r"of memory are needed, .* are free.*--samples"):
        check_room(guess, tmp_path / "out")


def test_free_memory_is_the_container_s_where_that_is_less(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path / "none") == 8_000_000 * 1024
    (tmp_path / "memory.max").write_text("2000000000\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("500000000\n", encoding="utf-8")
    (tmp_path / "memory.stat").write_text("anon 0\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path) == 1_500_000_000
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    assert available_memory(tmp_path, tmp_path) == 8_000_000 * 1024
    assert available_memory(tmp_path / "none", tmp_path / "none") == float("inf")


def test_a_scheme_that_learns_from_prompts_asks_for_them(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    with pytest.raises(ConfigurationError, match=r"calibrated on your prompts.*--part calibration"):
        prepare(Request(str(folder), tmp_path / "out", make_wish("w8a8"), CPU))


def test_a_missing_environment_is_named_with_its_command(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    request = Request(str(folder), tmp_path / "out", make_wish("fp8"), CPU)
    with pytest.raises(ServingError, match="make env-compress"):
        prepare(request, tmp_path / "no-python")


def test_a_folder_that_something_else_made_is_never_written_into(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ConfigurationError, match="no finished compression"):
        prepare(Request(str(folder), out, make_wish("fp8"), CPU))


def test_the_sentence_on_pruning_is_plain() -> None:
    assert "neither smaller nor faster" in refusals.SPARSE
