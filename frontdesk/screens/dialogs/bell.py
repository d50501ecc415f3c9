"""The bell: what happened that somebody here should know, the newest first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from frontdesk.core.asks.notices import ListNotices
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.notices import Notice, NoticeId
from frontdesk.core.domain.views import BellLine
from frontdesk.core.render.language import _
from frontdesk.core.render.words.notices import notice_words
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is read now, and what is to be opened."""

    read: tuple[NoticeId, ...]
    """Empty: all there are."""
    open: Notice | None = None


class BellDialog(DeskDialog[Heard]):
    """Answers which notice was read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,b", "leave", "back", id="bell.back", show=False),
        Binding("down,j", "move(1)", "next", id="bell.down", priority=True),
        Binding("up,k", "move(-1)", "previous", id="bell.up", priority=True),
        Binding("enter", "open", "open", id="bell.open", priority=True),
        Binding("space", "all_read", "all read", id="bell.all_read"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[BellLine](id="notices")
            yield Keys(
                (_("⏎ open"), "screen.open"),
                (_("space all read"), "screen.all_read"),
                _("↑↓ choose"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("What happened"))
        self.query_one("#notices", LineList).focus()
        self.refresh_data()

    def refresh_data(self) -> None:
        self.begin(self._load(), group="load", exclusive=True)

    def on_line_list_chosen(self) -> None:
        self.action_open()

    def action_move(self, by: int) -> None:
        self.query_one("#notices", LineList).move(by)

    def action_open(self) -> None:
        line: BellLine | None = self.query_one("#notices", LineList).chosen
        if line is not None:
            self.dismiss(Heard(read=(line.id,), open=line.notice))

    def action_all_read(self) -> None:
        self.dismiss(Heard(read=()))

    async def _load(self) -> None:
        found = await self.look(ListNotices())
        if found is None:
            return
        rows = self.query_one("#notices", LineList)
        rows.show_again(
            [self._row(line) for line in found] or [Line(_("nothing happened yet"), None, "dim")],
            lambda line: line.id,
        )

    def _row(self, line: BellLine) -> Line[BellLine]:
        mark = " " if line.is_read else self.host.glyphs.wait
        at = self.voice.moment(line.at)
        return Line(
            f"{mark} {fit(at, 16)} {notice_words(self.voice, line)}", line, "dim" if line.is_read else "plain"
        )
