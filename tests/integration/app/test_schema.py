"""Requests made from the OpenAPI document, valid and invalid ones: no bug, and no response that it does not describe.

A few of each operation here, with the same seed in every run; `make test-long` sends many, and others each time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api import create_app
from testing.services import open_service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    with open_service(tmp_path_factory.mktemp("schema"), refuse_below=0.0) as service:
        app = create_app(service)
        schema = schemathesis.openapi.from_dict(app.openapi())
        schema.app = app
        schema.config.update(base_url="http://localhost")
        yield schema


# Without schemathesis's own plugin, which does not run with pytest 9.2: it reads `_nodeid`, which tests have no more.
def send_requests(document: schemathesis.BaseSchema, count: int, *, seeded: bool) -> None:
    """Send so many requests to each operation. Raises an ExceptionGroup of the failures, one of an operation."""
    failures = []
    operations = [result.ok() for result in document.get_all_operations() if isinstance(result, Ok)]
    assert operations
    for operation, mode in itertools.product(operations, MODES):

        @settings(
            max_examples=count,
            derandomize=seeded,
            database=None,
            suppress_health_check=UNHURRIED,
            phases=[Phase.generate, Phase.shrink],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        try:
            send()
        except Unsatisfiable:
            continue  # Nothing of this operation can be invalid.
        except Exception as failure:
            failure.add_note(f"{mode.value} requests of {operation.method.upper()} {operation.path}")
            failures.append(failure)
    if failures:
        raise ExceptionGroup("the OpenAPI document is not true", failures)


def test_the_document_describes_every_response_to_a_few_requests(document: schemathesis.BaseSchema) -> None:
    send_requests(document, 2, seeded=True)


@pytest.mark.long
def test_the_document_describes_every_response_to_many_requests(document: schemathesis.BaseSchema) -> None:
    send_requests(document, 500, seeded=False)
