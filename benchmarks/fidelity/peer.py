"""Read files with another tool: a line of JSON with a path comes in, a line with its text or the error goes out.

    PEERS/bin/python benchmarks/fidelity/peer.py TOOL

It runs in the peers' environment (`benchmarks/fidelity/peers.txt`) and imports nothing of this project. Each tool is
used as its documentation shows first, offline: Markdown output where the tool has it, no OCR, no model.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Reader = Callable[[str], str]


def kreuzberg() -> Reader:
    """Kreuzberg 4, Markdown output."""
    tool = import_module("kreuzberg")
    config = tool.ExtractionConfig(output_format="markdown", use_cache=False, disable_ocr=True)
    return lambda path: str(tool.extract_file_sync(path, config=config).content)


def xberg() -> Reader:
    """Xberg, kreuzberg's successor: async only, so that one event loop lives as long as the process."""
    tool = import_module("xberg")
    loop = asyncio.new_event_loop()
    config = tool.ExtractionConfig(output_format="markdown", use_cache=False, disable_ocr=True)

    async def read(path: str) -> str:
        result = await tool.extract(tool.ExtractInput(kind="uri", uri=path), config)
        return "\n\n".join(str(document.content) for document in result.results)

    return lambda path: loop.run_until_complete(read(path))


def markitdown() -> Reader:
    """MarkItDown, without plugins."""
    tool = import_module("markitdown").MarkItDown(enable_plugins=False)
    return lambda path: str(tool.convert(path).text_content)


def unstructured() -> Reader:
    """Unstructured: the text of its elements; strategy "fast" for PDF.

    It classifies text with a spaCy model that it downloads. The class (title or narrative) is not in the text, so that
    an empty pipeline with a sentence splitter takes the model's place.
    """
    spacy = import_module("spacy")
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    vars(import_module("unstructured.nlp.tokenize"))["_load_spacy_model"] = lambda: nlp
    partition = import_module("unstructured.partition.auto").partition

    def read(path: str) -> str:
        options = {"strategy": "fast"} if path.endswith(".pdf") else {}
        return "\n".join(str(element) for element in partition(path, **options))

    return read


_BACKENDS = {
    ".docx": ("DOCX", "msword_backend", "MsWordDocumentBackend"),
    ".pptx": ("PPTX", "mspowerpoint_backend", "MsPowerpointDocumentBackend"),
    ".xlsx": ("XLSX", "msexcel_backend", "MsExcelDocumentBackend"),
    ".html": ("HTML", "html_backend", "HTMLDocumentBackend"),
    ".epub": ("EPUB", "epub_backend", "EpubDocumentBackend"),
    ".eml": ("EMAIL", "email_backend", "EmailDocumentBackend"),
    ".csv": ("CSV", "csv_backend", "CsvDocumentBackend"),
    ".odt": ("ODT", "opendocument_backend", "OdtDocumentBackend"),
    ".ods": ("ODS", "opendocument_backend", "OdsDocumentBackend"),
    ".md": ("MD", "md_backend", "MarkdownDocumentBackend"),
}


def docling() -> Reader:
    """Docling's backends that need no model (docling-slim, without torch, which its converter imports)."""
    formats = import_module("docling.datamodel.base_models").InputFormat
    documents = import_module("docling.datamodel.document")

    def read(path: str) -> str:
        ending = os.path.splitext(path)[1]
        if ending not in _BACKENDS:
            raise ValueError(f"no backend without a model reads {ending}")
        kind, module, name = _BACKENDS[ending]
        backend = getattr(import_module(f"docling.backend.{module}"), name)
        document = documents.InputDocument(
            path_or_stream=Path(path), format=formats[kind], backend=backend, filename=os.path.basename(path)
        )
        return str(document._backend.convert().export_to_markdown())

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "kreuzberg": kreuzberg,
    "xberg": xberg,
    "markitdown": markitdown,
    "unstructured": unstructured,
    "docling": docling,
}


def main(name: str) -> None:
    """Answer requests until standard input ends. What the tool prints goes to standard error."""
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    reader = READERS[name]()
    for line in sys.stdin:
        try:
            answer = {"text": reader(json.loads(line))}
        except BaseException as error:
            # A panic of a Rust library is no Exception.
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
