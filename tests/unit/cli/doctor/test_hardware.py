"""What `make doctor` says of processors and memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.doctor.finding import Finding
from cli.doctor.hardware import Hardware, check_hardware

GB = 10**9
AVX2 = frozenset({"sse2", "avx2"})
AVX512 = AVX2 | {"avx512f", "avx512_vnni"}
SOUND = Hardware("Linux", "x86_64", 8, AVX512 | {"avx512_bf16"}, memory=16 * GB, available=12 * GB)


def only(hardware: Hardware, topic: str) -> Finding:
    (finding,) = [finding for finding in check_hardware(hardware) if finding.topic == topic]
    return finding


def test_a_processor_with_bfloat16_serves_in_it() -> None:
    finding = only(SOUND, "Processor")
    assert finding.level == "ok"
    assert "VNNI" in finding.text
    assert "bfloat16" in finding.text


def test_a_processor_with_avx2_only_is_warned_of_float32_and_4_bit_weights() -> None:
    finding = only(replace(SOUND, flags=AVX2), "Processor")
    assert finding.level == "warning"
    assert "float32" in finding.text
    assert "w4a16" in finding.text


def test_a_processor_with_avx512_alone_serves_in_float32() -> None:
    finding = only(replace(SOUND, flags=AVX512), "Processor")
    assert (finding.level, "float32" in finding.text) == ("warning", True)
    assert "no kernel" not in finding.text


def test_a_processor_without_avx2_cannot_serve_a_model() -> None:
    finding = only(replace(SOUND, flags=frozenset({"sse2"})), "Processor")
    assert finding.level == "problem"
    assert "LLM_BASE_URL" in finding.fix


def test_arm_and_other_systems_are_said_to_be_untried() -> None:
    assert only(replace(SOUND, machine="aarch64"), "Processor").level == "warning"
    assert only(replace(SOUND, system="Darwin", memory=None), "System").level == "warning"


@pytest.mark.parametrize(
    ("memory", "level", "named"),
    [
        (1 * GB, "problem", "2.0 GB"),
        (2 * GB, "warning", "4.0 GB"),
        (3_800_000_000, "warning", "SmolLM2"),
        (8_100_000_000, "ok", "docker compose up"),
        (16_500_000_000, "ok", "Qwen3-1.7B"),
        (15_200_000_000, "ok", "Qwen3-1.7B"),
        (33 * GB, "ok", "Qwen3-4B-Instruct-2507"),
    ],
)
def test_the_memory_says_which_models_fit(memory: int, level: str, named: str) -> None:
    finding = only(replace(SOUND, memory=memory, available=memory // 2), "Memory")
    assert (finding.level, named in finding.text) == (level, True)
