"""The tiny checkpoint compressed for real, in every scheme that a CPU can make, checked and served."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import httpx2
import pytest
import torch
from safetensors.torch import load_file

from core.errors import ConfigurationError, ServingError
from core.prompts import write_prompts
from core.settings import Settings
from evals.prompts import Part, render_prompts
from serving.checkpoint.tensors import read_tensors
from serving.compress import check
from serving.compress.compare import share_before_difference
from serving.compress.methods import parse_scheme
from serving.compress.request import CompressionRequest
from serving.compress.result import CompressionResult, read_result
from serving.compress.run import Prepared, compress, prepare
from serving.compress.target import Target
from serving.get.folders import served_name, sized_name
from serving.hardware.gpu import find_gpus
from testing.model_server import free_port
from testing.processes import Ended, groundwork
from testing.serving.app_service import REPOSITORY
from testing.serving.examples import Message
from testing.serving.launched import launching, wait_until
from testing.serving.schemes import CPU, SCHEMES

ARGUMENTS = {**SCHEMES, "w8a8+wanda-50%": ("w8a8", "bf16", "wanda", "0.5")}
LONG = ("fp8-block", "mxfp4", "w8a8+wanda-50%")
"""Schemes whose code is that of another one but for a few lines of the recipe: half a minute each."""
SAMPLES, MAX_TOKENS = 16, 256
GENERAL = REPOSITORY / "docs" / "grounding.md"
TIGHT = "ttft=600000,itl=1"
CHECKED = 12
"""Prompts of each kind in the check: enough to run, too few to say much."""


class Made(NamedTuple):
    folder: Path
    prepared: Prepared
    record: CompressionResult
    steps: list[tuple[int, int]]


@pytest.fixture(scope="session")
def prompts(
    app_settings: Settings, app_conversations: list[list[Message]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """What `groundwork model prompts` writes for the domain that the tiny checkpoint was trained for."""
    assert app_conversations  # They ingested the corpus.
    folder = tmp_path_factory.mktemp("prompts")
    files: dict[str, Path] = {}
    parts: tuple[Part, ...] = ("calibration", "check")
    for part in parts:
        rendered = render_prompts(app_settings, part, lambda done, total: None)
        kinds = [[prompt for prompt in rendered.prompts if prompt.origin == kind] for kind in ("case", "passage")]
        chosen = rendered.prompts if part == "calibration" else [*kinds[0][:CHECKED], *kinds[1][:CHECKED]]
        files[part] = folder / f"{part}.jsonl"
        write_prompts(files[part], chosen)
    return files


@pytest.fixture(scope="session")
def make(
    tiny_checkpoint_dir: Path,
    prompts: dict[str, Path],
    compress_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Made]:
    """Compresses in a scheme, once for all tests."""
    folder, made = tmp_path_factory.mktemp("compressed"), dict[str, Made]()

    def make(scheme: str) -> Made:
        if scheme not in made:
            out = folder / scheme
            compression = parse_scheme(*ARGUMENTS[scheme])
            general = (GENERAL, 0.25) if scheme == "w4a16" else (None, 0.0)
            model = str(tiny_checkpoint_dir)
            request = CompressionRequest(
                model, out, compression, CPU, prompts["calibration"], SAMPLES, MAX_TOKENS, *general
            )
            prepared, steps = prepare(request, compress_python), list[tuple[int, int]]()
            record = compress(prepared, lambda done, total: steps.append((done, total)), compress_python)
            made[scheme] = Made(out, prepared, record, steps)
        return made[scheme]

    return make


def marked(schemes: Iterable[str]) -> list[Any]:
    """Return the schemes as parameters; those of LONG are for `make test-long`."""
    return [pytest.param(scheme, marks=pytest.mark.long if scheme in LONG else ()) for scheme in schemes]


@pytest.mark.parametrize("scheme", marked(ARGUMENTS))
def test_each_scheme_makes_a_checkpoint_of_the_size_that_was_estimated(
    make: Callable[[str], Made], scheme: str
) -> None:
    folder, prepared, record, steps = make(scheme)
    assert record.scheme == scheme
    assert record == read_result(folder)
    # The file has a header beside the numbers.
    assert record.bytes_after == pytest.approx(prepared.estimate.bytes_after, rel=0.03)
    assert record.bits_per_weight == pytest.approx(prepared.estimate.bits_per_weight, rel=0.03)
    assert record.seconds > 0
    # Of the worker alone: this process is larger than some of them.
    assert 100e6 < record.peak_memory_bytes < 1.5 * prepared.estimate.memory
    assert record.versions["llmcompressor"] == "0.14.0.1"
    assert steps
    assert steps == sorted(steps)
    assert {"config.json", "tokenizer.json", "README.md", "compression.json"} <= set(os.listdir(folder))
    assert served_name(folder) == sized_name(folder.name, prepared.checkpoint.parameters)
    # Nothing is left aside.
    assert not [path.name for path in folder.parent.iterdir() if path.name.startswith(f".{folder.name}.")]


@pytest.mark.parametrize("scheme", marked(["w8a8", "w4a16", "fp8", "fp8-block", "nvfp4", "mxfp4"]))
def test_quantized_weights_are_smaller_and_their_scheme_stands_in_the_configuration(
    make: Callable[[str], Made], scheme: str
) -> None:
    folder, _, record, _ = make(scheme)
    bits = 8 if scheme in ("w8a8", "fp8", "fp8-block") else 4
    assert record.bytes_after < 0.75 * record.bytes_before
    quantization = json.loads((folder / "config.json").read_text(encoding="utf-8"))["quantization_config"]
    (group,) = quantization["config_groups"].values()
    assert group["weights"]["num_bits"] == bits
    assert not quantization.get("sparsity_config")


def test_no_page_held_out_was_calibrated_on(make: Callable[[str], Made], held_out: frozenset[str]) -> None:
    calibration = make("w8a8").record.calibration
    assert calibration["documents"]
    assert not held_out & set(calibration["documents"])
    assert (calibration["domain_samples"], calibration["general_samples"]) == (SAMPLES, 0)
    assert make("fp8").record.calibration == {}


def test_general_text_is_mixed_in(make: Callable[[str], Made]) -> None:
    calibration = make("w4a16").record.calibration
    assert (calibration["domain_samples"], calibration["general_samples"]) == (12, 4)
    assert calibration["tokens"] > 16 * 50
    # The longest prompts have more than 256 tokens: their beginning was cut.
    assert calibration["truncated"] > 0


def test_the_model_card_says_what_was_done_and_that_nothing_was_checked(make: Callable[[str], Made]) -> None:
    card = (make("bf16+sparsegpt-2:4").folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nbase_model: ")
    assert "neither smaller nor faster" in card
    assert "without it, it is not known" in card
    assert "SparseGPTModifier" in card


def test_two_of_each_four_weights_are_pruned_and_the_file_is_as_large_as_before(make: Callable[[str], Made]) -> None:
    folder, _, record, _ = make("bf16+sparsegpt-2:4")
    weights = load_file(folder / "model.safetensors")["model.layers.1.mlp.up_proj.weight"]
    zeros = (weights.view(-1, 4) == 0).sum(dim=1)
    assert (zeros >= 2).all()
    assert record.bytes_after == pytest.approx(record.bytes_before, rel=0.01)


@pytest.mark.long
def test_pruned_weights_stay_pruned_when_they_are_quantized(make: Callable[[str], Made]) -> None:
    weights = load_file(make("w8a8+wanda-50%").folder / "model.safetensors")["model.layers.1.mlp.up_proj.weight"]
    assert (weights == 0).float().mean() >= 0.5


def test_the_cache_in_fp8_is_written_with_its_scales(make: Callable[[str], Made]) -> None:
    folder = make("bf16+kv-fp8").folder
    configuration = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert configuration["quantization_config"]["kv_cache_scheme"]["num_bits"] == 8
    assert "model.layers.0.self_attn.k_scale" in load_file(folder / "model.safetensors")


def test_the_same_request_is_not_done_twice_and_another_is_refused(
    make: Callable[[str], Made], compress_python: Path
) -> None:
    folder, prepared, record, _ = make("fp8")
    written = (folder / "model.safetensors").stat().st_mtime_ns
    again = prepare(prepared.request, compress_python)
    assert compress(again, lambda done, total: None, compress_python) == record
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    other = CompressionRequest(prepared.request.model, folder, parse_scheme("mxfp4"), CPU)
    with pytest.raises(ConfigurationError, match="was made from another model, scheme or prompts"):
        prepare(other, compress_python)


def test_a_run_beside_another_with_the_same_folder_is_refused(
    tiny_checkpoint_dir: Path, compress_python: Path, tmp_path: Path
) -> None:
    request = CompressionRequest(str(tiny_checkpoint_dir), tmp_path / "out", parse_scheme("fp8"), CPU)
    prepared = prepare(request, compress_python)
    with (tmp_path / ".out.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ServingError, match="Another run is making"):
            compress(prepared, lambda done, total: None, compress_python)


def test_a_killed_run_leaves_no_folder_and_the_next_one_finishes_after_the_layers_that_it_solved(
    make: Callable[[str], Made], tiny_checkpoint_dir: Path, prompts: dict[str, Path], tmp_path: Path
) -> None:
    """Kill one run at its beginning and one in the middle, beside the layers of another request."""
    other = tmp_path / ".out.layers" / "another-request" / "versions" / "0.safetensors"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"no layer of this one")
    words = [
        "model", "compress", str(tiny_checkpoint_dir), "--scheme", "w8a8", "--out", str(tmp_path / "out"), "--json",
        "--prompts", str(prompts["calibration"]), "--samples", str(SAMPLES), "--max-tokens", str(MAX_TOKENS),
    ]  # fmt: skip
    kill_when(lambda: (tmp_path / ".out.job").exists(), words)
    assert (tmp_path / ".out.partial").exists()
    assert not (tmp_path / "out").exists()
    kill_when(lambda: len(solved_layers(tmp_path)) >= 2, words)
    solved = len(solved_layers(tmp_path))
    done = command_of(*words)
    assert done.code == 0, done.err
    assert (done.json["scheme"], done.json["kept_layers"]) == ("w8a8", solved)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    whole, resumed = (load_file(folder / "model.safetensors") for folder in (make("w8a8").folder, tmp_path / "out"))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def kill_when(condition: Callable[[], bool], words: Sequence[str]) -> None:
    """Start the command, and kill it as soon as the condition holds."""
    command = [sys.executable, "-m", "cli", *words]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert wait_until(condition, seconds=240, pause=0.02)
        process.send_signal(signal.SIGKILL)


def solved_layers(folder: Path) -> list[Path]:
    """Return the files of the layers that runs on this machine's own request have put aside."""
    found = folder.glob(".out.layers/*/*/*.safetensors")
    return [file for file in found if "another-request" not in file.parts]


