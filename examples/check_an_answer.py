"""Check an answer of any model against its sources, in Python, without a service.

    python examples/check_an_answer.py

The checker compares words: docs/grounding.md says what it cannot see.
"""

from app.grounding import ContextIndex, check

SOURCES = [
    "Full-time staff get 25 days of leave per year. Unused days expire on 31 March 2025.",
    "Requests go to the People team in Lisbon through the portal.",
]
ANSWER = "Full-time staff get 30 days of leave per year [1]. Requests go to the People team in Lisbon [2]."

index = ContextIndex.build(SOURCES)  # once for many answers
report = check(ANSWER, index, question="How much leave do I get?")

print("supported" if report.supported else "not supported", f"(score {report.score:.2f})")
for flag in report.flags:
    place = f", where source {flag.evidence.context + 1} has {flag.evidence.text!r}" if flag.evidence else ""
    print(f"{flag.severity} {flag.reason}: {flag.text!r}{place}")
for sentence in report.sentences:
    verdict = "supported  " if sentence.supported else "unsupported"
    print(f"{verdict} {ANSWER[sentence.start : sentence.end]}")
