"""The line above and the line below every screen."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from frontdesk.core.render.language import _
from frontdesk.verbs import sign_of, verbs_of
from frontdesk.widgets.text import safe


class Header(Static):
    """Where and when; `mark` is what there is to be late about."""

    def show(self, left: str, right: str = "", mark: str = "") -> None:
        room = max(0, self.size.width - len(left) - len(right) - len(mark) - 4)
        text = Content(f" {safe(left)}{' ' * room} ")
        if mark:
            text += Content.styled(safe(mark), "$warning")
        self.update(text + Content(f"  {safe(right)}"))


class Footer(Static):
    """The verbs people use most on this screen."""

    def __init__(self, screen: str) -> None:
        super().__init__()
        self._screen = screen

    def on_mount(self) -> None:
        verbs = sorted((v for v in verbs_of(self._screen) if v.value.footer), key=lambda v: v.value.footer)
        parts = [f"{sign_of(verb)} {_(verb.value.label)}" for verb in verbs]
        self.update(Content(" " + "  ".join(parts)))


class Info(Static):
    """What the cursor is on, in one line."""

    def show(self, text: str, style: str = "") -> None:
        self.update(Content.styled(f" {safe(text)}", style) if style else Content(f" {safe(text)}"))
