"""The tree of errors is public: callers catch by these names."""

from __future__ import annotations

import inspect

from core import errors

TREE = {
    "GroundworkError": "Exception",
    "ConfigurationError": "GroundworkError",
    "DocumentError": "GroundworkError",
    "UnsupportedDocument": "DocumentError",
    "UnreadablePermissions": "DocumentError",
    "SourceUnavailable": "GroundworkError",
    "IngestionCancelled": "GroundworkError",
    "IndexFault": "GroundworkError",
    "IndexLocked": "IndexFault",
    "IndexUnreachable": "IndexFault",
    "FingerprintMismatch": "IndexFault",
    "DomainMismatch": "IndexFault",
    "EmbeddingError": "GroundworkError",
    "RerankingError": "GroundworkError",
    "GenerationError": "GroundworkError",
    "ModelLoading": "GenerationError",
    "ServingError": "GroundworkError",
    "ForkError": "GroundworkError",
    "RequestError": "GroundworkError",
    "Unauthorized": "RequestError",
    "NotFound": "RequestError",
    "Conflict": "RequestError",
    "Forbidden": "RequestError",
    "TooLarge": "RequestError",
    "ContextExceeded": "RequestError",
    "UnsatisfiableRange": "RequestError",
    "Misdirected": "RequestError",
    "RateLimited": "RequestError",
    "NotReady": "RequestError",
    "DatabaseFault": "RequestError",
    "ProviderFault": "RequestError",
    "UpstreamFault": "RequestError",
    "UpstreamTimeout": "RequestError",
    "DiskFull": "RequestError",
    "Overloaded": "RequestError",
    "BackupFault": "GroundworkError",
    "ServiceError": "GroundworkError",
    "ServiceUnreachable": "ServiceError",
}


def test_the_names_and_the_tree_are_these_and_are_in_the_modules_docstring() -> None:
    defined = dict(inspect.getmembers(errors, inspect.isclass))

    assert {name: kind.__bases__[0].__name__ for name, kind in defined.items()} == TREE
    assert all(issubclass(kind, errors.GroundworkError) for kind in defined.values())
    assert all(name in (errors.__doc__ or "") for name in TREE)


def test_a_request_error_has_its_status_and_its_code() -> None:
    kinds: list[type[errors.RequestError]] = [errors.RequestError, *errors.RequestError.__subclasses__()]
    statuses = {kind.__name__: kind.status for kind in kinds}

    assert statuses == {
        "RequestError": 400, "NotFound": 404, "Conflict": 409, "Forbidden": 403, "TooLarge": 413,
        "ContextExceeded": 400, "Misdirected": 421, "NotReady": 503, "DatabaseFault": 503, "ProviderFault": 503,
        "DiskFull": 507, "Overloaded": 503, "UpstreamFault": 502, "UpstreamTimeout": 504,
        "UnsatisfiableRange": 416, "Unauthorized": 401, "RateLimited": 429,
    }  # fmt: skip
    assert errors.NotFound("No document a.md.", code="document_not_found").code == "document_not_found"
    assert errors.NotFound("No document a.md.").code == "invalid_request"


def test_a_document_error_gives_its_reason() -> None:
    assert errors.UnsupportedDocument("files ending in '.exe' are not read").reason == (
        "files ending in '.exe' are not read"
    )
