"""The line above and the line below every screen; what stands in them can be clicked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from frontdesk.core.render.language import _
from frontdesk.verbs import Verb, sign_of, verbs_of
from frontdesk.widgets.text import Part, fit, linked, safe


class Bar(Static):
    """One line of words, some of which do something when they are clicked."""

    def on_mount(self) -> None:
        self.auto_links = False  # no underlining, and no drawing again under a mouse that only passes


class Header(Bar):
    """Where and when; `mark` is what there is to be late about."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Sequence[Part], str, str] = ((), "", "")

    def on_resize(self) -> None:
        self.show(*self._shown)

    def show(self, left: Sequence[Part], right: str = "", mark: str = "") -> None:
        self._shown = (left, right, mark)
        ending = f"{safe(mark)}  " if mark else ""
        shown = linked([" ", *left])
        room = max(self.size.width - len(ending) - len(right) - 1, 1)
        if shown.cell_length > room:
            shown = Content(fit(shown.plain, room - 1) + " ")
        padding = " " * (room - shown.cell_length)
        self.update(Content.assemble(shown, padding, (ending, "$warning"), safe(right), " "), layout=False)


class Footer(Bar):
    """The verbs people use most on this screen."""

    def __init__(self, screen: str) -> None:
        super().__init__()
        self._screen = screen

    def on_mount(self) -> None:
        verbs = sorted((v for v in verbs_of(self._screen) if v.value.footer), key=lambda v: v.value.footer)
        self.update(linked([" ", *spaced([clickable(verb) for verb in verbs])]))


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
