"""A line to type into, the same everywhere: no blinking cursor, nothing replaced by surprise."""

from __future__ import annotations

from textual.widgets import Input


class Field(Input):
    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
