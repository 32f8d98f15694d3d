"""The control words that change the state of a group: of text, paragraphs, rows of tables, and form fields."""

from __future__ import annotations

from collections.abc import Callable

from ingest.parse.inline import Position
from ingest.parse.word.rtf.state import FieldState, State
from ingest.parse.word.rtf.tables import RowDefinition

_DEEPEST_TABLE = 30


def _begin_paragraph(state: State, _: int | None) -> None:
    state.style, state.outline, state.depth, state.table = 0, None, 0, 0


def _set_font(state: State, value: int | None) -> None:
    state.font = value or 0


def _set_style(state: State, value: int | None) -> None:
    state.style = value or 0


def _set_depth(state: State, value: int | None) -> None:
    state.depth = value or 0


def _set_fallback(state: State, value: int | None) -> None:
    state.fallback = 1 if value is None else max(0, value)


def _set_hidden(state: State, value: int | None) -> None:
    state.hidden = value != 0


def _set_deleted(state: State, value: int | None) -> None:
    state.deleted = value != 0


def _positioned(position: Position) -> Callable[[State, int | None], None]:
    def apply(state: State, value: int | None) -> None:
        state.position = position if value != 0 else ""

    return apply


def _set_table(state: State, value: int | None) -> None:
    state.table = max(1, state.table) if value is None else max(0, min(value, _DEEPEST_TABLE))


def _begin_row(state: State, _: int | None) -> None:
    state.row = RowDefinition()


def _set_left(state: State, value: int | None) -> None:
    state.row.left = value or 0


def _set_header_row(state: State, _: int | None) -> None:
    state.row.is_header = True


def _end_cell(state: State, value: int | None) -> None:
    state.row.end_cell(value or 0)


def _merge_up(state: State, _: int | None) -> None:
    state.row.next.continues_above = True


def _merge_left(state: State, _: int | None) -> None:
    state.row.next.continues_left = True


def _begin_field(state: State, _: int | None) -> None:
    state.field = FieldState()


def _set_form_type(state: State, value: int | None) -> None:
    if state.field is not None:
        state.field.form_type = value


def _set_form_result(state: State, value: int | None) -> None:
    if state.field is not None:
        state.field.result = value


def _set_form_default(state: State, value: int | None) -> None:
    if state.field is not None:
        state.field.default = value or 0


STATE_CHANGES: dict[str, Callable[[State, int | None], None]] = {
    "pard": _begin_paragraph,
    "f": _set_font,
    "s": _set_style,
    "ilvl": _set_depth,
    "uc": _set_fallback,
    "v": _set_hidden,
    "deleted": _set_deleted,
    "mvf": _set_deleted,
    "super": _positioned("super"),
    "sub": _positioned("sub"),
    "up": _positioned("super"),
    "dn": _positioned("sub"),
    "nosupersub": _positioned(""),
    "intbl": _set_table,
    "itap": _set_table,
    "trowd": _begin_row,
    "trleft": _set_left,
    "trhdr": _set_header_row,
    "cellx": _end_cell,
    "clvmrg": _merge_up,
    "clmrg": _merge_left,
    "field": _begin_field,
    "fftype": _set_form_type,
    "ffres": _set_form_result,
    "ffdefres": _set_form_default,
}
