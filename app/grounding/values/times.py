"""Times of day: 14:00 = 2 pm = 2 p.m. = 2 o'clock, noon, half past eleven, 14 Uhr.

A time without its half of the day is read both ways: 9:15 is carried by 9:15 pm.
Not covered: time zones, durations (they are numbers with a unit).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.grounding.lexicon.value_words import CLOCK_WORDS
from app.grounding.text.keys import ValueKey, number_keys
from app.grounding.text.tokens import Token
from app.grounding.values.numerals import Numeral, folded, is_near, read_numeral
from app.grounding.values.values import Value, make_value


def read_clock(text: str, tokens: Sequence[Token], position: int) -> Value:
    """Read 14:00, 9:15 pm, 17:30:00; what is no time of day (16:90) is its numbers."""
    hours, minutes, *rest = tokens[position].text.rstrip("Z").split(":")
    seconds = int(Fraction(rest[0])) if rest else 0
    numbers = [key for part in (hours, minutes) for key in number_keys(int(part))]
    if int(hours) > 24 or int(minutes) > 59 or seconds > 59:
        pair: tuple[ValueKey, ...] = (("number", int(hours)), ("number", int(minutes)))
        return make_value("number", tokens, (position, position + 1), [pair], numbers)
    half, last = _half_of_day(text, tokens, position + 1)
    if folded(tokens, last) in ("uhr", "o'clock") and is_near(text, tokens, last):
        last += 1
    zero_padded = hours.startswith("0") and len(hours) == 2
    times = _times_of_day(int(hours), int(minutes), seconds, "am" if half is None and zero_padded else half)
    return make_value("time", tokens, (position, last), [(time,) for time in times], [*times, *numbers])


def read_time_after(text: str, tokens: Sequence[Token], position: int, numeral: Numeral) -> Value | None:
    """Read "3 pm", "3pm", "12 noon", "14 Uhr", "7 o'clock" after the numeral's number, or None."""
    hours = numeral.readings[0][0]
    minutes = 0
    if isinstance(hours, Fraction):  # 3.30 pm
        hours, minutes = int(hours), int((hours - int(hours)) * 100)
    if not isinstance(hours, int) or not 0 <= hours <= 24 or minutes > 59:
        return None
    half, last = _half_of_day(text, tokens, numeral.last)
    word = folded(tokens, numeral.last)
    if half is None and is_near(text, tokens, numeral.last):
        if word in ("uhr", "o'clock"):
            last = numeral.last + 1
        elif hours == 12 and word in CLOCK_WORDS:
            half, last = "am" if word == "midnight" else "pm", numeral.last + 1
    if last == numeral.last:
        return None
    times = _times_of_day(hours, minutes, 0, half)
    return make_value("time", tokens, (position, last), [(time,) for time in times], [*times, *number_keys(hours)])


def read_time_in_words(text: str, tokens: Sequence[Token], position: int) -> Value | None:
    """Read "noon", "midnight", "half past eleven", "quarter to six", or None."""
    word = folded(tokens, position)
    if word in CLOCK_WORDS:
        time: ValueKey = ("time", CLOCK_WORDS[word], 0)
        return make_value("time", tokens, (position, position + 1), [(time,)], [time])
    direction = folded(tokens, position + 1)
    if word not in ("half", "quarter") or direction not in ("past", "to") or position + 2 >= len(tokens):
        return None
    numeral = read_numeral(text, tokens, position + 2, "en")
    hours = numeral.readings[0][0] if numeral else None
    if numeral is None or not isinstance(hours, int) or not 1 <= hours <= 12:
        return None
    minutes = 30 if word == "half" else 15
    past = hours * 60 + (minutes if direction == "past" else -minutes)
    half, last = _half_of_day(text, tokens, numeral.last)
    times = _times_of_day(past // 60, past % 60, 0, half)
    return make_value("time", tokens, (position, last), [(time,) for time in times], times)


def _half_of_day(text: str, tokens: Sequence[Token], position: int) -> tuple[str | None, int]:
    """Return "am" or "pm" where it stands at token `position`, and the position after it."""
    if is_near(text, tokens, position):
        word = folded(tokens, position).replace(".", "")
        if word in ("am", "pm"):
            return word, position + 1
    return None, position


def _times_of_day(hours: int, minutes: int, seconds: int, half: str | None) -> list[ValueKey]:
    """Return the times that may be meant: both halves of the day where nothing tells."""
    if half is not None and hours <= 12:
        candidates = [hours % 12 + (12 if half == "pm" else 0)]
    elif 1 <= hours <= 12 and half is None:
        candidates = [hours % 12, hours % 12 + 12]
    else:
        candidates = [hours % 24]
    return [("time", hour * 60 + minutes, seconds) for hour in candidates]