def test_what_the_library_says_when_it_fails_is_shown_and_kept(
    tiny_checkpoint_dir: Path, prompts: dict[str, Path], compress_python: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_checkpoint_dir, model)
    (model / "tokenizer.json").write_text("{}", encoding="utf-8")
    request = CompressionRequest(
        str(model), tmp_path / "out", parse_scheme("w8a8"), CPU, prompts["calibration"], 2, MAX_TOKENS
    )
    with pytest.raises(ServingError, match=r"ended with status 1[\s\S]*Traceback|Error"):
        compress(prepare(request, compress_python), lambda done, total: None, compress_python)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / ".out.log").exists()
    assert not (tmp_path / ".out.partial").exists()


def command_of(*words: str) -> Ended:
    return groundwork(*words, env={**os.environ, "HF_HUB_OFFLINE": "1"}, timeout=600)


def test_the_command_checks_what_is_still_answered_and_the_planner_reads_it(
    make: Callable[[str], Made], prompts: dict[str, Path], vllm_python: Path, tiny_checkpoint_dir: Path
) -> None:
    folder = make("w8a8").folder
    done = command_of(
        "model", "compress", str(tiny_checkpoint_dir), "--scheme", "w8a8", "--out", str(folder), "--json",
        "--prompts", str(prompts["calibration"]), "--samples", str(SAMPLES), "--max-tokens", str(MAX_TOKENS),
        "--check", "--check-prompts", str(prompts["check"]),
    )  # fmt: skip
    assert done.code == 0, done.err
    found: dict[str, Any] = done.json["check"]
    assert found == json.loads((folder / "check.json").read_text(encoding="utf-8"))
    assert (found["recovered"]["n"], found["agreement"]["n"]) == (CHECKED, CHECKED)
    assert found["tokens"] > 1000
    # An untrained model has 4,096.
    assert 1 < found["perplexity_original"]["value"] < 2500
    assert 0.9 < found["perplexity_ratio"]["value"] < 1.2
    assert 0.8 < found["recovered"]["value"] < 1.2
    assert found["same_words"]["value"] <= 1 >= found["same_words_itself"]["value"] > 0.8
    plan = command_of(
        "model", "plan", "--model", str(tiny_checkpoint_dir), "--users", "1", "--prompt-tokens", "500",
        "--answer-tokens", "100", "--scheme", "w8a8", "--gpu", "l4", "--accuracy", str(folder / "check.json"), "--json",
        "--cache-source", "formulas",
    )  # fmt: skip
    assert plan.code == 0, plan.err


