"""The header Range of a request for a file."""

from __future__ import annotations

import pytest

from app.api.documents.ranges import check_range
from core.errors import RequestError, UnsatisfiableRange

SIZE = 10
DIGITS = "9" * 5000


@pytest.mark.parametrize(
    "value",
    ["", "bytes=0-", "bytes=0-9", "bytes=9-9", "BYTES=-1", "bytes=-999", "bytes=0-999", "bytes= 0-1 ,\t3-4,-1"],
)
def test_a_range_that_the_file_has_is_accepted(value: str) -> None:
    check_range(value, SIZE)


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=-0", "bytes=10-12", "bytes=0-1,10-12", "bytes=10-,0-1"])
def test_one_range_that_the_file_does_not_have_is_not_satisfiable(value: str) -> None:
    with pytest.raises(UnsatisfiableRange, match="10 bytes") as caught:
        check_range(value, SIZE)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        *("lines=1-2", "bytes", "bytes=", "bytes=9-1", "bytes=a-b", "bytes=1-2,x", "bytes=0-1,,2-3", "bytes=-"),
        *(f"bytes=0-{DIGITS}", f"bytes={DIGITS}-", f"bytes=-{DIGITS}", "bytes=0-1" + " " * 50_000 + "x"),
    ],
)
def test_a_range_that_cannot_be_read_is_refused_with_a_short_message(value: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_range(value, SIZE)
    assert caught.value.code == "bad_range"
    assert len(str(caught.value)) < 300
