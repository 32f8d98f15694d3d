"""The citation marker of an answer, `[1]` or `[1, 2]`: its one definition, as parts of regular expressions.

The parts contain no white space, so that they can be used with `re.VERBOSE` too. Their length is bounded, so that a
text which only begins like a marker is soon known not to be one.

Not covered: the marks that other programs write (`[^1]`, `【1】`, `[doc 1]`, `[1-3]`); `app/grounding/text/markers.py`
recognises those.
"""

from __future__ import annotations

_COMMA = r"\s{0,2},\s{0,2}"
NUMBERS = rf"\d{{1,3}}(?:{_COMMA}\d{{1,3}}){{0,19}}"
"""What is between the brackets: 1 to 20 numbers of at most three digits."""
MARKER = rf"\[{NUMBERS}\]"
MARKER_BEGINNING = rf"\[(?:{NUMBERS}\s{{0,2}}(?:,\s{{0,2}})?)?"
"""An incomplete marker: every proper prefix of one matches as a whole."""
