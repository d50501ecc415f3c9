"""What stands on the terminal, cell by cell, so that only what differs is written.

Textual writes whole lines, and the whole screen twice whenever a dialogue opens or closes; over SSH that is felt.
This leans on two private classes of Textual's compositor; `test_bytes.py` says so when they change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

Ink = tuple[str, str, str]
"""Attributes, foreground and background, as the numbers a terminal takes for them."""

Cell = tuple[str, Ink]
"""What one cell shows; empty where a character two cells wide goes on."""

PLAIN: Ink = ("", "", "")
UNKNOWN: Cell = ("", ("unknown", "", ""))
"""A cell that was never written, or of which only a part is left."""

KNOWN = 20_000
"""Texts of which is known what they take, at most."""
GAP = 6
"""Cells that are alike between two that differ are written again where that is shorter than going round them."""


class Difference(CompositorUpdate):
    """Ready to be written."""

    def __init__(self, sequence: str) -> None:
        self._sequence = sequence

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("")

    def render_segments(self, console: Console) -> str:
        return self._sequence


class Frames:
    """The terminal's cells, as far as they are known."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._size = Size(0, 0)
        self._inks: dict[Style | None, Ink] = {None: PLAIN}
        self._known: dict[tuple[str, Style | None], list[Cell]] = {}
        self._whole: dict[int, tuple[int, list[Strip]]] = {}
        """Lines as they were given last, where nothing was put over them since: most of them come again."""

    def forget(self) -> None:
        """After anything else wrote to the terminal."""
        self._whole.clear()
        self._rows = [[UNKNOWN] * self._size.width for _ in range(self._size.height)]

    def only_changed(self, update: object, size: Size, console: Console) -> object:
        """The same update, less what is on the terminal already."""
        if size != self._size:
            self._size = size
            self.forget()
        if isinstance(update, LayoutUpdate):
            pieces = self._lines_of(update)
        elif isinstance(update, ChopsUpdate):
            pieces = _chops_of(update)
            for y, _first, _end in update.spans:
                self._whole.pop(y, None)
        else:
            self.forget()
            return update
        before: dict[int, list[Cell]] = {}
        for x, y, strip in pieces:
            if 0 <= y < size.height:
                if y not in before:
                    before[y] = self._rows[y].copy()
                self._put(x, y, strip, console)
        writer = _Writer()
        for y in sorted(before):
            writer.write_changed(y, before[y], self._rows[y])
        return Difference(writer.finished())

    def _lines_of(self, update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
        """Every strip of the lines that are new, with the column and line where it begins."""
        for y, line in enumerate(update.strips, update.region.y):
            x, strips = update.region.x, list(line)
            if self._whole.get(y) == (x, strips):
                continue
            self._whole[y] = (x, strips)
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length

    def _put(self, x: int, y: int, strip: Strip, console: Console) -> None:
        row = self._rows[y]
        for segment in strip:
            if segment.control:
                continue
            cells = self._cells(segment.text, segment.style, console)
            if x + len(cells) > len(row):
                cells = _cut_off(cells, len(row) - x)
            end = x + len(cells)
            if x == end:
                continue
            if not row[x][0]:
                _cut(row, x)
            if end < len(row) and not row[end][0]:
                _cut(row, end)
            row[x:end] = cells
            x = end

    def _cells(self, text: str, style: Style | None, console: Console) -> list[Cell]:
        """What a text takes: the same again and again, so that whole cells are compared, not what they are of."""
        cells = self._known.get((text, style))
        if cells is None:
            if len(self._known) > KNOWN:
                self._known.clear()
            cells = self._known[text, style] = list(self._written(text, self._ink(style, console)))
        return cells

    def _written(self, text: str, ink: Ink) -> Iterator[Cell]:
        empty: Cell = (" ", ink if _draws_on(ink) else ("", "", ink[2]))
        for character, width in _cells_of(text):
            yield empty if character == " " else (character, ink)
            yield from [("", ink)] * (width - 1)

    def _ink(self, style: Style | None, console: Console) -> Ink:
        ink = self._inks.get(style)
        if ink is None:
            ink = self._inks[style] = _ink_of(style, console) if style is not None else PLAIN
        return ink


class _Writer:
    """Puts changed cells into one sequence, saying of each colour only what is new."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._ink: Ink | None = None

    def write_changed(self, y: int, before: Sequence[Cell], after: Sequence[Cell]) -> None:
        if before == after:
            return
        say, now = self._parts.append, self._ink
        for first, end in _runs(before, after):
            at = -1
            for x, (text, ink) in enumerate(after[first:end], first):
                if text:
                    if x != at:
                        say(f"\x1b[{y + 1};{x + 1}H")
                    at = x + 1 if text.isascii() else x + cell_len(text)
                    if ink is not now and (text != " " or now is None or ink[2] != now[2] or _draws_on(ink, now)):
                        self._change_ink(ink)
                        now = ink
                    say(text)

    def finished(self) -> str:
        return "".join(self._parts) + ("\x1b[0m" if self._parts else "")

    def _change_ink(self, ink: Ink) -> None:
        before, self._ink = self._ink, ink
        if ink == before:
            return
        if before is None or ink[0] != before[0] or "" in ink[1:]:
            numbers = ["0", *ink]
        else:
            numbers = [new for new, old in zip(ink[1:], before[1:], strict=True) if new != old]
        self._parts.append(f"\x1b[{';'.join(filter(None, numbers))}m")


def _cut(row: list[Cell], x: int) -> None:
    """Before a cell begins at `x`: what went on there from the left is no whole character any more."""
    if row[x] is UNKNOWN:
        return
    first, end = x - 1, x
    while not row[first][0]:
        first -= 1
    while end < len(row) and not row[end][0] and row[end] is not UNKNOWN:
        end += 1
    row[first:end] = [UNKNOWN] * (end - first)


def _cut_off(cells: list[Cell], room: int) -> list[Cell]:
    """As many as there is room for; of a character that is cut through nothing."""
    while room and not cells[room][0]:
        room -= 1
    return cells[:room]


def _runs(before: Sequence[Cell], after: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Where two rows differ, as first cell and the one after the last; never from the middle of a character."""
    first = end = -1
    both = enumerate(zip(before, after, strict=True))
    for x in [x for x, (old, new) in both if old is not new and old != new]:
        if first >= 0 and x - end > GAP:
            yield first, end
            first = -1
        if first < 0:
            first = x
            while first and not after[first][0]:
                first -= 1
        end = x + 1
    if first >= 0:
        yield first, end


def _cells_of(text: str) -> Iterator[tuple[str, int]]:
    """What is written into one place, and how many cells that takes."""
    if text.isascii():
        for character in text:
            yield character, 1
        return
    widths = [cell_len(character) for character in text]
    if 0 in widths or sum(widths) != cell_len(text):  # signs that join: only together are they so wide
        yield text, cell_len(text)
        return
    yield from zip(text, widths, strict=True)


def _draws_on(*inks: Ink) -> bool:
    """Whether attributes are seen where nothing is written: underlined, blinking, reversed, struck, or unknown."""
    return any(_are_seen(ink[0]) for ink in inks)


@lru_cache(256)
def _are_seen(attributes: str) -> bool:
    return bool(set(attributes.split(";")) - {"", "1", "2", "3"})


def _ink_of(style: Style, console: Console) -> Ink:
    system = console._color_system
    attributes = style.without_color.render("x", color_system=system).partition("x")[0][2:-1]
    if system is None:
        return attributes, "", ""
    colours = [
        ";".join(colour.downgrade(system).get_ansi_codes(foreground=front)) if colour is not None else ""
        for colour, front in ((style.color, True), (style.bgcolor, False))
    ]
    return attributes, colours[0], colours[1]


def _chops_of(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The strips within the update's spans, as `ChopsUpdate` itself chooses them."""
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= x2 and end > x1:
                yield x, y, strip if end <= x2 else strip.crop(0, x2 - x)
