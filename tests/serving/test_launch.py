"""`groundwork model serve` with a real vLLM: what is open, what is closed, overload, death and the end.

One server for all; the tests that end it stand last.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
import torch
from openai import OpenAI
from safetensors.torch import save_file

from app.answer.generated.llm.openai import OpenAIClient
from app.answer.generated.llm.protocol import Ended, Served
from app.service.load import read_sample
from core.processor import processor_flags
from core.recipe import Recipe
from core.settings import Settings
from core.types import Message as Turn
from serving.checkpoint.read import read_checkpoint
from serving.hardware.gpu import installed_gpu
from serving.hardware.kernels import KERNELS, missing_for_experts
from serving.hardware.machine import Machine, find_machine
from serving.launch.adapters import parse_adapters
from serving.launch.deployment import choose_deployment
from serving.launch.flags import plan_launch
from serving.launch.request import LaunchRequest
from serving.launch.speculation import parse_speculation
from serving.launch.speed import ProcessorSpeed
from serving.model.architecture import load_model
from serving.model.kv_cache import Cache, pool_bytes
from serving.model.shape import ModelShape
from serving.performance.slo import Slo
from serving.vllm import Environment, Server
from testing.model_server import free_port
from testing.serving.app_service import LEARNED_QUESTIONS, REPOSITORY, running_app
from testing.serving.examples import Message
from testing.serving.launched import START_LIMIT_SECONDS, Launched, launching, wait_until
from testing.serving.processors import AVX2, avx2_python

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
# No server meets a millisecond between tokens: the smallest batch is planned, and a long queue.
TIGHT = "ttft=600000,itl=1"
SHORT_PATIENCE = "\n[overload]\nttft_ms = 1500\n"
WAITING, LONG = 16, 400
# Layers of one kind, of one window, five to one as in Gemma 3 with padding, and nearly as many of each.
POOLS = (
    ("llama-3.1-8b", (None,) * 32),
    ("llama-3.1-8b", (1024,) * 32),
    ("gemma-3-27b", ((512,) * 5 + (None,)) * 4 + (512, 512)),
    ("llama-3.1-8b", (None,) * 13 + (128,) * 12),
)
OWN_PATHS = {"/health", "/metrics", "/v1/models", "/v1/chat/completions", "/openapi.json"}
HIDDEN_BEHIND = ("/page/..", "/v1/..", "/page/%2e%2e", "/v1/chat/completions/..", "/.")


def with_windows(shape: ModelShape, windows: tuple[int | None, ...]) -> ModelShape:
    """Return the model with as many layers of its first one's cache, looking back so far."""
    layer = shape.cache.on_each(1)[0]
    layers = tuple(replace(layer, kind="sliding" if window else "full", window=window) for window in windows)
    return replace(shape, cache=Cache({1: layers}, "by hand"))


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory, tiny_checkpoint_dir: Path) -> Path:
    """A LoRA adapter in PEFT's layout that changes what the model says."""
    folder = tmp_path_factory.mktemp("adapter")
    config = json.loads((tiny_checkpoint_dir / "config.json").read_text(encoding="utf-8"))
    width, rank = config["hidden_size"], 8
    generator = torch.Generator().manual_seed(0)
    prefix = "base_model.model.model.layers.0.self_attn.q_proj"
    tensors = {
        f"{prefix}.lora_A.weight": torch.randn(rank, width, generator=generator),
        f"{prefix}.lora_B.weight": torch.randn(width, rank, generator=generator),
    }
    save_file(tensors, folder / "adapter_model.safetensors")
    about = {"peft_type": "LORA", "r": rank, "lora_alpha": 64, "target_modules": ["q_proj"], "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def launched(
    vllm_python: Path, tiny_checkpoint_dir: Path, adapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Launched]:
    options = [
        *("--python", str(vllm_python)),
        *("--slo", TIGHT),
        *("--lora", f"other={adapter}"),
        *("--name", "tiny"),
    ]
    scratch = tmp_path_factory.mktemp("launched")
    with launching(tiny_checkpoint_dir, scratch, free_port(), options) as running:
        yield running


