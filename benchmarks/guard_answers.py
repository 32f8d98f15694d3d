"""Labelled real answers through a running guard: are the contexts found, and are the flags those of the checker?

    python -m benchmarks.guard_answers DATA [--limit N] [--streams N]

DATA has the folder `grounding_real`. Each answer of its sets is asked for through `groundwork guard` once in each form
in which a request has contexts: the field `contexts`, a tool's JSON, tags, and the prompts of LlamaIndex and LangChain.
The upstream, a server in this process, answers with the labelled answer. Compared with the checker alone on the set's
own contexts and question:

    contexts  requests whose contexts were found to the letter, apart from white space at their ends; the prompts of
              LlamaIndex and LangChain join them, and the joined text is compared
    flags     answers whose flags have the same place, reason and severity as those of `AnswerStream`
    whole     the same, compared with `check` on the whole answer
    verdict   answers that are supported, or not, as `AnswerStream` says
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
from llama_index.core.prompts import chat_prompts
from rich.console import Console
from rich.table import Table

from app.grounding import AnswerStream, ContextIndex, Report, check
from app.grounding.stream import report_on
from benchmarks.grounding.cases import REAL_SETS, Case, read_real_cases
from testing.guard import RunningGuard, completion, running_guard
from testing.listening import listening

_STUFF = (
    "Use the following pieces of context to answer the question at the end. If you don't know the answer, just say "
    "that you don't know, don't try to make up an answer.\n\n{context}\n\nQuestion: {question}\nHelpful Answer:"
)
_RLM = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question} \nContext: {context} \nAnswer:"
)
Body = dict[str, Any]
_Key = tuple[int, int, str, str]


def _user(text: str) -> Body:
    return {"messages": [{"role": "user", "content": text}]}


def _field(contexts: Sequence[str], question: str) -> Body:
    return {**_user(question), "contexts": list(contexts)}


def _tool(contexts: Sequence[str], question: str) -> Body:
    call = {"id": "a", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    results = json.dumps([{"text": text} for text in contexts])
    answered = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": results},
    ]
    return {"messages": [*_user(question)["messages"], *answered]}


def _tags(contexts: Sequence[str], question: str) -> Body:
    documents = "\n".join(f"<document>\n{text}\n</document>" for text in contexts)
    return _user(f"<documents>\n{documents}\n</documents>\n\nQuestion: {question}")


def _llama_index(contexts: Sequence[str], question: str) -> Body:
    made = chat_prompts.CHAT_TEXT_QA_PROMPT.format_messages(context_str="\n\n".join(contexts), query_str=question)
    return {"messages": [{"role": message.role.value, "content": message.content} for message in made]}


def _stuff(contexts: Sequence[str], question: str) -> Body:
    return _user(_STUFF.format(context="\n\n".join(contexts), question=question))


def _rlm(contexts: Sequence[str], question: str) -> Body:
    return _user(_RLM.format(context="\n\n".join(contexts), question=question))


FORMS: Mapping[str, tuple[Callable[[Sequence[str], str], Body], bool]] = {
    "contexts": (_field, False),
    "tool JSON": (_tool, False),
    "<document>": (_tags, False),
    "LlamaIndex": (_llama_index, True),
    "LangChain stuff": (_stuff, True),
    "rlm/rag-prompt": (_rlm, True),
}
"""How a request is made of contexts and question, and whether the contexts are joined in it."""


class _Labelled(BaseHTTPRequestHandler):
    """Answers with the answer that the request names: fields that it does not know pass through the guard."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = completion(body["labelled_answer"])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description="Labelled real answers through a running guard.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="answers of each set")
    parser.add_argument("--streams", type=int, default=4)
    arguments = parser.parse_args()
    read = {name: read_real_cases(arguments.data, name)[: arguments.limit] for name in REAL_SETS}
    # Some questions of MTRAG were answered without passages.
    cases = {name: [case for case in ones if case.contexts] for name, ones in read.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        listening(_Labelled) as upstream,
        running_guard(f"{upstream}/v1", Path(folder) / "log") as guard,
    ):
        table = asyncio.run(_table(guard, cases, arguments.streams))
    Console(width=140).print(table)


async def _table(guard: RunningGuard, cases: Mapping[str, Sequence[Case]], streams: int) -> Table:
    table = Table(title="Labelled answers through the guard")
    for column in ("form", "answers", "contexts", "flags", "whole", "verdict"):
        table.add_column(column, justify="left" if column == "form" else "right")
    async with httpx2.AsyncClient(timeout=60, verify=False) as http:
        for form in FORMS:
            rows = [row for ones in cases.values() for row in await _outcomes(http, guard, form, ones, streams)]
            counts = [str(sum(row[place] for row in rows)) for place in range(4)]
            table.add_row(form, str(len(rows)), *counts)
    return table


async def _outcomes(
    http: httpx2.AsyncClient, guard: RunningGuard, form: str, cases: Sequence[Case], streams: int
) -> list[tuple[bool, bool, bool, bool]]:
    limit = asyncio.Semaphore(streams)

    async def outcome(case: Case) -> tuple[bool, bool, bool, bool]:
        make, _ = FORMS[form]
        body = {"model": "m", **make(case.contexts, case.question or ""), "labelled_answer": case.answer}
        async with limit:
            reply = await http.post(f"{guard.url}/v1/chat/completions", json=body)
        return _compared(case, form, body, reply.raise_for_status().json()["groundwork"])

    return await asyncio.gather(*map(outcome, cases))


def _compared(case: Case, form: str, body: Body, field: dict[str, Any]) -> tuple[bool, bool, bool, bool]:
    _, is_joined = FORMS[form]
    expected = ["\n\n".join(case.contexts)] if is_joined else list(case.contexts)
    is_found = [text.strip() for text in _texts(body, field)] == [text.strip() for text in expected]
    question = case.question or None
    stream = AnswerStream(ContextIndex.build(case.contexts), question)
    sentences = [*stream.feed(case.answer), *stream.finish()]
    direct, whole = report_on(sentences), check(case.answer, case.contexts, question)
    grounding = field["grounding"]
    flags = {(flag["start"], flag["end"], flag["reason"], flag["severity"]) for flag in grounding["flags"]}
    return is_found, flags == _keys(direct), flags == _keys(whole), grounding["supported"] == direct.supported


def _keys(report: Report) -> set[_Key]:
    return {(flag.start, flag.end, flag.reason, flag.severity) for flag in report.flags}


def _texts(body: Body, field: dict[str, Any]) -> list[str]:
    """Return the texts that the report says it has found, read in the request where it says that they are."""
    texts = []
    for place, context in enumerate(field["contexts"]):
        if context["where"] == "field":
            texts.append(body["contexts"][place])
            continue
        content = body["messages"][context["message"]]["content"]
        if context["pointer"] is not None:
            texts.append(json.loads(content)[int(context["pointer"].split("/")[1])]["text"])
        elif context["start"] is not None:
            texts.append(content[context["start"] : context["end"]])
    return texts


if __name__ == "__main__":
    main()
