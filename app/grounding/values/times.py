"""Times of day: 14:00 = 2 pm = 2 p.m. = 14h00 = 14 Uhr, noon, half past eleven, halb drei.

A time without its half of the day is read both ways: 9:15 is stated by 9:15 pm.
Not covered: time zones, durations (they are numbers with a unit), quarters in other languages than English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from app.grounding.text.keys import ValueKey, number_keys
from app.grounding.text.scan import Kind
from app.grounding.values.numerals import Numeral, Sentence, read_numeral
from app.grounding.values.values import Value, make_value

_SEPARATOR = re.compile("[:hH]")
_MINUTES = re.compile("[0-5][0-9]")


def read_clock(sentence: Sentence, position: int) -> Value:
    """Read 14:00, 9:15 pm, 17:30:00, 14h30; what is no time of day (16:90) is its numbers."""
    surface = sentence.tokens[position].text
    hours, minutes, *rest = (int(Fraction(part)) for part in _SEPARATOR.split(surface.rstrip("Z")))
    numbers = [key for part in (hours, minutes) for key in number_keys(part)]
    if hours > 24 or minutes > 59 or (rest and rest[0] > 59):
        pair: tuple[ValueKey, ...] = (("number", hours), ("number", minutes))
        return make_value("number", sentence.tokens, (position, position + 1), [pair], numbers)
    half, last = _half_of_day(sentence, position + 1)
    last += sentence.words[last] in sentence.listed.clock_signs and sentence.is_near(last)
    if half is None and surface[0] == "0" and surface[1].isdecimal():
        half = "am"
    return _time(sentence, (position, last), hours, minutes, half, rest[0] if rest else 0, numbers)


def read_time_after(sentence: Sentence, position: int, numeral: Numeral) -> Value | None:
    """Read "3 pm", "3.30 pm", "14 Uhr 30", "14 h 30", "7 o'clock" after the numeral's number, or None."""
    words, hour = sentence.words, numeral.readings[0][0]
    half, last = _half_of_day(sentence, numeral.last)
    is_clock = words[last] in sentence.listed.clock_signs and sentence.is_near(last)
    if not (half or is_clock) or isinstance(hour, str) or not 0 <= hour <= 24:
        return None
    minutes = int(hour % 1 * 100)
    if is_clock and sentence.gap(last + 1) == " " and _MINUTES.fullmatch(words[last + 1]):
        minutes, last = int(words[last + 1]), last + 2
    elif is_clock and words[last] == "h":  # "14 h" is a duration as well
        return None
    elif is_clock:
        last += 1
    return None if minutes > 59 else _time(sentence, (position, last), int(hour), minutes, half)


def read_time_in_words(sentence: Sentence, position: int) -> Value | None:
    """Read "noon", "midnight", "half past eleven", "quarter to six", "halb drei", or None."""
    word, direction = sentence.words[position], sentence.words[position + 1]
    noon = sentence.listed.clock_words.get(word)
    if noon is not None:
        return _time(sentence, (position, position + 1), int(noon) // 60, 0, "pm" if noon else "am")
    german = word == "halb"
    if not german and (word not in ("half", "quarter") or direction not in ("past", "to")):
        return None
    numeral = read_numeral(sentence, position + (1 if german else 2))
    hours = numeral.readings[0][0] if numeral else None
    if numeral is None or hours not in range(1, 13) or not isinstance(hours, int) or sentence.is_unit(numeral.last):
        return None
    minutes = 15 if word == "quarter" else 30
    past = hours * 60 + (minutes if direction == "past" else -minutes)
    return _time(sentence, (position, numeral.last), past // 60, past % 60, None)


def _half_of_day(sentence: Sentence, position: int) -> tuple[str | None, int]:
    """Return "am" or "pm" where it is at a token, and the position after it; "am" is a German preposition too."""
    word = sentence.words[position]
    is_clear = word == "pm" or sentence.language == "en" or sentence.kinds[position] is Kind.ACRONYM
    is_half = word in ("am", "pm") and is_clear and sentence.is_near(position)
    return (word, position + 1) if is_half else (None, position)


def _time(
    sentence: Sentence,
    span: tuple[int, int],
    hours: int,
    minutes: int,
    half: str | None,
    seconds: int = 0,
    numbers: Sequence[ValueKey] = (),
) -> Value:
    """Return the times that may be meant: both halves of the day where nothing tells."""
    if half is not None and hours <= 12:
        candidates = [hours % 12 + (12 if half == "pm" else 0)]
    elif 1 <= hours <= 12 and half is None:
        candidates = [hours % 12, hours % 12 + 12]
    else:
        candidates = [hours % 24]
    times: list[ValueKey] = [("time", hour * 60 + minutes, seconds) for hour in candidates]
    offers = [*times, *(numbers or number_keys(hours))]
    return make_value("time", sentence.tokens, span, [(time,) for time in times], offers)
