"""Every error that Groundwork raises on purpose.

    GroundworkError
    ├── ConfigurationError        a setting, a domain file or a command-line argument is wrong
    ├── DocumentError             one document could not be read; the others are read
    │   ├── UnsupportedDocument   a kind of file that no parser reads: skipped, not failed
    │   └── UnreadablePermissions it does not say in a readable way who may read it, so that nobody may
    ├── SourceUnavailable         a source could not list its documents; the other sources are read
    ├── IngestionCancelled        an ingestion was cancelled; the next one goes on from there
    ├── IndexFault                the index cannot be used
    │   ├── IndexLocked           another process has the embedded index open
    │   ├── IndexUnreachable      its server does not answer; the same call may succeed later
    │   ├── DiskFull              (see below)
    │   ├── FingerprintMismatch   the index was made with another parser, chunker or embedder
    │   └── DomainMismatch        the index or the uploads belong to another domain
    ├── EmbeddingError            the embedder could not be loaded, or its server did not answer
    ├── RerankingError            the reranker could not be loaded, or its server did not answer
    ├── GenerationError           the language model did not answer
    │   ├── ModelLoading          its server is still loading it
    │   └── Overloaded            (see below)
    ├── ServingError              a model cannot be compressed, launched, measured or planned as asked
    ├── ForkError                 a project cannot be made from the template, or not be updated
    ├── RequestError              the caller asked for something that cannot be done (a 4xx over HTTP)
    │   ├── Unauthorized          401
    │   ├── NotFound              404
    │   ├── Conflict              409
    │   ├── Forbidden             403
    │   ├── TooLarge              413
    │   ├── ContextExceeded       400
    │   ├── UnsatisfiableRange    416
    │   ├── Misdirected           421
    │   ├── RateLimited           429, with the seconds after which to ask again
    │   ├── NotReady              503
    │   ├── DatabaseFault         503: the database of answers, feedback and keys cannot be used
    │   ├── ProviderFault         503: the OpenID Connect provider does not answer
    │   ├── UpstreamFault         502: the API behind `groundwork guard` did not answer, or broke its answer off
    │   ├── UpstreamTimeout       504: it did not go on in time
    │   ├── DiskFull              507
    │   └── Overloaded            503, with the seconds after which to ask again
    ├── BackupFault               a backup cannot be made, or a file cannot be restored as asked
    └── ServiceError              a running Groundwork service answered its client with an error
        └── ServiceUnreachable    it did not answer at all, or its answer was cut off

A message names the thing, the value that was found and the fix.
"""

from __future__ import annotations

PAUSE_SECONDS = 3
"""Seconds after which to ask again, where nothing better is known."""


class GroundworkError(Exception):
    """Base of every error raised on purpose; anything else is a bug."""


class ConfigurationError(GroundworkError):
    """A setting, a domain file or a command-line argument is wrong."""


class DocumentError(GroundworkError):
    """One document could not be read; `reason` is a sentence for the ingestion report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnsupportedDocument(DocumentError):
    """No parser reads this kind of file. It is counted and named as skipped, not as failed."""


class UnreadablePermissions(DocumentError):
    """A document says who may read it in a way that cannot be read. It is removed from the index, not opened."""


class SourceUnavailable(GroundworkError):
    """A source could not list its documents; `reason` is a sentence for the ingestion report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IngestionCancelled(GroundworkError):
    """An ingestion was cancelled, or the service ends. What was written stays; the next run goes on from there."""


class IndexFault(GroundworkError):
    """The index cannot be opened, read or written."""


class IndexLocked(IndexFault):
    """Another process has the embedded index open; only one process may."""


class IndexUnreachable(IndexFault):
    """The server of the index does not answer, or not in time; the same call may succeed later."""


class FingerprintMismatch(IndexFault):
    """The index was made with another parser, chunker, embedder or sparse configuration."""


class DomainMismatch(IndexFault):
    """The index, the uploads or the remembered folders belong to another domain."""


class EmbeddingError(GroundworkError):
    """The embedder could not be loaded, or its server did not answer."""


class RerankingError(GroundworkError):
    """The reranker could not be loaded, or its server did not answer. Hits keep their order then."""


class GenerationError(GroundworkError):
    """The language model did not answer, or answered with an error."""


class ModelLoading(GenerationError):
    """The model's server answers, but is still loading the model."""


class ServingError(GroundworkError):
    """A model cannot be compressed, launched, measured or planned as asked."""


class ForkError(GroundworkError):
    """A project cannot be made from the template, or not be updated: git or copier failed."""


class RequestError(GroundworkError):
    """A request that cannot be served as it is. `code` is the machine-readable reason."""

    status = 400

    def __init__(self, message: str, *, code: str = "invalid_request") -> None:
        super().__init__(message)
        self.code = code


class Unauthorized(RequestError):
    """The caller shows a token that is not valid, or no longer."""

    status = 401


class NotFound(RequestError):
    """What the request names does not exist."""

    status = 404


class Conflict(RequestError):
    """The request contradicts the present state."""

    status = 409


class Forbidden(RequestError):
    """The caller may not do this."""

    status = 403


class TooLarge(RequestError):
    """The body of the request is larger than the limit."""

    status = 413


class ContextExceeded(RequestError):
    """A question does not fit into the context of the model, even without history and with one passage."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="context_length_exceeded")


class UnsatisfiableRange(RequestError):
    """The request asks for a range of bytes that the file does not have."""

    status = 416


class Misdirected(RequestError):
    """The request names a host that this service does not answer for."""

    status = 421


class RateLimited(RequestError):
    """The caller has asked too much in the last minute. `retry_after`: seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, code="rate_limited")
        self.retry_after = retry_after


class NotReady(RequestError):
    """The service is starting; the same request will succeed later."""

    status = 503


class DatabaseFault(RequestError):
    """The database cannot be reached, read or written; the same request may succeed later."""

    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, code="database_unavailable")


class ProviderFault(RequestError):
    """The OpenID Connect provider does not answer, or not as it must; the same request may succeed later."""

    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, code="provider_unavailable")


class UpstreamFault(RequestError):
    """The API behind `groundwork guard` did not answer, or broke its answer off."""

    status = 502

    def __init__(self, message: str) -> None:
        super().__init__(message, code="upstream_unavailable")


class UpstreamTimeout(RequestError):
    """The API behind `groundwork guard` did not go on in time."""

    status = 504

    def __init__(self, message: str) -> None:
        super().__init__(message, code="upstream_timeout")


class Overloaded(RequestError, GenerationError):
    """The model cannot begin another answer in time: by expectation, or as its server said. `retry_after`: seconds."""

    status = 503

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, code="overloaded")
        self.retry_after = retry_after


class DiskFull(RequestError, IndexFault):
    """The disk has no space for what is to be written. It was checked before, so that nothing is half written."""

    status = 507

    def __init__(self, message: str) -> None:
        super().__init__(message, code="disk_full")


class BackupFault(GroundworkError):
    """A backup cannot be made, or a file cannot be restored: it is damaged, or does not fit what is there."""


class ServiceError(GroundworkError):
    """A running Groundwork service answered its client with an error; `code` is the one that it gave, if any."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class ServiceUnreachable(ServiceError):
    """A running Groundwork service did not answer its client at all, or its answer was cut off."""
