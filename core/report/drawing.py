"""The parts of charts: scales, axes and marks, as SVG text.

Colours are the named ones of the page (`page.html`), which suit its light and its dark form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

COLOURS = {name: f"var(--{name})" for name in ("bf16", "fp8", "w8a8", "w4a16", "nvfp4", "mxfp4")}
"""By scheme; distinguishable by the colour-blind (after Okabe and Ito)."""

INK, LIMIT, NOW = "var(--ink)", "var(--limit)", "var(--now)"

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 74, 18, 16, 52


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values from `low` to `high` onto pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high = self.low, self.high
        if self.logarithmic:
            low, high, value = log10(low), log10(high), log10(max(value, 1e-12))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round values inside the scale: 1, 2 and 5 of each power of ten, or about five equal steps."""
        if self.logarithmic:
            powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
            steps = (1, 2, 5) if log10(self.high / self.low) < 2.2 else (1,)
            found = [step * 10.0**power for power in powers for step in steps]
        else:
            step = _round_step((self.high - self.low) / 5)
            found = [step * number for number in range(ceil(self.low / step), floor(self.high / step + 1e-9) + 1)]
        return [value for value in found if self.low <= value <= self.high * (1 + 1e-9)]


def _round_step(step: float) -> float:
    power = 10.0 ** floor(log10(step)) if step > 0 else 1.0
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= step * (1 - 1e-9))


def horizontal(values: Iterable[float], logarithmic: bool = False, from_zero: bool = False) -> Scale:
    """Return a scale across the chart for all values, with a margin."""
    return Scale(*_bounds(values, logarithmic, from_zero), LEFT, WIDTH - RIGHT, logarithmic)


def vertical(values: Iterable[float], logarithmic: bool = False, from_zero: bool = False) -> Scale:
    """Return a scale up the chart for all values, with a margin."""
    return Scale(*_bounds(values, logarithmic, from_zero), HEIGHT - BOTTOM, TOP, logarithmic)


def _bounds(values: Iterable[float], logarithmic: bool, from_zero: bool) -> tuple[float, float]:
    kept = [value for value in values if value > 0 or not logarithmic]
    low, high = min(kept), max(kept)
    if logarithmic:
        return low / 1.25, high * 1.25
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return (0.0 if from_zero else low - margin), high + margin


def number(value: float) -> str:
    """Return a short number for an axis: 1,500 or 1.5M or 0.25."""
    for size, letter in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:g}"


def axes(x: Scale, y: Scale, x_label: str, y_label: str) -> list[str]:
    """Return grid, ticks and labels."""
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value in x.ticks():
        parts.append(f'<line class="grid" x1="{x(value):.1f}" y1="{TOP}" x2="{x(value):.1f}" y2="{bottom}"/>')
        parts.append(text(x(value), bottom + 18, number(value), "middle", "tick"))
    for value in y.ticks():
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y(value):.1f}" x2="{right}" y2="{y(value):.1f}"/>')
        parts.append(text(LEFT - 8, y(value) + 4, number(value), "end", "tick"))
    middle = (TOP + bottom) / 2
    return [
        *parts,
        text((LEFT + right) / 2, HEIGHT - 10, x_label, "middle", "label"),
        f'<text class="label" text-anchor="middle" transform="translate(16 {middle:.0f}) rotate(-90)">'
        f"{escape(y_label)}</text>",
    ]


def text(x: float, y: float, words: str, anchor: str = "start", style: str = "note") -> str:
    """Return words at a place."""
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def line(points: Sequence[tuple[float, float]], colour: str, dash: str = "", width: float = 2) -> str:
    """Return a polyline."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline fill="none" style="stroke:{colour}" stroke-width="{width}"{dashes} points="{path}"/>'


def mark(x: float, y: float, shape: int, colour: str, filled: bool, title: str) -> str:
    """Return a circle, square, triangle or diamond with a tooltip; hollow unless filled."""
    fill = colour if filled else "var(--paper)"
    style = f'style="fill:{fill};stroke:{colour}" stroke-width="2"'
    corners = {
        1: ((-5, -5), (5, -5), (5, 5), (-5, 5)),
        2: ((0, -6.5), (6, 5), (-6, 5)),
        3: ((0, -7), (7, 0), (0, 7), (-7, 0)),
    }.get(shape % 4)
    if corners is None:
        body = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" {style}/>'
    else:
        body = f'<polygon points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)}" {style}/>'
    return f"<g>{body}<title>{escape(title)}</title></g>"


def picture(parts: Iterable[str], name: str, height: float = HEIGHT) -> str:
    """Return the SVG element, named for screen readers."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(name, quote=True)}">'
        + "".join(parts)
        + "</svg>"
    )
