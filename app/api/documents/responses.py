"""The responses about documents, uploads, their health, and ingestion jobs."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field

from app.api.models import Response
from app.health import FindingKind
from app.service.documents.jobs import Status
from app.service.documents.original_files import OriginalFile as AnOriginalFile
from app.service.documents.unread_uploads import UploadStatus
from app.service.documents.uploads import Outcome
from core.types import Document, TextFormat
from ingest.progress import Stage

_CONTENT_HASH = (
    "The SHA-256 of the file's bytes, or of title and text of a reader's document; empty while a new version is being "
    "written."
)


MOST_DOCUMENTS = 1000
"""In a response: 0.3 MB of JSON."""


class DocumentRow(Response):
    """A document without its text."""

    id: str = Field(description="The path relative to the source's root, or what the source gives.")
    name: str = Field(description="The title.")
    source: str = Field(description="The name of the source that it comes from.")
    content_hash: str = Field(description=_CONTENT_HASH)
    chunks: int = Field(description="Chunks in the index.")
    characters: int = Field(description="The length of the parsed text, in code points.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    same_as: str | None = Field(
        description="The document of the same source with the same content, which answers and citations name; null for "
        "a document that has chunks of its own."
    )


class UnreadUpload(Response):
    """An upload that is not in the index."""

    id: str = Field(description="The id that the document has once it is read.")
    status: UploadStatus = Field(description="`queued` or `running`: its job has not read it yet; else `failed`.")
    reason: str | None = Field(description="Why it was not read; null until it failed.")


class DocumentList(Response):
    """A page of the documents in the index, and the uploads that are not in it."""

    documents: list[DocumentRow] = Field(description="The documents of this page, ordered by id.")
    unread: list[UnreadUpload] = Field(
        description="Uploads that are not read yet, or could not be read; on the first page alone. They can be deleted "
        "like documents."
    )
    next_cursor: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int = Field(description="How many documents all pages have.")


class Page(Response):
    """A page of a document, or a slide."""

    number: int = Field(description="The page's number in the file, from 1.")
    start: int = Field(description="Where the page begins in the parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive: where the next one begins. Equal for a page without text.")


class OriginalFile(Response):
    """The file that a document was read from; see `GET /v1/documents/{document_id}/original`."""

    media_type: str = Field(description="The media type that it is sent as.")
    inline: bool = Field(description="Whether a browser may show it; otherwise it is a download.")
    bytes: int = Field(description="Its size.")


class DocumentText(Response):
    """A document with its parsed text, which citations have their offsets in."""

    id: str = Field(description="The path relative to the source's root, or what the source gives.")
    name: str = Field(description="The title.")
    source: str = Field(description="The name of the source that it comes from.")
    text: str = Field(description="The parsed text.")
    content_hash: str = Field(description=_CONTENT_HASH)
    url: str | None = Field(description="The address of the document, where its source gives one.")
    same_as: str | None = Field(
        description="The document of the same source with the same content, which answers and citations name; null for "
        "a document that has chunks of its own."
    )
    format: TextFormat = Field(
        description="How the text is to be read. `markdown`: as Markdown, lines that follow each other are one "
        "paragraph. `plain`: as it is, nothing in it is markup. `rendered`, made from another format: headings, lists "
        "and tables as in Markdown, without escapes, and the end of a line is the end of a line."
    )
    pages: list[Page] = Field(
        description="The pages of a PDF, the slides of a presentation; empty for a format without."
    )
    original: OriginalFile | None = Field(
        description="The file that was read; null where it is not on this machine, or has changed since, and for a "
        "reader's document, which may have a `url`."
    )
    left_out: list[str] = Field(description='What the file has and the text has not, such as "2 comments".')

    @classmethod
    def of(cls, document: Document, original: AnOriginalFile | None) -> DocumentText:
        """Return the description of a document and its file."""
        edges = [*document.page_starts, len(document.text)]
        return cls(
            id=document.id,
            name=document.name,
            source=document.source,
            text=document.text,
            content_hash=document.content_hash,
            url=document.url,
            same_as=document.same_as,
            format=document.format,
            pages=[Page(number=number, start=start, end=end) for number, (start, end) in enumerate(pairwise(edges), 1)],
            original=OriginalFile.model_validate(original) if original else None,
            left_out=list(document.left_out),
        )


class FindingPlace(Response):
    """The passage of a document that a finding is about."""

    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title.")
    section: str | None = Field(description="The headings above the passage, joined by ` > `.")
    page: int | None = Field(description="The page that the chunk begins on, from 1; null without pages.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    start: int = Field(description="Where the passage begins in the document's parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The passage; empty where it is the whole document.")


class Finding(Response):
    """Something in the documents to look at."""

    kind: FindingKind = Field(
        description="`number`, `date` or `denial` where two documents disagree; `past_date` where a page is past a "
        "date of its own; `near_duplicate` where two documents have the same text."
    )
    what: str = Field(description="The two values, the date, or how many passages are the same.")
    a: FindingPlace = Field(description="The passage.")
    b: FindingPlace | None = Field(description="The passage of the other document; null for a date.")


class CorpusHealth(Response):
    """Where the documents disagree, repeat one another, or are past their own dates."""

    findings: list[Finding] = Field(description="What was found, disagreements first.")
    documents: int = Field(description="How many documents were examined.")
    chunks: int = Field(description="How many chunks they have.")
    day: date = Field(description="The day that dates were compared with.")
    seconds: float = Field(description="How long the examination took.")


class DocumentDeleted(Response):
    """The confirmation that a document was removed."""

    id: str = Field(description="The document's id.")
    deleted: Literal[True] = Field(default=True, description="Always true.")
    job_id: str | None = Field(
        description="The job that reads an upload of the same content, which is a document of its own now; else null."
    )


class JobQueued(Response):
    """The job that ingests what was sent."""

    job_id: str = Field(description="The job's id; see `GET /v1/ingest/jobs/{job_id}`.")


class UploadedFile(Response):
    """A file that was received, and the document that it becomes."""

    name: str = Field(description="The file's name, as it was sent.")
    id: str = Field(description="The id of the document.")
    outcome: Outcome = Field(
        description="`new`; `same`: this file was here already; `renamed`: its name belongs to another content, which "
        "stays; `replaces`: it is the new version of the document with this id, once it is read."
    )


class RefusedFile(Response):
    """A file that was not kept, because no document can have its name."""

    name: str = Field(description="The file's name, as it was sent.")
    reason: str = Field(description="Why it was not kept: it is of a kind that is not read, or has no usable name.")


class UploadsQueued(JobQueued):
    """The job that ingests the files, and their documents in the order of the files."""

    documents: list[UploadedFile] = Field(description="What the files become.")
    refused: list[RefusedFile] = Field(description="The files that were not kept, while others were.")


class JobProgress(Response):
    """How far a job is."""

    stage: Stage = Field(description="What the job does now.")
    done: int = Field(description="Documents that were read, skipped or failed.")
    total: int = Field(description="Documents in all.")
    name: str = Field(description="The id of the last document that was read; empty before the first.")
    chunks: int = Field(description="Chunks that are embedded.")
    chunks_expected: int | None = Field(
        description="Chunks that the job will embed, an estimate; null until the last document was read."
    )
    seconds_left: float | None = Field(description="An estimate of the time until the end; null while none is known.")


class UnreadFile(Response):
    """A file that was not read."""

    path: str = Field(description="The file.")
    reason: str = Field(description="Why it was not read.")


class LeftOut(Response):
    """A part of a file that is not in its document."""

    path: str = Field(description="The document.")
    what: str = Field(description='What was left out, such as "2 comments".')


class IngestionReport(Response):
    """The result of an ingestion. Counts are documents, except `chunks` and `reused`."""

    created: int = Field(description="Documents that are new.")
    updated: int = Field(description="Documents whose content changed.")
    unchanged: int = Field(description="Documents that were in the index already.")
    deleted: int = Field(description="Documents whose files are gone, and those of forgotten sources.")
    chunks: int = Field(description="Chunks that were written.")
    reused: int = Field(description="Those of them whose text was in the index already: they were not embedded again.")
    failed: list[UnreadFile] = Field(description="Files of a supported kind that could not be read.")
    skipped: list[UnreadFile] = Field(description="Files of a kind that is not supported.")
    left_out: list[LeftOut] = Field(description="What was left out of created and updated documents.")
    forgotten: list[str] = Field(description="Sources that were removed with all of their documents.")
    seconds: float = Field(description="The duration.")


class IngestionJob(Response):
    """The state of a job. Jobs are forgotten when the service restarts."""

    id: str = Field(description="The job's id.")
    status: Status = Field(description="A job that is done may still have failed files in its report.")
    elapsed_seconds: float = Field(description="For how long it has been running, or ran.")
    progress: JobProgress | None = Field(description="How far it is, or was; null before it runs.")
    report: IngestionReport | None = Field(description="The result; null until it is done.")
    error: str | None = Field(description="Why the job failed as a whole; null otherwise.")


class JobList(Response):
    """The jobs since the service started."""

    jobs: list[IngestionJob] = Field(description="The jobs, the newest first.")
