"""What cannot be served here is refused with the fix, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ServingError
from serving.checkpoint.quantization import Quantization
from serving.checkpoint.read import read_checkpoint
from serving.hardware.gpu import Gpu
from serving.hardware.kernels import AMX
from serving.launch.refusals import check_chat, check_gpu_kernels, check_processor_kernels, kernel_notes
from testing.serving.checkpoints import write_checkpoint

NO_FLAGS: frozenset[str] = frozenset()


def gpu(capability: float, name: str = "NVIDIA Some GPU") -> Gpu:
    return Gpu(name, capability, 80 << 30, 79 << 30)


def refusal(folder: Path) -> str:
    with pytest.raises(ServingError) as raised:
        check_chat(read_checkpoint(folder))
    return str(raised.value)


def test_a_checkpoint_without_tokenizer_or_chat_template_is_refused(tmp_path: Path) -> None:
    assert "no chat template" in refusal(write_checkpoint(tmp_path / "base", template=False))
    bare = write_checkpoint(tmp_path / "bare")
    (bare / "tokenizer.json").unlink()
    assert "has no tokenizer" in refusal(bare)


def test_a_template_in_a_file_of_its_own_is_enough(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, template=False)
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    check_chat(read_checkpoint(folder))


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("nvfp4", "no NVFP4 kernel"),
        ("mxfp4", "no MXFP4 kernel"),
        ("mxfp8", "no MXFP8 kernel"),
        ("w8a16", "CPUWNA16LinearKernel"),
        ("fp8-weights", "8-bit floating-point weights alone"),
        ("fp8-block", "AMX"),
    ],
)
def test_what_a_processor_cannot_multiply_is_refused_with_the_missing_kernel(kind: str, missing: str) -> None:
    with pytest.raises(ServingError, match=missing):
        check_processor_kernels(Quantization((kind,)), NO_FLAGS)


def test_four_bit_weights_need_avx512_on_x86() -> None:
    with pytest.raises(ServingError, match=r"w4a16 .* needs AVX-512, .*\. Serve a w8a8"):
        check_processor_kernels(Quantization(("w4a16",)), frozenset({"sse2", "avx2"}))
    check_processor_kernels(Quantization(("w4a16",)), frozenset({"sse2", "avx2", "avx512f"}))


def test_what_a_processor_can_multiply_is_served() -> None:
    check_processor_kernels(Quantization(("w4a16", "w8a8", "fp8")), NO_FLAGS)
    check_processor_kernels(Quantization(("fp8-block",)), frozenset({AMX}))
    check_processor_kernels(Quantization(), NO_FLAGS)


def test_one_kind_without_a_kernel_among_others_is_enough() -> None:
    with pytest.raises(ServingError, match="nvfp4"):
        check_processor_kernels(Quantization(("w4a16", "nvfp4")), NO_FLAGS)


def test_int8_is_refused_on_blackwell_and_served_before() -> None:
    check_gpu_kernels(Quantization(("w8a8",)), gpu(9.0))
    for capability in (10.0, 12.0):
        with pytest.raises(ServingError, match=r"INT8 is not supported on Blackwell.*--scheme fp8"):
            check_gpu_kernels(Quantization(("w8a8",)), gpu(capability))


def test_a_gpu_that_is_too_old_is_refused() -> None:
    with pytest.raises(ServingError, match=r"need compute capability 7.5, and NVIDIA Some GPU has 7.0"):
        check_gpu_kernels(Quantization(("w4a16",)), gpu(7.0))


def test_what_is_served_without_the_speed_of_its_name_is_noted() -> None:
    assert "reference loop" in kernel_notes(Quantization(("fp8",)), None)[0]
    assert "unpacked to 16 bits" in kernel_notes(Quantization(("fp8",)), gpu(8.0))[0]
    assert "unpacked to 16 bits" in kernel_notes(Quantization(("nvfp4",)), gpu(9.0))[0]
    assert "vLLM decides" in kernel_notes(Quantization(("method:bitsandbytes",)), gpu(9.0))[0]
    assert kernel_notes(Quantization(("fp8",)), gpu(9.0)) == ()
    assert kernel_notes(Quantization(("w8a8",)), None) == ()
