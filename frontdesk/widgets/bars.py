"""The line above and the line below every screen; what stands in them can be clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

from frontdesk.core.render.language import _
from frontdesk.verbs import Verb, footer_of, sign_of
from frontdesk.widgets.text import Part, fit, linked, safe


class Bar(Static):
    """One line of words, some of which do something when they are clicked."""

    def on_mount(self) -> None:
        self.auto_links = False  # no underlining, and no drawing again under a mouse that only passes


class Mark(NamedTuple):
    """Something that waits: in words, in few words, and what a click does."""

    words: str
    short: str
    action: str = ""


class Header(Bar):
    """Where and when; `marks` are what waits, the most pressing last."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Sequence[Part], str, Sequence[Mark]] = ((), "", ())

    def on_resize(self) -> None:
        self.show(*self._shown)

    def show(self, left: Sequence[Part], right: str = "", marks: Sequence[Mark] = ()) -> None:
        self._shown = (left, right, marks)
        shown = linked([" ", *left])
        room = max(self.size.width - len(right) - 2, 1)
        ending = self._ending(marks, room - shown.cell_length - 1)
        left_room = room - ending.cell_length
        if shown.cell_length > left_room:
            shown = Content(fit(shown.plain, left_room - 1) + " ")
        padding = " " * (left_room - shown.cell_length)
        self.update(Content.assemble(shown, padding, ending.stylize("$warning"), " ", safe(right), " "), layout=False)

    def _ending(self, marks: Sequence[Mark], room: int) -> Content:
        """The marks in words where there is room, else in few; the least pressing give way first."""
        for parts in (
            [it.words for it in marks],
            [it.short for it in marks],
            *([it.short for it in marks[n:]] for n in range(1, len(marks))),
        ):
            found = [(text, it.action) for text, it in zip(parts, marks[len(marks) - len(parts) :], strict=True)]
            ending = linked([part for text, action in found for part in ((text, action) if action else text, "  ")])
            if ending.cell_length <= room:
                return ending
        return Content("")


class Footer(Bar):
    """The verbs people use most on this screen."""

    def __init__(self, screen: str) -> None:
        super().__init__()
        self._screen = screen
        self._offered: Mapping[Verb, str] = {}

    def on_mount(self) -> None:
        self.tell()

    def tell(self) -> None:
        """In the language that is spoken now; where there is no room for all, the last but help give way."""
        wanted = {*footer_of(self._screen), *self._offered}
        verbs = sorted((verb for verb in Verb if verb in wanted), key=lambda verb: verb.value.footer)
        shown = self._line(verbs)
        while self.size.width and shown.cell_length > self.size.width and len(verbs) > 1:
            del verbs[-2]
            shown = self._line(verbs)
        self.update(shown)

    def offer(self, words: Mapping[Verb, str]) -> None:
        """Verbs that act on what is under the cursor now, in words of their own, beside those of the screen."""
        if words != self._offered:
            self._offered = words
            self.tell()

    def on_resize(self) -> None:
        self.tell()

    def _line(self, verbs: Sequence[Verb]) -> Content:
        return linked([" ", *spaced([clickable(verb, self._offered.get(verb, "")) for verb in verbs])])


class Keys(Bar):
    """What the keys of a dialogue do; a click does it too."""

    def __init__(self, *parts: Part) -> None:
        super().__init__(linked(spaced(parts, "   ")), classes="keys")


class Info(Static):
    """What the cursor is on, in one line."""

    def show(self, text: str, style: str = "") -> None:
        content = Content.styled(f" {safe(text)}", style) if style else Content(f" {safe(text)}")
        self.update(content, layout=False)  # its place is fixed


def clickable(verb: Verb, words: str = "") -> Part:
    """A verb as its key and label, or in words of its own."""
    return words or f"{sign_of(verb)} {_(verb.value.label)}", f"screen.verb('{verb.id}')"


def spaced(parts: Sequence[Part], space: str = "  ") -> list[Part]:
    return [it for part in parts for it in (part, space)][:-1]
