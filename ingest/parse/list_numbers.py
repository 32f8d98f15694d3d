"""Numbers of list items as programs display them: 3, iii, III, c, C."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def roman(number: int) -> str:
    """Return a number from 1 to 3,999 in small Roman numerals; others in digits."""
    if not 0 < number < 4000:
        return str(number)
    letters = ""
    for value, numeral in _ROMAN:
        count, number = divmod(number, value)
        letters += numeral * count
    return letters


def letters(number: int, *, repeated: bool = False) -> str:
    """Return a number from 1 in small letters; others in digits.

    27 is "aa" in both ways of counting; 28 is "ab", or "bb" when letters are repeated as Microsoft Office does.
    """
    if number < 1:
        return str(number)
    if repeated:
        times, index = divmod(number - 1, 26)
        return chr(ord("a") + index) * (times + 1)
    written = ""
    while number:
        number, index = divmod(number - 1, 26)
        written = chr(ord("a") + index) + written
    return written
