"""Why vLLM ended, from its log.

vLLM is several processes, each of which writes the traceback of its own error; the later ones only say that another
process failed ("See root cause above"). The cause is the first error:

    1. the end of a traceback: the exception, its first one where one caused another, with the lines of its message
    2. a wrong argument, as argparse reports it
    3. a process that a signal ended, which writes nothing itself
    4. a line of level ERROR, or one that begins with an error's name

A warning is no error, whatever its text contains.

Not covered: lines of two processes that are mixed within one traceback without a prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

NO_REASON = "it gave no reason"
_LONGEST = 500
"""Characters of a cause; vLLM lists all architectures that it knows."""
_PREFIX = re.compile(r"^(\(\w+ pid=\d+\) )?(?:(DEBUG|INFO|WARNING|ERROR|CRITICAL) [\d-]+ [\d:]+ \[[^\]]*\] ?)?")
_TRACEBACK = "Traceback (most recent call last):"
_EXCEPTION = re.compile(r"^(?:\w+\.)*(\w+)(?:: (.*))?$")
_NAMED = re.compile(r"^(?:\w+\.)*\w+(?:Error|Exception): ")
_FOLLOWER = re.compile(r"root cause|EngineDeadError|KeyboardInterrupt|SystemExit|^RuntimeError: cancelled$")
"""`cancelled`: the engine waits for the ranks of a worker that has gone."""
_USAGE = re.compile(r"^\S+: error: (.+)$")
_KILLED = re.compile(r"died unexpectedly \(exit code: -(\d+)\)")
_NOISE = re.compile(
    r"\d+ validation errors? for \w+ (?:Value error, )?|\s*(?:For further information visit \S+|\[type=\w+, input_.*)"
)
"""What pydantic writes around the message."""


def find_cause(log: str) -> str:
    """Return the first error of a log in one line; NO_REASON when it has none."""
    lines = [_split(line) for line in log.splitlines()]
    found = (*_exceptions(lines), *_usage_errors(lines), *_killed(lines), *_errors(lines))
    causes = [cause for cause in found if not _FOLLOWER.search(cause)]
    return _shorten(causes[0]) if causes else NO_REASON


def _split(line: str) -> tuple[str, str, str]:
    """Return process, level and text of a line; process and level are empty where it states none."""
    match = _PREFIX.match(line)
    assert match is not None
    return match[1] or "", match[2] or "", line[match.end() :]


def _exceptions(lines: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the exception at the end of each traceback, in the order in which they were written."""
    found: list[list[str]] = []
    in_traceback: set[str] = set()
    in_message: dict[str, list[str]] = {}
    for process, level, text in lines:
        indented = text[:1].isspace()
        if text.startswith(_TRACEBACK):
            in_traceback.add(process)
            in_message.pop(process, None)
        elif process in in_message and indented and level in ("", "ERROR"):
            in_message[process].append(text.strip())
        elif process in in_traceback and text and not indented:
            in_traceback.remove(process)
            if match := _EXCEPTION.match(text):
                in_message[process] = [": ".join(filter(None, match.groups()))]
                found.append(in_message[process])
        else:
            in_message.pop(process, None)
    for message in found:
        yield " ".join(message)


def _usage_errors(lines: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for _, _, text in lines:
        if match := _USAGE.match(text):
            yield match[1]


def _killed(lines: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for _, _, text in lines:
        if match := _KILLED.search(text):
            why = ", most likely because memory ran out" if match[1] == "9" else ""
            yield f"signal {match[1]} ended a process of vLLM{why}"


def _errors(lines: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for _, level, text in lines:
        if (level in ("ERROR", "CRITICAL") and text.strip()) or (not level and _NAMED.match(text)):
            yield text.strip()


def _shorten(cause: str) -> str:
    plain = _NOISE.sub("", cause)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST].rstrip() + " …"
