"""A client's own booking link: for which service, and whether it is mailed or shown."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import service_label
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.line_list import Line, LineList


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChoice:
    service: ServiceId
    mailed: bool


class BookingLinkDialog(DeskDialog[LinkChoice]):
    """Answers the service, and how the link reaches the client."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "next", id="link.down", priority=True),
        Binding("up,k", "move(-1)", "previous", id="link.up", priority=True),
        Binding("enter,m", "choose(True)", "mail it", id="link.mail", priority=True),
        Binding("s", "choose(False)", "show it", id="link.show", priority=True),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[ServiceId](id="services")
            yield Keys(
                (_("⏎ mail it"), "screen.choose(True)"),
                (_("s show it"), "screen.choose(False)"),
                _("↑↓ service"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("Booking link for {name}").format(name=self._name))
        offered = [it for it in self.voice.setup.services.values() if it.life is Life.ACTIVE and it.online]
        rows = self.query_one("#services", LineList)
        rows.show([Line(f" {service_label(it)}", it.id) for it in offered])
        rows.focus()

    def on_line_list_chosen(self) -> None:
        self.action_choose(True)

    def action_move(self, by: int) -> None:
        self.query_one("#services", LineList).move(by)

    def action_choose(self, mailed: bool) -> None:
        chosen: ServiceId | None = self.query_one("#services", LineList).chosen
        if chosen is None:
            self.tell(_("no service can be booked online yet"), bad=True)
            return
        self.dismiss(LinkChoice(service=chosen, mailed=mailed))
