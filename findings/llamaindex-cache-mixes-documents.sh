#!/usr/bin/env bash
# llama-index-core 0.14.25: the cache of IngestionPipeline returns the nodes of other documents.
#
# One would guess: the cache (on by default) recognises a document that it has seen, so that a copy of a page under
# another id gets nodes of its own, and two different pages never share an entry.
#
# What happens: the key is a hash of the texts of all documents of the run, joined without a separator, and of the
# transformation. Ids are not in it. So a copy gets the nodes of the first page, with that page's id as their source:
# a citation leads to the wrong document, and deleting the first page deletes the copy's nodes. And the documents
# "A" and "BC" get the nodes of an earlier run with "AB" and "C": texts that are in neither of them.
#
# What helps: metadata that differs (SimpleDirectoryReader sets file_path), which is part of the text that is hashed, or
# disable_cache=True.
#
# Output seen:
#     with the cache:    a.md -> a.md, b.md -> a.md, same node id: True
#     without it:        a.md -> a.md, b.md -> b.md
#     with a file_path:  a.md -> a.md, b.md -> b.md
#     run of "AB", "C":  ['AB', 'C']
#     run of "A", "BC":  ['AB', 'C']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check llama-index-core==0.14.25
cat > "$folder/show.py" <<'PYTHON'
from llama_index.core import Document
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter


def pipeline(**options: bool) -> IngestionPipeline:
    return IngestionPipeline(transformations=[SentenceSplitter()], **options)


def run(used: IngestionPipeline, **texts: str):
    return used.run(documents=[Document(text=text, id_=name) for name, text in texts.items()])


def copies(used: IngestionPipeline, metadata: bool = False):
    found = {}
    for name in ("a.md", "b.md"):
        given = {"file_path": name} if metadata else {}
        (found[name],) = used.run(documents=[Document(text="Pay day is the 25th.", id_=name, metadata=given)])
    return found


def sources(found) -> str:
    return ", ".join(f"{name} -> {node.ref_doc_id}" for name, node in found.items())


cached = copies(pipeline())
print(f"with the cache:    {sources(cached)}, same node id: {cached['a.md'].node_id == cached['b.md'].node_id}")
print(f"without it:        {sources(copies(pipeline(disable_cache=True)))}")
print(f"with a file_path:  {sources(copies(pipeline(), metadata=True))}")
used = pipeline()
print(f'run of "AB", "C":  {[node.text for node in run(used, one="AB", two="C")]}')
print(f'run of "A", "BC":  {[node.text for node in run(used, three="A", four="BC")]}')
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"
