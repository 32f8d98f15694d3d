#!/usr/bin/env bash
# llama-index-core 0.14.25: a query engine that asks no model cannot be made without one.
#
# One would guess: the response modes `no_text` ("only the retriever is run") and `context_only` need no language
# model, so that a query engine in these modes works with llama-index-core alone.
#
# What happens: making the engine looks up the global Settings.llm, whose default is OpenAI's: an ImportError without
# llama-index-llms-openai. Passing a model to from_args does not help, because these two modes do not hand it on. Only a
# global model does, and the engine never calls it.
#
# Output seen:
#     no_text without a model: ImportError
#     no_text with llm=MockLLM(): ImportError
#     no_text with Settings.llm = MockLLM(): 1 source node, calls of the model: 0
#     context_only without a model: ImportError
#     context_only with llm=MockLLM(): ImportError
#     context_only with Settings.llm = MockLLM(): 1 source node, calls of the model: 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check llama-index-core==0.14.25
cat > "$folder/show.py" <<'PYTHON'
from llama_index.core import Settings
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, TextNode

CALLS = []


class Counting(MockLLM):
    def complete(self, *arguments, **options):
        CALLS.append(arguments)
        return super().complete(*arguments, **options)


class OneNode(BaseRetriever):
    def _retrieve(self, _):
        return [NodeWithScore(node=TextNode(text="Pay day is the 25th."), score=0.9)]


def outcome(mode: str, **options) -> str:
    try:
        engine = RetrieverQueryEngine.from_args(OneNode(), response_mode=mode, **options)
    except ImportError as error:
        return type(error).__name__
    response = engine.query("When is pay day?")
    return f"{len(response.source_nodes)} source node, calls of the model: {len(CALLS)}"


for mode in ("no_text", "context_only"):
    Settings._llm = None
    print(f"{mode} without a model: {outcome(mode)}")
    print(f"{mode} with llm=MockLLM(): {outcome(mode, llm=Counting())}")
    Settings.llm = Counting()
    print(f"{mode} with Settings.llm = MockLLM(): {outcome(mode)}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"
