"""`groundwork ask`, `search` and `ground`: ask the documents, and check an answer against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, read_text, request, stdout


def ask_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question.")], as_json: AsJson = False
) -> None:
    """Answer a question from your documents, with citations; mark what is not in them."""
    from cli.console import print_answer

    answer = request("groundwork ask", "/v1/chat/completions", {"messages": [{"role": "user", "content": question}]})
    print_json(answer) if as_json else print_answer(answer, stdout())


def search_command(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to search for.")],
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Number of passages.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Find the passages that answer a question, without writing an answer."""
    from cli.console import print_hits

    found = request("groundwork search", "/v1/search", {"query": query, "top_k": top_k})
    print_json(found) if as_json else print_hits(found, stdout())


def ground_command(
    answer: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="File with the answer.")],
    context: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="File with a source; repeatable.")],
    question: Annotated[str | None, typer.Option(help="The question that the answer answers.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check an answer against its sources: mark what they contradict or do not contain.

    The check compares words and does not understand them: what is marked may be in the sources in other words, and
    what is not marked can still be wrong.
    """
    from app.grounding import check
    from cli.console import print_report

    text = read_text(answer)
    report = check(text, [read_text(file) for file in context], question).to_dict()
    print_json(report) if as_json else print_report(text, report, stdout())
