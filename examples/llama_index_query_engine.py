"""Ask the documents through a LlamaIndex query engine, with the relevance of each passage.

    groundwork ingest                                      once
    python examples/llama_index_query_engine.py

It runs offline and without a model: MockLLM repeats its prompt. Put any LlamaIndex LLM in its place. While `groundwork
serve` runs, the retriever asks that service; otherwise it opens the index itself.
"""

import os
import sys

from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine

from app.llama_index import GroundworkRetriever
from core.settings import read_settings

QUESTION = "By when do I have to hand in an expense claim?"

question = " ".join(sys.argv[1:]) or QUESTION
with GroundworkRetriever.from_settings(read_settings(os.environ)) as retriever:
    engine = RetrieverQueryEngine.from_args(
        retriever,
        llm=MockLLM(max_tokens=40),
        # A score is the probability that the passage answers the question, so that a cutoff means something.
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.1)],
    )
    response = engine.query(question)

print(response)
for node in response.source_nodes:
    place = " > ".join(filter(None, (node.metadata["document_name"], node.metadata["section"])))
    print(f"  {node.score:.2f}  {place} ({node.metadata['document_id']}, characters from {node.metadata['start']})")
