"""What a model reads about its first answer."""

from __future__ import annotations

from app.answer.generated.retry import is_better, second_prompt
from app.grounding import Evidence, Flag, Report, SentenceScore
from core.types import Message
from testing.passages import passages

FIRST = [Message("system", "Rules."), Message("user", "Question?")]
ANSWER = "Everybody has 77 days, says Falk."


def flag(text: str, *, hard: bool = True, evidence: Evidence | None = None) -> Flag:
    start = ANSWER.find(text)
    return Flag(start, start + len(text), text, "number_absent", "hard" if hard else "soft", 0.5, evidence)


def report(*flags: Flag, score: float = 0.5) -> Report:
    return Report(not flags, score, flags, (SentenceScore(0, len(ANSWER), score, not flags),), ())


def correction(*flags: Flag) -> str:
    return second_prompt(FIRST, ANSWER, report(*flags), passages(2))[-1].content


def test_the_conversation_goes_on_where_it_was() -> None:
    messages = second_prompt(FIRST, ANSWER, report(flag("77")), passages(2))
    assert messages[:3] == [*FIRST, Message("assistant", ANSWER)]
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]


def test_each_flag_is_listed_with_its_reason_and_its_evidence() -> None:
    lines = correction(flag("77", evidence=Evidence(1, 0, 2, "25")), flag("Falk")).splitlines()
    assert '- "77": not in the sources; nearest there: “25” [2]' in lines
    assert '- "Falk": not in the sources' in lines


def test_an_answer_with_many_flags_or_long_ones_makes_no_endless_prompt() -> None:
    content = correction(*(flag("x" * 5000) for _ in range(500)))
    assert len(content) < 10_000
    assert content.count("\n- ") == 20


def test_fewer_hard_flags_are_better_and_then_a_higher_score_and_then_the_second_answer() -> None:
    one, two = report(flag("77"), score=0.1), report(flag("77"), flag("Falk"), score=0.9)
    assert is_better(second=one, first=two)
    assert not is_better(second=two, first=one)
    soft = report(flag("77", hard=False), score=0.6)
    assert is_better(second=soft, first=one)
    assert is_better(second=report(flag("77", hard=False), score=0.7), first=soft)
    assert not is_better(second=report(flag("77", hard=False), score=0.5), first=soft)
    assert is_better(second=soft, first=soft)


def test_a_refusal_is_better_than_a_hard_flag_and_worse_than_a_soft_one() -> None:
    assert is_better(second=None, first=report(flag("77"), score=0.9))
    assert not is_better(second=None, first=report(flag("77", hard=False), score=0.2))