@pytest.fixture(scope="module")
def app_url(launched: Launched, app_settings: Settings) -> Iterator[str]:
    domain = app_settings.domain_dir / "domain.toml"
    patient = domain.read_text(encoding="utf-8")
    domain.write_text(patient + SHORT_PATIENCE, encoding="utf-8")
    try:
        with running_app(app_settings, f"{launched.url}/v1", launched.model, launched.key) as url:
            yield url
    finally:
        domain.write_text(patient, encoding="utf-8")


def ask(client: OpenAI, model: str, text: str, tokens: int = 16) -> str:
    answer = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}], temperature=0, max_tokens=tokens
    )
    return answer.choices[0].message.content or ""


def ask_app(url: str, text: str) -> httpx2.Response:
    body = {"messages": [{"role": "user", "content": text}]}
    return httpx2.post(f"{url}/v1/chat/completions", json=body, timeout=120)


def test_the_installed_vllm_knows_every_flag_has_the_kernels_that_are_counted_on_and_the_arithmetic_of_the_cache(
    vllm_python: Path, tiny_checkpoint_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    request = LaunchRequest(tiny_checkpoint_dir, Slo(ttft=1000, itl=50))
    checkpoint = read_checkpoint(tiny_checkpoint_dir)
    here = replace(find_machine({"PATH": ""}), gpus=())
    gpu = installed_gpu("NVIDIA H100 80GB HBM3", 9.0, 85 << 30, 84 << 30)
    server = Machine(64, 1 << 40, 1 << 40, frozenset(), compiles=True, gpus=(gpu,) * 8)
    plans = [
        plan_launch(choose_deployment(asked, checkpoint, machine, lambda _: ProcessorSpeed(1e11, 1e10)))
        for asked, machine in (
            (request, here),
            (replace(request, cache_type="fp8"), server),
            (replace(request, profile="throughput"), server),
            (replace(request, adapters=parse_adapters([f"a={adapter}", f"b={adapter}"])), here),
            (replace(request, speculation=parse_speculation(f"draft={tiny_checkpoint_dir}")), server),
        )
    ]
    shapes = [with_windows(load_model(name), windows) for name, windows in POOLS]
    pools = [
        {
            "windows": [layer.window for layer in shape.cache.on_each(1)],
            "tokens": tokens,
            "values": shape.cache.on_each(1)[0].values,
            "bytes": pool_bytes(shape, tokens, "bf16"),
        }
        for shape in shapes
        for tokens in (1800, 8192)
    ]
    out = tmp_path / "facts.json"
    script = REPOSITORY / "testing" / "serving" / "vllm_facts.py"
    subprocess.run(
        [vllm_python, script, out],
        input=json.dumps(
            {"plans": [plan.arguments for plan in plans], "pools": pools, "model": str(tiny_checkpoint_dir)}
        ).encode(),
        env={**os.environ, "VLLM_NO_USAGE_STATS": "1", "PYTHONPATH": ""},
        cwd=tmp_path,
        check=True,
    )
    facts = json.loads(out.read_text(encoding="utf-8"))
    for plan, parsed in zip(plans, facts["parsed"], strict=True):
        for flag in plan.flags:
            assert parsed[flag.name.removeprefix("--").replace("-", "_")] not in ("None", "False"), flag
    for kind, kernels in facts["kernels"].items():
        assert bool(kernels) == (KERNELS[kind].processor is None), kind
    assert "CPUWNA16LinearKernel" in facts["kernels"]["w4a16"]
    for kind, experts in facts["experts"].items():
        assert KERNELS[kind].experts in (experts or [None]), kind
        assert any(experts.values()) == (missing_for_experts(kind, processor_flags()) is None), kind
    assert not facts["avx2_w4a16"], "the build for AVX2 has a kernel for 4-bit weights: serve them there"
    assert facts["enough"] == [[True, False]] * 2 * len(POOLS), "enough for one request, and not a byte too much"


@pytest.mark.long
def test_a_processor_with_avx2_only_serves_in_float32(
    vllm_python: Path, tiny_checkpoint_dir: Path, app_conversations: list[list[Message]], tmp_path: Path
) -> None:
    machine = replace(find_machine({"PATH": ""}), gpus=(), flags=AVX2)
    request = LaunchRequest(tiny_checkpoint_dir, Slo(ttft=1000, itl=50), name="tiny", port=free_port())
    checkpoint = read_checkpoint(tiny_checkpoint_dir)
    plan = plan_launch(choose_deployment(request, checkpoint, machine, lambda _: ProcessorSpeed(4e10, 1e10)))
    assert ("--dtype", "float32") in pairwise(plan.arguments)
    environment = Environment(avx2_python(tmp_path, vllm_python), os.environ, tmp_path / "log")
    server = Server.start(environment, tiny_checkpoint_dir, plan.url, plan.arguments)
    try:
        server.wait_until_healthy(START_LIMIT_SECONDS)
        conversation: Any = app_conversations[0]
        answer = OpenAI(base_url=f"{plan.url}/v1", api_key="none").chat.completions.create(
            model="tiny", messages=conversation[:-1], temperature=0, max_tokens=128
        )
    finally:
        server.kill()
    assert answer.choices[0].message.content == conversation[-1]["content"]


def test_the_line_for_the_app_is_all_that_is_on_stdout_and_works(
    launched: Launched, app_conversations: list[list[Message]]
) -> None:
    assert set(launched.variables) == {"LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"}
    conversation: Any = app_conversations[0]
    answer = launched.client().chat.completions.create(
        model=launched.model, messages=conversation[:-1], temperature=0, max_tokens=128
    )
    assert answer.choices[0].message.content == conversation[-1]["content"]
    assert "Ready. A single request " in launched.messages.read_text(encoding="utf-8")


@pytest.mark.parametrize("likeliest", [{}, {"top_p": 0.9}])
def test_with_guessed_tokens_a_temperature_near_zero_draws_what_the_model_finds_likely(
    launched: Launched, likeliest: dict[str, float]
) -> None:
    # Guesses are of what followed the same words before. That a temperature is not what happens to be in memory is
    # tested by test_vllm_plugin.py: here, it may happen to be the right one.
    text = "what followed the same words " * 12
    asked: Any = {"n": 4, "seed": 1, "temperature": 0.01, "max_tokens": 64, "logprobs": True, "top_logprobs": 1}
    create: Any = launched.client().chat.completions.create
    drawn = create(model=launched.model, messages=[{"role": "user", "content": text}], **asked, **likeliest)
    tokens = [token for choice in drawn.choices for token in choice.logprobs.content]
    worse = [token.top_logprobs[0].logprob - token.logprob for token in tokens]
    # At 0.01, a token that is less likely by 0.2 in the logarithm is drawn once in 500 million times.
    assert max(worse) < 0.2
    metrics = httpx2.get(f"{launched.url}/metrics", headers={"Authorization": f"Bearer {launched.key}"}).text
    guessed = re.search(r"^vllm:spec_decode_num_draft_tokens_total\{.*\} ([\d.e+]+)$", metrics, re.MULTILINE)
    assert guessed is not None
    assert float(guessed[1]) > 0


def test_nobody_without_the_key_is_answered(launched: Launched) -> None:
    with pytest.raises(openai.AuthenticationError):
        ask(launched.client(key="guessed"), launched.model, "Hello")


def test_the_key_stands_neither_in_the_list_of_processes_nor_in_the_log(launched: Launched) -> None:
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in (*launched.processes(), launched.process.pid)]
    assert not any(launched.key.encode() in command for command in commands)
    assert launched.key not in launched.log.read_text(encoding="utf-8", errors="replace")


