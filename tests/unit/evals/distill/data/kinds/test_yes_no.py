"""Whether a statement says yes or no to a question."""

from __future__ import annotations

import random

import pytest

from evals.distill.data.kinds.yes_no import Decision, begins_with, decide, whether
from tests.unit.evals.distill.data.passages import group, passage


@pytest.mark.parametrize(
    ("question", "sentence", "decision"),
    [
        ("Can I request leave by e-mail?", "You may request leave by e-mail.", "Yes"),
        ("Do I have to lock my laptop?", "You must lock your laptop.", "Yes"),
        ("Do I need to show my badge?", "You need to show your badge, and then sign the list.", "Yes"),
        ("Am I allowed to share files with guests?", "You can share files with guests by adding their address.", "Yes"),
        ("Am I allowed to share my password (security)?", "You may not share your password.", "No"),
        ("Is it ok to tape the door?", "You can’t tape the door.", "No"),
        ("May I tape the doors of the lab?", "Do not tape the doors of the lab.", "No"),
        ("Am I allowed to tape the doors of the lab?", "Please don't tape the doors of the lab.", "No"),
        ("Can I tape the doors of the lab?", "Never tape the doors of the lab!", "No"),
        ("Do I need to call the desk?", "You do not need to call the desk.", "No"),
        ("Security: should I prop the door?", "You should not prop the door.", "No"),
        ("Can I use my card in Travel?", "You can use your card.", "Yes"),
    ],
)
def test_a_statement_decides_what_it_says_of_the_same_act(question: str, sentence: str, decision: Decision) -> None:
    assert decide(question, sentence) == decision


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Can I use my card?", "You may not use your card for personal purchases."),
        ("Can I use my card?", "You can use your card for official purchases."),
        ("Can I use my card?", "You can only use your card abroad."),
        ("Can I use my card?", "You can use your card if your manager agrees."),
        ("Can I use my card?", "If your manager agrees, you can use your card."),
        ("Can I use my card?", "You must use your card."),
        ("Can I skip the course?", "You do not have to skip the course."),
        ("Can I use my badge?", "You can use your card."),
        ("How can I use my card?", "You can use your card."),
        ("Who can use my card?", "You can use your card."),
        ("Can I be asked for my card?", "You may be asked for your card."),
        ("Can I tape the door?", "Do not tape the door unless the desk agrees."),
        ("Can I tape the door?", "Do not tape the door."),
        ("Can I forget to sign the list?", "Do not forget to sign the list."),
        ("Can I add them manually?", "You can add them manually."),
        ("", ""),
    ],
)
def test_what_is_not_certain_is_not_decided(question: str, sentence: str) -> None:
    assert decide(question, sentence) is None


def test_a_question_is_made_of_a_statement_that_decides_it() -> None:
    shown = group(passage("You must lock your laptop in every train. You may not lend your badge to guests."))
    found = {one[0].text: one[0].template for seed in range(30) if (one := whether(shown, random.Random(seed)))}
    assert found["Do I have to lock my laptop in every train?"] == "whether: yes"
    assert found["Can I lend my badge to guests?"] == "whether: no"
    assert whether(group(passage("The desk is open. You can call the desk if it rains.")), random.Random(1)) is None


def test_the_decision_is_before_the_answer() -> None:
    assert begins_with("No", "You may not lend your badge [1].") == "No. You may not lend your badge [1]."
    assert begins_with("Yes", "- You can call [1].\n- Or write [1].") == "Yes.\n- You can call [1].\n- Or write [1]."
    assert begins_with(None, "You can call [1].") == "You can call [1]."
