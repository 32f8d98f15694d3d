"""The digits of a number in the placeholders of its format: decimals, exponents, fractions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from ingest.parse.spreadsheet.number_formats import Token


def exact(value: float) -> Decimal:
    """Return the number with the 15 significant digits that spreadsheet programs keep."""
    return Decimal(f"{value:.14e}")


def plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def rounded_to(number: Decimal, decimals: int) -> Decimal:
    """Return the number with so many decimals; half is rounded away from zero."""
    with localcontext(Context(prec=400)):
        return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def decimal(tokens: Sequence[Token], number: Decimal) -> str:
    """Return an integer or decimal number in its placeholders."""
    point = next((at for at, token in enumerate(tokens) if token == Token("other", ".")), len(tokens))
    whole, rest = list(tokens[:point]), list(tokens[point:])
    whole, rest, thousands, scale = _commas(whole, rest)
    rounded = rounded_to(number.scaleb(-3 * scale), sum(token.kind == "digit" for token in rest))
    digits, _, decimals = f"{rounded:f}".partition(".")
    return _whole(whole, digits.lstrip("0"), thousands) + _decimals(rest, decimals)


def _commas(whole: list[Token], rest: list[Token]) -> tuple[list[Token], list[Token], bool, int]:
    """Remove the commas: those between digits group them by three, each after the last digit divides by 1,000."""
    comma = Token("other", ",")
    digits = [at for at, token in enumerate(whole) if token.kind == "digit"]
    thousands = any(token == comma for token in whole[digits[0] : digits[-1]]) if digits else False
    last = digits[-1] if digits else -1
    scale = _run(whole[last + 1 :], comma)
    decimals = [at for at, token in enumerate(rest) if token.kind == "digit"]
    scale += _run(rest[decimals[-1] + 1 :], comma) if decimals else 0
    start, end = (digits[0], last + scale + 1) if digits else (0, 0)
    kept = [token for at, token in enumerate(whole) if token != comma or not start <= at < end]
    return kept, [token for token in rest if token != comma] if decimals else rest, thousands, scale


def _run(tokens: Sequence[Token], wanted: Token) -> int:
    count = 0
    while count < len(tokens) and tokens[count] == wanted:
        count += 1
    return count


def _whole(tokens: Sequence[Token], digits: str, thousands: bool) -> str:
    """Return the digits before the point, from right to left; the leftmost placeholder takes all that remain."""
    places = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    if not places:
        return ("".join(token.text for token in tokens)) + digits
    parts: list[str] = []
    left, placed = list(digits), 0
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind != "digit":
            parts.append(token.text)
            continue
        taken = (left[::-1] or [_empty(token)]) if at == places[0] else [left.pop() if left else _empty(token)]
        for digit in taken:
            if thousands and placed and placed % 3 == 0 and digit.isdigit():
                parts.append(",")
            parts.append(digit)
            placed += bool(digit)
    return "".join(reversed(parts))


def _empty(token: Token) -> str:
    return {"0": "0", "?": " "}.get(token.text, "")


def _decimals(tokens: Sequence[Token], decimals: str) -> str:
    """Return the point and the digits after it; # leaves out the zeros at the end, ? writes a blank for each."""
    significant = len(decimals.rstrip("0"))
    parts, at = [], 0
    for token in tokens:
        if token.kind != "digit":
            parts.append(token.text)
            continue
        parts.append(decimals[at] if at < significant or token.text == "0" else _empty(token))
        at += 1
    return "".join(parts)


def scientific(tokens: Sequence[Token], number: Decimal) -> str:
    """Return a number with an exponent, which is a multiple of the places before the point."""
    at = next(index for index, token in enumerate(tokens) if token.kind == "exponent")
    mantissa_tokens, exponent_tokens = tokens[:at], tokens[at + 1 :]
    point = next((index for index, token in enumerate(mantissa_tokens) if token.text == "."), at)
    step = max(1, sum(token.kind == "digit" for token in mantissa_tokens[:point]))
    decimals = sum(token.kind == "digit" for token in mantissa_tokens[point:])
    exponent = number.adjusted() // step * step if number else 0
    mantissa = rounded_to(number.scaleb(-exponent), decimals)
    if mantissa >= 10**step:
        exponent += step
        mantissa = rounded_to(number.scaleb(-exponent), decimals)
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    written = _whole(exponent_tokens, str(abs(exponent)).lstrip("0"), thousands=False)
    return f"{decimal(mantissa_tokens, mantissa)}E{sign}{written}"


def slash(tokens: Sequence[Token]) -> int | None:
    """Return the index of the bar of a fraction: after a placeholder, before another one or a number."""
    for at, token in enumerate(tokens):
        if token == Token("other", "/") and any(before.kind == "digit" for before in tokens[:at]):
            return at if tokens[at + 1 :] and re.match(r"[0-9#?]", tokens[at + 1].text) else None
    return None


def fraction(tokens: Sequence[Token], number: Decimal) -> str:
    """Return a whole number and a fraction ("1 1/2"), or an improper fraction where the format has no whole part."""
    bar = slash(tokens) or 0
    start = bar
    while start and tokens[start - 1].kind == "digit":
        start -= 1
    end = bar + 1
    while end < len(tokens) and re.fullmatch(r"[0-9#?]", tokens[end].text):
        end += 1
    below = "".join(token.text for token in tokens[bar + 1 : end])
    mixed = any(token.kind == "digit" for token in tokens[:start])
    whole = int(number) if mixed else 0
    part = Fraction(number) - whole
    upper, lower = _nearest(part, below)
    if mixed and upper == lower:
        whole, upper = whole + 1, 0
    before = _whole(tokens[:start], str(whole).lstrip("0"), thousands=False) if mixed else ""
    literals = before or "".join(token.text for token in tokens[:start])
    after = "".join(token.text for token in tokens[end:])
    if mixed and not upper:
        return (before.strip() or "0") + after
    return f"{literals}{upper}/{lower}{after}"


def _nearest(part: Fraction, below: str) -> tuple[int, int]:
    """Return numerator and denominator: the given denominator, or one with as many digits as there are placeholders."""
    if re.search("[1-9]", below):
        lower = int(re.sub("[#?]", "0", below))
        return int(rounded_to(Decimal(part.numerator * lower) / part.denominator, 0)), lower
    nearest = part.limit_denominator(10 ** len(below) - 1)
    return nearest.numerator, nearest.denominator
