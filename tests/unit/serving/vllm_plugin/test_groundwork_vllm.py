from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import pytest
import torch

from serving import vllm
from serving.vllm_plugin.groundwork_vllm import expand, of_some_rows, with_seeds


@pytest.mark.parametrize("dtype", [torch.float32, torch.int32, torch.int64])
def test_the_value_of_a_request_is_written_once_for_each_of_its_guessed_tokens(dtype: torch.dtype) -> None:
    values = torch.tensor([3, 5, 0, 7], dtype=dtype)
    output = torch.full((6,), 99, dtype=dtype)
    expand(output, values, torch.tensor([2, 2, 5, 6], dtype=torch.int32), 0, 1)
    assert output.tolist() == [3, 3, 1, 1, 1, 7]


def test_a_temperature_stays_a_fraction() -> None:
    output = torch.empty(3)
    expand(output, torch.tensor([0.25, 0.0]), torch.tensor([1, 3]), 0, 1, 32)
    assert output.tolist() == [0.25, 1.0, 1.0]


def test_no_guess_of_any_request_writes_nothing() -> None:
    output = torch.empty(0)
    expand(output, torch.tensor([0.5, 0.7]), torch.tensor([0, 0]), 0, 1)
    assert output.tolist() == []


def test_a_filter_is_not_called_without_rows_and_wrapped_once() -> None:
    def doubled(logits: torch.Tensor, _: int) -> torch.Tensor:
        assert logits.shape[0]
        return logits * 2

    once = of_some_rows(doubled)
    assert of_some_rows(once) is once
    assert once(torch.ones(1, 2), 3).tolist() == [[2.0, 2.0]]
    assert once(torch.empty(0, 2), 3).shape == (0, 2)


def test_what_a_seeded_generator_has_drawn_is_taken_back() -> None:
    @dataclass
    class Request:
        generator: torch.Generator | None
        initialized: int = 0

        def __post_init__(self) -> None:
            self.initialized += 1

    with_seeds(Request)
    with_seeds(Request)
    drawn = torch.randint(0, 2**31, (3,), generator=torch.Generator().manual_seed(7)).tolist()
    request = Request(torch.Generator().manual_seed(7))
    assert request.initialized == 1
    generator = request.generator
    assert generator is not None
    assert torch.randint(0, 2**31, (1,), generator=generator).tolist() == drawn[:1]
    generator.set_offset(generator.get_offset() - 4)
    assert torch.randint(0, 2**31, (3,), generator=generator).tolist() == drawn
    assert Request(None).generator is None


def test_vllm_finds_the_plugin_in_the_folder_that_is_put_on_its_import_path() -> None:
    folder = Path(vllm.__file__).parent / "vllm_plugin"
    found = [point for one in distributions(path=[str(folder)]) for point in one.entry_points]
    assert [(point.group, point.value) for point in found] == [("vllm.general_plugins", "groundwork_vllm:register")]


def test_an_installed_package_has_the_entry_point_too() -> None:
    root = Path(vllm.__file__).parents[1]
    packaged = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    folder = root / "serving" / "vllm_plugin"
    names = {path.name for pattern in packaged["serving.vllm_plugin"] for path in folder.glob(pattern)}
    assert names == {"METADATA", "entry_points.txt"}