def test_an_adapter_answers_under_its_own_name(launched: Launched) -> None:
    client = launched.client()
    assert {model.id for model in client.models.list()} == {"tiny", "other"}
    assert ask(client, "tiny", LEARNED_QUESTIONS[0]) != ask(client, "other", LEARNED_QUESTIONS[0])


def test_the_model_answers_beside_its_adapter_as_it_does_alone(launched: Launched) -> None:
    client = launched.client()
    alone = {text: ask(client, "tiny", text) for text in LEARNED_QUESTIONS}
    asked = [(name, text) for text in LEARNED_QUESTIONS for name in ("other", "tiny")] * 4
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda one: ask(client, *one), asked))
    of_the_model = [(text, answer) for (name, text), answer in zip(asked, together, strict=True) if name == "tiny"]
    assert of_the_model == [(text, alone[text]) for text, _ in of_the_model]


def test_a_recipe_is_answered_by_the_adapter_that_it_names_with_the_context_and_the_tokenizer_of_its_model(
    launched: Launched,
) -> None:
    async def answered() -> tuple[Served, Served, int | None, list[str]]:
        llm = OpenAIClient.connect(f"{launched.url}/v1", launched.key, "tiny")
        messages = [Turn("user", LEARNED_QUESTIONS[0])]
        recipes = Recipe(max_tokens=4), Recipe(max_tokens=4, model="other")
        try:
            ended = [[piece async for piece in llm.generate(messages, recipe)][-1] for recipe in recipes]
            models = [end.model for end in ended if isinstance(end, Ended)]
            return await llm.served(), await llm.served("other"), await llm.count("Leave.", "other"), models
        finally:
            await llm.close()

    base, adapter, count, models = asyncio.run(answered())
    assert models == ["tiny", "other"]
    assert base.context == adapter.context is not None
    assert base.listed == ("tiny", "other")
    assert count


