"""Equations become one line that keeps what belongs together."""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.parse.equations import equation


def text(value: str) -> str:
    return f"<m:r><m:rPr><m:sty/></m:rPr><m:t>{value}</m:t></m:r>"


def part(name: str, *content: str) -> str:
    return f"<m:{name}>{''.join(content)}</m:{name}>"


A, SUM = text("a"), text("a+b")
ROW = part("mr", part("e", A), part("e", A))
SIGN = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>'


@pytest.mark.parametrize(
    ("xml", "written"),
    [
        pytest.param(part("f", part("num", SUM), part("den", text("2"))), "(a+b)/2", id="a fraction"),
        pytest.param(part("sSup", part("e", A), part("sup", text("2"))), "a^2", id="a power"),
        pytest.param(part("sSub", part("e", A), part("sub", text("i+1"))), "a_(i+1)", id="an index"),
        pytest.param(part("rad", part("radPr"), part("deg"), part("e", SUM)), "√(a+b)", id="a root"),
        pytest.param(
            part("nary", SIGN, part("sub", text("i=1")), part("sup", A), part("e", A)),
            "∑_(i=1)^a a",
            id="a sum",
        ),
        pytest.param(part("d", part("e", SUM)), "(a+b)", id="brackets"),
        pytest.param(part("func", part("fName", text("sin")), part("e", A)), "sin a", id="a function"),
        pytest.param(part("m", ROW, ROW), "a a; a a", id="a matrix"),
        pytest.param(
            part("sSubSup", part("e", A), part("sub", text("1.5")), part("sup", text("x"))), "a_1.5^x", id="both"
        ),
    ],
)
def test_an_equation_is_one_line(xml: str, written: str) -> None:
    assert equation(etree.fromstring(f'<m:oMath xmlns:m="x">{xml}</m:oMath>')) == written
