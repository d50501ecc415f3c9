"""Only what differs is written, and what is written leaves the right picture: checked by a small terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from frontdesk.widgets.frames import Frames

WIDTH, HEIGHT = 12, 3
SIZE = Size(WIDTH, HEIGHT)
CONSOLE = Console(file=StringIO(), color_system="truecolor", force_terminal=True)
STYLES = [
    Style(),
    Style(color="red"),
    Style(color="red", bgcolor="blue"),
    Style(bgcolor="blue", bold=True),
    Style(color="#102030", bgcolor="#405060"),
    Style(underline=True),
    Style(reverse=True, color="green"),
    Style(meta={"@click": "x"}),
]
_SEQUENCE = re.compile("\x1b\\[([0-9;]*)([Hm])|(.)", re.DOTALL)


class Terminal:
    """Understands moves and colours, nothing more; says what a frame leaves on it."""

    def __init__(self) -> None:
        self.cells = [[(" ", "")] * WIDTH for _ in range(HEIGHT)]

    def read(self, text: str) -> None:
        x = y = 0
        pen: dict[str, str] = {}
        for numbers, kind, character in _SEQUENCE.findall(text):
            if kind == "H":
                y, x = (int(number) - 1 for number in numbers.split(";"))
            elif kind == "m":
                pen = _drawn_with(pen, numbers.split(";"))
            elif character:
                look = " ".join(f"{name}={value}" for name, value in sorted(pen.items()) if value)
                self.cells[y][x] = (character, look)
                for beside in range(1, cell_len(character)):
                    self.cells[y][x + beside] = ("", look)
                x += cell_len(character)

    def seen(self) -> list[list[tuple[str, str]]]:
        """With blanks as people see them: by background alone, where nothing is drawn on them."""
        return [[_seen(character, look) for character, look in row] for row in self.cells]


def _drawn_with(pen: dict[str, str], numbers: list[str]) -> dict[str, str]:
    pen, rest = dict(pen), list(numbers)
    while rest:
        number = rest.pop(0)
        if number in ("", "0"):
            pen = {}
        elif number in ("38", "48"):
            taken, rest = rest[:4] if rest[0] == "2" else rest[:2], rest[4 if rest[0] == "2" else 2 :]
            pen["front" if number == "38" else "back"] = ";".join(taken)
        elif number in ("39", "49"):
            pen.pop("front" if number == "39" else "back", None)
        elif 30 <= int(number) <= 37:
            pen["front"] = number
        elif 40 <= int(number) <= 47:
            pen["back"] = number
        else:
            pen[f"look{number}"] = "on"
    return pen


def _seen(character: str, look: str) -> tuple[str, str]:
    parts = look.split()
    if character == " " and not {"look4=on", "look7=on"} & set(parts):
        return character, " ".join(part for part in parts if part.startswith("back"))
    return character, look


lines = st.lists(
    st.tuples(st.text(st.sampled_from("ab 漢é"), min_size=1, max_size=6), st.sampled_from(STYLES)), max_size=4
)


def strip_of(parts: Sequence[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(WIDTH, Style())


def written(update: object) -> str:
    assert isinstance(update, CompositorUpdate)
    return update.render_segments(CONSOLE)


@given(st.lists(st.lists(lines, min_size=HEIGHT, max_size=HEIGHT), min_size=1, max_size=4))
def test_whole_pictures_leave_what_they_show(pictures: list[list[list[tuple[str, Style]]]]) -> None:
    frames, terminal, plain = Frames(), Terminal(), Terminal()
    for picture in pictures:
        update = LayoutUpdate([[strip_of(line)] for line in picture], Region(0, 0, WIDTH, HEIGHT))
        terminal.read(written(frames.only_changed(update, SIZE, CONSOLE)))
        plain.read(update.render_segments(CONSOLE).replace("\n", ""))
        assert terminal.seen() == plain.seen()


@given(lines, lines, st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))
def test_a_part_of_a_line_leaves_what_it_shows(
    before: list[tuple[str, Style]], after: list[tuple[str, Style]], y: int, x: int
) -> None:
    frames, terminal, plain = Frames(), Terminal(), Terminal()
    whole = LayoutUpdate([[strip_of(before)] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))
    part = strip_of(after).crop(0, WIDTH - x)
    chops: list[dict[int, Strip | None]] = [{x: part} if line == y else {} for line in range(HEIGHT)]
    update = ChopsUpdate(chops, [(y, x, WIDTH)], [[WIDTH]] * HEIGHT)
    for it in (whole, update):
        terminal.read(written(frames.only_changed(it, SIZE, CONSOLE)))
        plain.read(it.render_segments(CONSOLE).replace("\n", ""))
    # a half of a wide sign that is written over is blank on a real terminal: only what was written is compared
    assert terminal.seen()[y][x:] == plain.seen()[y][x:]


def test_the_same_picture_again_writes_nothing() -> None:
    frames = Frames()
    update = LayoutUpdate([[strip_of([("abc", STYLES[2])])] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))

    assert written(frames.only_changed(update, SIZE, CONSOLE)) != ""
    assert written(frames.only_changed(update, SIZE, CONSOLE)) == ""
    frames.forget()
    assert written(frames.only_changed(update, SIZE, CONSOLE)) != ""


def test_another_size_is_another_picture() -> None:
    frames = Frames()
    update = LayoutUpdate([[strip_of([("abc", STYLES[2])])] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))
    frames.only_changed(update, SIZE, CONSOLE)

    assert written(frames.only_changed(update, Size(WIDTH, HEIGHT + 1), CONSOLE)) != ""


def test_what_is_left_of_a_sign_that_was_cut_is_written_again() -> None:
    frames, terminal = Frames(), Terminal()
    first = LayoutUpdate([[strip_of([("a漢b漢", STYLES[0])])] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))
    terminal.read(written(frames.only_changed(first, SIZE, CONSOLE)))
    cut = Strip([Segment("x", STYLES[0])])
    part = ChopsUpdate([{2: cut}, {}, {}], [(0, 2, 3)], [[3]] * HEIGHT)
    written(frames.only_changed(part, SIZE, CONSOLE))
    again = LayoutUpdate([[strip_of([("a漢b漢", STYLES[0])])] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))

    assert written(frames.only_changed(again, SIZE, CONSOLE)) == "\x1b[1;2H\x1b[0m漢\x1b[0m"


def test_places_apart_are_written_apart() -> None:
    frames = Frames()
    blank = LayoutUpdate([[strip_of([])] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))
    frames.only_changed(blank, SIZE, CONSOLE)
    joined = Strip([Segment("e\u0301e\u0301", STYLES[0])])
    written(frames.only_changed(ChopsUpdate([{4: joined}, {}, {}], [(0, 4, 6)], [[6]] * HEIGHT), SIZE, CONSOLE))
    cut = Strip([Segment("Y", STYLES[0])])
    written(frames.only_changed(ChopsUpdate([{4: cut}, {}, {}], [(0, 4, 5)], [[5]] * HEIGHT), SIZE, CONSOLE))
    line = Strip([Segment("    Z   W   ", STYLES[0])])
    said = written(
        frames.only_changed(ChopsUpdate([{0: line}, {}, {}], [(0, 0, 12)], [[12]] * HEIGHT), SIZE, CONSOLE)
    )

    terminal = Terminal()
    terminal.read(said)
    assert [cell[0] for cell in terminal.cells[0]] == list("    Z   W   ")