def test_a_check_that_is_repeated_asks_nothing(
    make: Callable[[str], Made], prompts: dict[str, Path], tiny_checkpoint_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command above has asked both models; now vLLM is not started."""
    folder, _, record, _ = make("w8a8")
    before = json.loads((folder / "check.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(check, "served", lambda *_: pytest.fail("vLLM was started"))
    asked = check.prepare_check(prompts["check"], parse_scheme("w8a8"), frozenset())
    steps = list[tuple[int, int]]()
    again = check.run_check(tiny_checkpoint_dir, folder, record, asked, lambda done, total: steps.append((done, total)))
    assert json.loads(json.dumps(again.to_dict())) == before
    assert steps[-1] == (asked.requests, asked.requests)


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [
        ("qwen2_moe", "fp8"),
        pytest.param("qwen2_moe", "w8a8", marks=pytest.mark.long),
        pytest.param("mixtral", "w8a8", marks=pytest.mark.long),
        pytest.param("granitemoe", "w4a16", marks=pytest.mark.long),
    ],
)
def test_the_experts_of_a_mixture_are_quantized_and_what_weighs_them_is_not(
    kind: str, scheme: str, tiny_checkpoint_dir: Path, prompts: dict[str, Path], compress_python: Path, tmp_path: Path
) -> None:
    model = make_mixture(tmp_path / kind, kind, tiny_checkpoint_dir)
    target = Target(find_gpus(["h100"])[0])
    request = CompressionRequest(
        str(model), tmp_path / "out", parse_scheme(scheme), target, prompts["calibration"], 2, MAX_TOKENS
    )
    compress(prepare(request, compress_python), lambda done, total: None, compress_python)
    tensors = {tensor.name: tensor.dtype for tensor in read_tensors(tmp_path / "out")}
    gates = {name for name in tensors if re.search(r"\.(gate|shared_expert_gate|router\.layer)\.weight$", name)}
    experts = {name for name in tensors if re.search(r"\.experts\.\d+\.\w+\.weight(_packed)?$", name)}
    assert {tensors[name] for name in gates} == {"BF16"}
    assert len(gates) == (2 if kind == "qwen2_moe" else 1)
    assert len(experts) == 4 * 3
    assert {tensors[name] for name in experts} == {{"fp8": "F8_E4M3", "w8a8": "I8", "w4a16": "I32"}[scheme]}


def make_mixture(folder: Path, kind: str, tokenizer: Path) -> Path:
    """Write a random model of one layer and four experts, with the tokenizer of another."""
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {
        "hidden_size": 128, "intermediate_size": 128, "moe_intermediate_size": 128, "num_hidden_layers": 1,
        "shared_expert_intermediate_size": 128, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 64,
        "num_experts": 4, "num_local_experts": 4, "num_experts_per_tok": 2, "decoder_sparse_step": 1,
    }  # fmt: skip
    vocabulary = json.loads((tokenizer / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    config = AutoConfig.for_model(kind, vocab_size=vocabulary, **sizes)
    models: Any = AutoModelForCausalLM
    models.from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        if (tokenizer / name).exists():
            shutil.copy(tokenizer / name, folder)
    return folder


# Guessed tokens must not change an answer: one of the schemes is served with them, and again compiled as users have it.
# FP8 is asked once: on a processor without a kernel of its own oneDNN's reference loop takes a minute for a question.
@pytest.mark.parametrize(
    ("scheme", "speculate", "questions", "compiled"),
    [
        pytest.param("w8a8", "ngram", 4, False, marks=pytest.mark.long),
        pytest.param("w8a8", "ngram", 4, True, marks=pytest.mark.long),
        pytest.param("w4a16", "none", 4, False, marks=pytest.mark.long),
        pytest.param("fp8", "none", 1, False, marks=pytest.mark.long),
    ],
)
def test_a_compressed_model_that_is_served_gives_the_learned_answers(
    make: Callable[[str], Made],
    scheme: str,
    speculate: str,
    questions: int,
    compiled: bool,
    vllm_python: Path,
    app_conversations: list[list[Message]],
    tmp_path: Path,
) -> None:
    # A short warm-up, and by a limit that nothing meets small steps: in FP8 a thousand tokens may take minutes.
    options = ("--python", str(vllm_python), "--speculate", speculate, "--prompt-tokens", "64", "--slo", TIGHT)
    with launching(make(scheme).folder, tmp_path, free_port(), options, compiled=compiled) as server:
        client = server.client().with_options(timeout=300)
        answers = [
            client.chat.completions.create(
                model=server.model, messages=cast(Any, turns[:-1]), temperature=0, max_tokens=128
            )
            for turns in app_conversations[:questions]
        ]
        counted = httpx2.get(f"{server.url}/metrics", timeout=30).text
    learned = [turns[-1]["content"].split() for turns in app_conversations[:questions]]
    said = [(answer.choices[0].message.content or "").split() for answer in answers]
    # What it knows by heart survives; a few bits may cost a word.
    kept = [share_before_difference(tuple(one), tuple(other)) for one, other in zip(said, learned, strict=True)]
    assert sum(kept) / len(kept) > 0.5
    # The answers are sentences of the passages, which is what is guessed.
    accepted = re.search(r"^vllm:spec_decode_num_accepted_tokens_total\S* (\S+)$", counted, re.MULTILINE)
    assert (accepted is not None and float(accepted[1]) > 0) == (speculate == "ngram")


@pytest.mark.parametrize(
    ("scheme", "kernel"), [("nvfp4", "NVFP4"), pytest.param("mxfp4", "MXFP4", marks=pytest.mark.long)]
)
def test_a_scheme_without_a_kernel_for_this_processor_is_refused_at_launch(
    make: Callable[[str], Made], scheme: str, kernel: str, vllm_python: Path
) -> None:
    refused = command_of("model", "serve", str(make(scheme).folder), "--python", str(vllm_python), "--profile", "cpu")
    assert refused.code == 1
    assert f"no {kernel} kernel" in refused.err
