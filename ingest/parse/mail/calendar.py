"""Invitations (iCalendar, RFC 5545): what, when and where.

Not covered: recurrence rules, alarms, lists of attendees, definitions of time zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.parse.elements import Paragraph

_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z-]+)((?:;[^:"]*(?:"[^"]*")?)*):(.*)')
_ESCAPED = re.compile(r"\\([nN\\;,])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")
_ZONE = re.compile(r'TZID="?([^;:"]+)')
_NAMES = {"SUMMARY": "Summary", "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "LOCATION": "Location"}


def events(text: str) -> Iterator[Paragraph]:
    """Return a paragraph for each event or task of a calendar, with its description."""
    found: dict[str, str] = {}
    kind = ""
    for line in _FOLDED.sub("", text).splitlines():
        matched = _LINE.match(line)
        name, parameters, value = matched.groups() if matched else ("", "", "")
        if name == "BEGIN":
            kind = value
        elif name == "END" and value in ("VEVENT", "VTODO"):
            yield Paragraph("\n".join(found.values()))
            found = {}
        elif kind in ("VEVENT", "VTODO") and (name in _NAMES or name == "DESCRIPTION") and value:
            shown = _time(value, parameters) if name.startswith("D") and name != "DESCRIPTION" else _unescaped(value)
            found[name] = f"{_NAMES[name]}: {shown}" if name in _NAMES else shown


def _time(value: str, parameters: str) -> str:
    matched = _TIME.match(value)
    if matched is None:
        return value
    year, month, day, hour, minute, utc = matched.groups()
    zone = _ZONE.search(parameters)
    time = f" {hour}:{minute}" + (" UTC" if utc else f" ({zone[1]})" if zone else "") if hour else ""
    return f"{year}-{month}-{day}{time}"


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
