"""A client's record, new or known, as a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.asks.clients import FindDuplicates
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, ClientKind
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import local_date
from frontdesk.core.domain.views import ClientHit
from frontdesk.core.parse.when import birth_date
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain

LABELS = (
    ("name", later("name")),
    ("phone", later("phone")),
    ("email", later("e-mail")),
    ("born", later("born")),
    ("preferences", later("likes")),
    ("note", later("note")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDraft:
    """What stands in the form."""

    name: str = ""
    kind: ClientKind = ClientKind.PERSON
    phone: str = ""
    email: str = ""
    born: str = ""
    preferences: str = ""
    note: str = ""
    known: ClientId | None = None
    """Somebody who is here already was chosen instead."""

    @property
    def birth_date(self) -> date | None:
        return date.fromisoformat(self.born) if self.born else None


class ClientFormDialog(DeskDialog[ClientDraft]):
    """Answers the form, with a name and a date that is one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "save", id="client.save", priority=True),
        Binding("down", "move(1)", "next", id="client.down", priority=True),
        Binding("up", "move(-1)", "previous", id="client.up", priority=True),
    ]

    def __init__(self, draft: ClientDraft, title: str, error: str = "", new: bool = True) -> None:
        super().__init__()
        self._draft, self._title, self._error, self._new = draft, title, error, new

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            for name, label in LABELS:
                with Horizontal(classes="line"):
                    yield Static(plain(f"{_(label)} "), classes="tag")
                    yield Field(getattr(self._draft, name), id=name)
            with Horizontal(classes="line"):
                yield Static(plain(_("kind") + " "), classes="tag")
                kinds = [(_("person"), ClientKind.PERSON), (_("company"), ClientKind.COMPANY)]
                yield Choice[ClientKind]("", kinds, chosen=int(self._draft.kind is ClientKind.COMPANY), id="kind")
            yield Static(plain(self._error, "$error"), id="problem")
            yield LineList[ClientHit](id="twins", can_focus=False)
            yield Keys(
                (_("⏎ save"), "screen.save"),
                *((_("↑↓ somebody known"),) if self._new else ()),
                _("tab next"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(self._title)
        self.query_one("#name", Input).focus()

    def on_input_changed(self) -> None:
        if self._new:
            self.begin(self._find(), group="find", exclusive=True)

    def on_line_list_pointed(self) -> None:
        self._say(_("⏎ opens this client"), "name", bad=False)

    def action_move(self, by: int) -> None:
        twins: LineList[ClientHit] = self.query_one("#twins", LineList)
        if by < 0 and twins.cursor == 0:
            twins.show(twins.lines)
            twins.cursor = -1
            self._say("", "name", bad=False)
        elif twins.lines:
            twins.move(by)
            self._say(_("⏎ opens this client"), "name", bad=False)

    def action_save(self) -> None:
        twin: ClientHit | None = self.query_one("#twins", LineList).chosen
        if twin is not None:
            self.dismiss(replace(self._draft, known=twin.id))
            return
        values: dict[str, Any] = {name: self.query_one(f"#{name}", Input).value.strip() for name, _label in LABELS}
        draft = replace(self._draft, **values, kind=self.query_one("#kind", Choice).value or ClientKind.PERSON)
        if not draft.name:
            self._say(_("a name is needed; the rest can wait"), "name")
            return
        born = birth_date(draft.born, local_date(self.host.now(), self.voice.zone), self.voice.setup.practice.locale)
        if draft.born and born is None:
            self._say(_("born: as 3 jul 1980, 3.7.1980 or 1980-07-03"), "born")
            return
        self.dismiss(replace(draft, born=born.isoformat() if born is not None else ""))

    async def _find(self) -> None:
        name, phone = self.query_one("#name", Input).value, self.query_one("#phone", Input).value
        if len(name) < 3 and len(phone) < 4:
            return
        hits = await self.look(FindDuplicates(name=name, phone=phone))
        twins = self.query_one("#twins", LineList)
        twins.show([Line(f"{it.name:<26} {it.birthday:<10} {it.phone}", it, "dim") for it in hits or ()])
        twins.cursor = -1

    def _say(self, text: str, field: str, bad: bool = True) -> None:
        self.query_one("#problem", Static).update(plain(text, "$error" if bad else "$success"))
        if bad:
            self.query_one(f"#{field}", Input).focus()
