"""Which prompts a model is calibrated on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.compress.calibration import choose_samples
from testing.serving.prompts import make_prompts


def test_the_same_prompts_are_chosen_in_any_order_and_have_the_same_hash(tmp_path: Path) -> None:
    prompts = make_prompts()
    chosen = choose_samples(prompts, 4, None, 0.0)
    assert chosen.lines == choose_samples(prompts[::-1], 4, None, 0.0).lines
    assert (chosen.domain, chosen.general, len(chosen.lines)) == (4, 0, 4)
    assert chosen.sha256 != choose_samples(prompts, 5, None, 0.0).sha256


def test_an_answer_that_is_known_is_the_last_turn(tmp_path: Path) -> None:
    prompts = make_prompts(1, answer="Yes [1].", documents=("a.md",))
    chosen = choose_samples(prompts, 1, None, 0.0)
    assert json.loads(chosen.lines[0])["messages"][-1] == {"role": "assistant", "content": "Yes [1]."}
    assert chosen.documents == {"a.md"}


def test_general_text_takes_its_share_from_the_whole_file(tmp_path: Path) -> None:
    prompts = make_prompts(16)
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


@pytest.mark.parametrize(("count", "share", "message"), [(0, 0.0, "--samples is 0"), (5, 1.0, "--general-share is 1")])
def test_counts_and_shares_that_cannot_be_are_refused(count: int, share: float, message: str) -> None:
    prompts = make_prompts()
    with pytest.raises(ConfigurationError, match=message):
        choose_samples(prompts, count, None, share)