def test_vllm_listens_on_this_machine_only(launched: Launched) -> None:
    listening = launched.listening()
    assert listening
    assert listening <= LOOPBACK


def test_nothing_of_vllm_but_the_answers_is_reachable_through_the_app(launched: Launched, app_url: str) -> None:
    open_paths = set(httpx2.get(f"{launched.url}/openapi.json").json()["paths"])
    assert {"/invocations", "/tokenize", "/metrics", "/load"} <= open_paths
    # Without a key, vLLM itself answers: this is what the app must not hand on.
    body = {"model": launched.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    assert httpx2.post(f"{launched.url}/invocations", json=body, timeout=60).status_code == 200

    closed = {path.replace("{response_id}", "x") for path in open_paths - OWN_PATHS}
    spelled = [*closed, *(f"{prefix}/invocations" for prefix in HIDDEN_BEHIND), "//invocations", "/INVOCATIONS"]
    with httpx2.Client(timeout=60) as client:
        for path in spelled:
            for method in ("GET", "POST"):
                # A URL as it stands: a client would fold the dots.
                answer = raw_request(app_url, method, path, json.dumps(body))
                assert answer in (404, 405), (method, path, answer)
        assert "vllm:" not in client.get(f"{app_url}/metrics").text
        assert [model["id"] for model in client.get(f"{app_url}/v1/models").json()["data"]] == ["groundwork"]
        assert client.get(f"{app_url}/health").json() == {"status": "ok"}
        assert launched.key not in client.get(f"{app_url}/v1/configuration").text


def raw_request(url: str, method: str, path: str, body: str) -> int:
    """The status of a request whose path is sent as it is written."""
    import http.client

    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode())
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_app_sheds_load_while_a_queue_stands_and_takes_questions_again(launched: Launched, app_url: str) -> None:
    assert ask_app(app_url, LEARNED_QUESTIONS[0]).json()["groundwork"]["mode"] == "generated"
    with standing_queue(launched):
        refused = first_refusal(app_url)
    assert refused.json()["error"]["code"] == "overloaded"
    assert int(refused.headers["retry-after"]) >= 1
    assert wait_until(lambda: ask_app(app_url, LEARNED_QUESTIONS[0]).status_code == 200, seconds=60)
    assert 'groundwork_questions_shed_total{answer="refuse"}' in httpx2.get(f"{app_url}/metrics").text


