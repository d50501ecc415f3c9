"""A value out of a few, changed with the arrows or by typing its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from frontdesk.core.domain.text import folded
from frontdesk.widgets.text import plain

T = TypeVar("T")


class Choice(Static, Generic[T], can_focus=True):
    """`‹ Review 45 min ›`: left and right change it, letters jump."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "previous", id="choice.left", show=False),
        Binding("right", "step(1)", "next", id="choice.right", show=False),
        Binding("backspace", "forget", "forget", id="choice.forget", show=False),
    ]

    class Changed(Message):
        """Another value was chosen."""

    def __init__(self, label: str, options: Sequence[tuple[str, T]], chosen: int = 0, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label, self._options = label, tuple(options)
        self._at = chosen
        self._typed = ""
        self._unmatched = ""  # letters that no option has
        self._before = chosen  # what was chosen before they were typed

    @property
    def is_unclear(self) -> bool:
        """Whether letters stand here that mean none of the options: nothing goes on from here."""
        return bool(self._unmatched)

    @property
    def value(self) -> T | None:
        return self._options[self._at][1] if self._options else None

    def on_mount(self) -> None:
        self._draw()

    def offer(self, options: Sequence[tuple[str, T]], value: T | None) -> None:
        """Other options; the value stays where it is among them."""
        self._options = tuple(options)
        values = [it for _name, it in self._options]
        self._at = values.index(value) if value in values else 0
        self._draw()

    def on_focus(self) -> None:
        self._typed = ""

    def on_blur(self) -> None:
        """What was not understood is gone; what was chosen before it stands."""
        if self._unmatched:
            self._unmatched = ""
            self._draw()

    def on_key(self, event: events.Key) -> None:
        if not event.is_printable or event.character is None:
            return
        if not self._typed:
            self._before = self._at
        self._typed += event.character
        if not self._jump():
            self._unmatched = self._typed
            self._keep_old()
        event.stop()

    def action_step(self, by: int) -> None:
        if self._options:
            self._typed = ""
            self._choose((self._at + by) % len(self._options))

    def action_forget(self) -> None:
        self._typed, self._unmatched = self._typed[:-1], ""
        if not self._typed or not self._jump():
            self._unmatched = self._typed
            self._keep_old()

    def _jump(self) -> bool:
        wanted = folded(self._typed.lstrip())
        names = [folded(name) for name, _value in self._options]
        found = next((n for n, name in enumerate(names) if name.startswith(wanted)), None)
        if found is None:
            found = next((n for n, name in enumerate(names) if wanted in name), None)
        if found is None:
            return False
        self._choose(found)
        return True

    def _keep_old(self) -> None:
        """Letters that mean nothing choose nothing."""
        if self._at != self._before and self._before < len(self._options):
            self._at = self._before
            self.post_message(self.Changed())
        self._draw()

    def _choose(self, at: int) -> None:
        self._at, self._unmatched = at, ""
        self._draw()
        self.post_message(self.Changed())

    def _draw(self) -> None:
        name = self._options[self._at][0] if self._options else "–"
        unmatched = f"  ? “{self._unmatched}” ← →" if self._unmatched else ""
        self.update(plain(f"{self._label} ‹ {name} ›{unmatched}".lstrip()))
