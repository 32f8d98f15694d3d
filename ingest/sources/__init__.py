"""Where documents come from: folders, single files, ZIP archives, URL lists, the uploads, and readers.

    source           the protocols of a source and its items, and a document before it is parsed
    folder, files    a folder or a single file; sidecars: the permissions files in it
    archives         the members of ZIP archives in folders
    named, paths     sources that were named on the command line
    uploads          what came in over HTTP
    web/             pages of the web, listed by their addresses
    readers          LlamaHub readers; reader_metadata: what they say about a document

Which sources a run reads is decided by `ingest/known_sources.py`.
"""

from ingest.sources.files import FileItem
from ingest.sources.folder import FolderSource
from ingest.sources.named import sources_from_paths
from ingest.sources.paths import UPLOADS, absolute, forget_command, is_listed_below, source_name
from ingest.sources.sidecars import SIDECAR, is_sidecar
from ingest.sources.source import RawDocument, Source, SourceItem
from ingest.sources.uploads import UploadedFiles, uploads_source

__all__ = [
    "SIDECAR",
    "UPLOADS",
    "FileItem",
    "FolderSource",
    "RawDocument",
    "Source",
    "SourceItem",
    "UploadedFiles",
    "absolute",
    "forget_command",
    "is_listed_below",
    "is_sidecar",
    "source_name",
    "sources_from_paths",
    "uploads_source",
]
