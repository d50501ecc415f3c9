"""The signs the grid is drawn with: Unicode, and an ASCII set for terminals where those are double width."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.views import Standing


@dataclass(frozen=True, slots=True)
class Glyphs:
    bar: str = "▌"
    half: str = "▀"
    edge: str = "┆"
    off: str = "╱"
    buffer: str = "·"
    now: str = "▸"
    done: str = "✓"
    session: str = "▶"
    late: str = "!"
    no_show: str = "✗"
    confirmed: str = "+"
    pick: str = "▸"
    yes: str = "✓"
    no: str = "✗"
    above: str = "▲"
    below: str = "▼"
    wait: str = "●"
    marked: str = "■"
    held: str = "┊"
    hatch: str = "░"
    ghost: str = "┄"
    becomes: str = "→"
    offered: str = "⇢"
    mail: str = "✉"

    def standing(self, standing: Standing | None) -> str:
        """The mark of a request in the list."""
        match standing:
            case Standing.CLEAR:
                return self.wait
            case Standing.CLASH | Standing.RULE:
                return self.late
            case Standing.ASKS:
                return "?"
            case Standing.OFFERED:
                return self.offered
            case None:
                return " "

    def of(self, status: Status, late: bool) -> str:
        """The mark of an appointment, before its name."""
        if late:
            return self.late
        match status:
            case Status.ARRIVED | Status.DONE:
                return self.done
            case Status.IN_SESSION:
                return self.session
            case Status.NO_SHOW:
                return self.no_show
            case Status.CONFIRMED:
                return self.confirmed
            case _:
                return " "


UNICODE = Glyphs()
ASCII = Glyphs(
    "|",
    "'",
    ":",
    "/",
    ".",
    ">",
    "v",
    ">",
    "!",
    "x",
    "+",
    ">",
    "+",
    "x",
    "^",
    "v",
    "o",
    "#",
    "?",
    ":",
    "~",
    ">",
    "=",
    "mail",
)


def glyphs(name: str) -> Glyphs:
    return ASCII if name == "ascii" else UNICODE
