"""A notice in place of a picture that would not fit; what lies under it is kept as it was."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from frontdesk.core.render.language import _
from frontdesk.widgets.text import lines

SMALLEST = Size(60, 20)


def is_too_small(size: Size) -> bool:
    return size.width < SMALLEST.width or size.height < SMALLEST.height


class SmallScreen(ModalScreen[None]):
    """Stands while the terminal is too small."""

    DEFAULT_CSS = (
        "SmallScreen { align: center middle; background: $background; } SmallScreen > Static { width: auto; }"
    )

    def compose(self) -> ComposeResult:
        yield Static(id="notice")

    def on_screen_resume(self) -> None:
        self._leave_if_large(self.app.size)

    def on_resize(self, event: Resize) -> None:
        here = _("this terminal is {w}×{h}").format(w=event.size.width, h=event.size.height)
        needed = _("frontdesk needs {w}×{h}").format(w=SMALLEST.width, h=SMALLEST.height)
        self.query_one("#notice", Static).update(lines(here, needed))
        self._leave_if_large(event.size)

    def _leave_if_large(self, size: Size) -> None:
        if self.is_current and not is_too_small(size):
            self.dismiss()