@contextmanager
def standing_queue(launched: Launched) -> Iterator[None]:
    """Requests that vLLM has not begun, for as long as the block lasts: its engine is stopped while they wait.

    A queue that moves would be over soon on a fast machine, and late to be seen on a slow one.
    """
    # A connection that vLLM closes while the next request is written to it is opened again.
    client = launched.client().with_options(max_retries=5)
    engine, enough = launched.engine(), threading.Event()
    burst = running_at_most(launched) + WAITING

    def fill(number: int) -> None:
        while not enough.is_set():
            client.chat.completions.create(
                model=launched.model,
                messages=[{"role": "user", "content": f"Story {number}"}],
                max_tokens=LONG,
                extra_body={"ignore_eos": True},
            )

    def stands() -> bool:
        os.kill(engine, signal.SIGSTOP)
        time.sleep(0.5)  # What the engine said last is still on its way.
        if waiting_requests(launched):
            return True
        os.kill(engine, signal.SIGCONT)
        return False

    with ThreadPoolExecutor(burst) as pool:
        filling = [pool.submit(fill, number) for number in range(burst)]
        try:
            assert wait_until(stands, seconds=60), "vLLM never had a queue"
            yield
        finally:
            enough.set()
            os.kill(engine, signal.SIGCONT)
    for each in filling:
        each.result()


def running_at_most(launched: Launched) -> int:
    """The batch that was planned for this machine."""
    for pid in launched.processes():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"--max-num-seqs" in words:
            return int(words[words.index(b"--max-num-seqs") + 1])
    raise AssertionError("no process of vLLM's has --max-num-seqs")


def waiting_requests(launched: Launched) -> float:
    sample = read_sample(httpx2.get(f"{launched.url}/metrics", timeout=30, verify=False).text, at=0.0)
    assert sample is not None
    return sample.waiting


def first_refusal(app_url: str) -> httpx2.Response:
    """Ask until the service refuses. Nobody waits for the questions that it takes."""
    refusals: list[httpx2.Response] = []

    def refuses() -> bool:
        body = {"messages": [{"role": "user", "content": LEARNED_QUESTIONS[1]}]}
        try:
            answer = httpx2.post(f"{app_url}/v1/chat/completions", json=body, timeout=1.0)
        except httpx2.TimeoutException:
            return False
        refusals.append(answer)
        return answer.status_code == 503

    assert wait_until(refuses, seconds=120), "the service refused nothing"
    return refusals[-1]


def test_an_engine_that_dies_is_started_again_and_the_documents_answer_meanwhile(
    launched: Launched, app_url: str
) -> None:
    os.kill(launched.engine(), signal.SIGKILL)
    assert wait_until(lambda: "Starting it again" in launched.messages.read_text(encoding="utf-8"), seconds=60)
    answer = ask_app(app_url, LEARNED_QUESTIONS[0]).json()["groundwork"]
    assert (answer["mode"], answer["degraded"]) == ("extractive", True)
    back = wait_until(lambda: httpx_is_up(launched.url), seconds=240)
    assert back, launched.messages.read_text(encoding="utf-8")
    assert ask_app(app_url, LEARNED_QUESTIONS[0]).json()["groundwork"]["mode"] == "generated"


def httpx_is_up(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", timeout=5).is_success
    except httpx2.TransportError:
        return False


def test_an_answer_that_has_begun_is_finished_before_it_stops(launched: Launched) -> None:
    stream = launched.client().chat.completions.create(
        model=launched.model,
        messages=[{"role": "user", "content": "Hello"}],
        max_tokens=LONG,
        extra_body={"ignore_eos": True},
        stream=True,
        stream_options={"include_usage": True},
    )
    for _ in range(5):
        next(stream)
    launched.process.send_signal(signal.SIGTERM)
    rest = list(stream)
    assert rest[-1].usage is not None
    assert rest[-1].usage.completion_tokens == LONG
    assert launched.process.wait(timeout=60) == 0
    assert not launched.processes()
    assert not httpx_is_up(launched.url)
