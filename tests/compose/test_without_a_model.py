"""Projects without a model: none is wanted, or none can be had. And one with documents of one's own."""

from __future__ import annotations

from pathlib import Path

from tests.compose.conftest import Start
from tests.compose.stack import wait_until


def test_where_the_model_cannot_be_had_answers_stay_extractive_and_the_reason_is_said(start: Start) -> None:
    # No such name: with a hub it is unknown there, without one the hub cannot be reached.
    stack = start("no-model", MODEL="groundwork-tests/there-is-no-such-model")
    stack.up()
    wait_until(lambda: stack.ask().is_right, 300, "the first answer")
    assert stack.exit_code("model-get") == 1
    assert "groundwork model get smollm2" in stack.compose("logs", "model-get") or "no model" in stack.compose(
        "logs", "model-get"
    )
    wait_until(lambda: stack.ask().groundwork["degraded_reason"] == "unreachable", 60, "the reason in the answers")
    reply = stack.ask()
    assert (reply.is_right, reply.mode) == (True, "extractive")
    status, ready = stack.get("/ready")
    assert status == 200
    assert "There is no model" in ready["model"]["error"]
    assert "Hugging Face Hub" in ready["model"]["error"]
    # Nothing runs in a loop: the job has ended, and the server waits.
    assert stack.inspect("model-get")["RestartCount"] == 0
    assert stack.inspect("model")["RestartCount"] == 0
    assert stack.compose("logs", "model").count("Waiting for it") == 1


def test_documents_of_ones_own_without_a_model_need_two_variables(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir(mode=0o755)
    (folder / "lamps.md").write_text("# Lamps\n\nThe lamp in the hall takes a bulb of 45 watts.\n", encoding="utf-8")
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_mode & 0o005 != 0o005:
            each.chmod(each.stat().st_mode | 0o055)
    stack = start("own", MODEL="none", DOCS=str(folder), GROUNDWORK_DOMAIN="")
    stack.up()
    question = "Which bulb does the lamp in the hall take?"
    wait_until(lambda: stack.ask(question).is_right, 300, "an answer from the own documents")
    reply = stack.ask(question)
    assert (reply.mode, reply.groundwork["degraded"]) == ("extractive", False)
    assert reply.groundwork["citations"][0]["document_id"] == "lamps.md"
    (folder / "lamps.md").write_text("# Lamps\n\nThe lamp in the hall takes no bulb.\n", encoding="utf-8")
    stack.compose("up", "--no-deps", "ingest")
    assert stack.exit_code("ingest") == 0
    assert not stack.ask(question).is_right
