"""Offering other times, three at most; and the client's answer to them."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.requests import MOST_OFFERS, RequestKind
from frontdesk.core.domain.scenes import Offer
from frontdesk.core.domain.times import local_date
from frontdesk.core.domain.views import RequestCard
from frontdesk.core.parse.when import ALL_DAY, NotUnderstood, When
from frontdesk.core.render.language import _
from frontdesk.core.render.words.requests import offered_words, wish_words
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.screens.dialogs.approve import AS_NEW
from frontdesk.screens.dialogs.slot_form import SlotForm
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain

LISTED = 6
"""Free times to choose from, each with its digit."""
AHEAD = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferChoice:
    times: tuple[Offer, ...]
    message: str = ""


class OfferDialog(SlotForm[OfferChoice]):
    """Answers which times are offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="offer.down", priority=True),
        Binding("up", "move(-1)", "previous", id="offer.up", priority=True),
        Binding("enter", "offer", "offer", id="offer.offer", priority=True),
    ]

    def __init__(self, card: RequestCard, before: OfferChoice | None = None, error: str = "") -> None:
        super().__init__(classes="bottom")
        self._card, self._error = card, error
        self._message = before.message if before is not None else ""
        self._chosen: list[Offer] = list(before.times) if before is not None else []
        self._searched: str | None = None  # what the list was made for

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[Offer](id="times")
            yield from self.when_line(_("other times"), placeholder="thu pm · +2w · 25 nov", echoes=False)
            with Horizontal(classes="line"):
                yield Static(plain(_("message to the client") + " "), classes="tag")
                yield Field(self._message, id="message")
            yield Static(plain(self._error, "$error"), id="problem")
            yield Keys(
                _("1–6 choose"),
                (_("⏎ offer"), "screen.offer"),
                _("tab other times · message"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        line = self._card.line
        self.title_panel(_("Offer instead") + f" · {line.client_name} · {wish_words(self.voice, line.request)}")
        self.query_one("#times", LineList).focus()
        self._search()

    def refresh_data(self) -> None:
        self._search()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "when":
            self._search()

    def on_key(self, event: events.Key) -> None:
        times = self.query_one("#times", LineList)
        if times.has_focus and event.character and (event.character.isdigit() or event.character == " "):
            event.stop()
            self._toggle(times.cursor if event.character == " " else int(event.character) - 1)

    def on_line_list_pointed(self) -> None:
        self._toggle(self.query_one("#times", LineList).cursor)

    def action_move(self, by: int) -> None:
        self.query_one("#times", LineList).move(by)

    def action_offer(self) -> None:
        times: LineList[Offer] = self.query_one("#times", LineList)
        if self.query_one("#when", Input).has_focus:
            times.focus()
            return
        if not self._chosen and times.chosen is not None:
            self.say(_("1 to {n} choose the times to offer").format(n=len(times.lines)))
            return
        if self._chosen:
            self.dismiss(OfferChoice(times=tuple(self._chosen), message=self.query_one("#message", Input).value))

    def _toggle(self, number: int) -> None:
        times: LineList[Offer] = self.query_one("#times", LineList)
        if not 0 <= number < len(times.lines):
            return
        offer = times.lines[number].value
        if offer in self._chosen:
            self._chosen.remove(offer)
        elif len(self._chosen) == MOST_OFFERS:
            self.say(_("{n} times can be offered at most").format(n=MOST_OFFERS))
            return
        else:
            self._chosen.append(offer)
        self.say("")
        self._show([line.value for line in times.lines], number)

    def _show(self, found: list[Offer], cursor: int) -> None:
        yes = self.host.glyphs.yes
        lines = []
        for n, offer in enumerate(found, 1):
            gone = "" if offer in self._free else f" · {_('not free any more')}"
            lines.append(Line(f"{n} {yes if offer in self._chosen else ' '} {self.voice.offer(offer)}{gone}", offer))
        self.query_one("#times", LineList).show(lines, cursor)

    def _search(self) -> None:
        self.begin(self._find(), group="find", exclusive=True)

    async def _find(self) -> None:
        request = self._card.line.request
        typed, today = self.typed, local_date(self.host.now(), request.zone)
        asked = local_date(request.slot.start, request.zone)
        try:
            wanted = self.understood(request.zone, asked) if typed.strip() else None
        except NotUnderstood as error:
            self.say(_("“{word}” is not understood: thu pm, 25 nov, +2w").format(word=error.word))
            return
        first = max(wanted.day if wanted is not None else asked, today)
        answer = await self.look(
            FindSlots(
                service=request.service,
                first=first,
                days=AHEAD,
                client=request.client,
                moving=request.appointment if request.kind is RequestKind.RESCHEDULE else None,
                request=request.id,
                each=True,
            )
        )
        offers = [it for it in answer.offers if self._fits(it, wanted)] if answer is not None else []
        near = self._near(offers, wanted)
        times: LineList[Offer] = self.query_one("#times", LineList)
        standing = [line.value for line in times.lines] if self._searched == typed else []
        kept = [it for it in standing if it in self._chosen or it in offers]  # the digits mean what they meant
        found = list(dict.fromkeys((*kept, *self._chosen, *near)))[:LISTED]
        self._free = set(offers)
        here = times.chosen if self._searched == typed else None
        self._searched = typed
        self._show(found, found.index(here) if here in found else 0)
        if self._error:
            self.say(self._error)
        else:
            self.say("" if found else _("nothing is free in the next {n} days").format(n=AHEAD))

    def _fits(self, offer: Offer, wanted: When | None) -> bool:
        asked = self._card.line.request.slot
        if (offer.start, offer.practitioner) == (asked.start, asked.practitioner):
            return False
        if wanted is None or wanted.part == ALL_DAY:
            return True
        at = self.voice.wall(offer)
        return wanted.part[0] <= at.hour * 60 + at.minute < wanted.part[1]

    def _near(self, offers: list[Offer], wanted: When | None) -> list[Offer]:
        """Times that do not overlap, near the one that was asked for, the same person before others."""
        asked = self._card.line.request.slot
        aim = asked.start

        def rank(offer: Offer) -> tuple[object, ...]:
            if wanted is not None:
                at = self.voice.wall(offer)
                far = abs((at - wanted.wall).total_seconds()) if wanted.wall is not None else 0
                return (at.date() != wanted.day, far, offer.practitioner != asked.practitioner, offer.start)
            return (offer.practitioner != asked.practitioner, abs(offer.start - aim), offer.start)

        chosen: list[Offer] = []
        for offer in sorted(offers, key=rank):
            if all(
                offer.end <= it.start or it.end <= offer.start for it in chosen
            ):  # a real choice, not a quarter on
                chosen.append(offer)
                if len(chosen) == LISTED + MOST_OFFERS:
                    break
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Which of the offered times the client takes, from 1; None takes none."""

    choice: int | None
    client: ClientId | None = None
    new_client: bool = False


class AnswerDialog(DeskDialog[Answer]):
    """What the client says to the times that were offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="answer.down", priority=True),
        Binding("up", "move(-1)", "previous", id="answer.up", priority=True),
        Binding("enter", "take", "take", id="answer.take", priority=True),
    ]

    def __init__(self, card: RequestCard) -> None:
        super().__init__(classes="bottom")
        self._card = card

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield LineList[int | None](id="times")
            if self._card.known:
                yield Choice[ClientId | None](_("record"), self._records(), id="record")
            yield Static("", id="problem")
            yield Keys(
                _("0–{n} choose").format(n=len(self._card.line.request.offers)),
                (_("⏎ that is the answer"), "screen.take"),
                ("esc", "screen.leave"),
            )

    def on_mount(self) -> None:
        line = self._card.line
        self.title_panel(_("What does {client} say?").format(client=line.client_name))
        lines: list[Line[int | None]] = [
            Line(f"{n} {offered_words(self.voice, slot)}", n, "dim" if slot.lost else "plain")
            for n, slot in enumerate(line.request.offers, 1)
        ]
        lines.append(Line(f"0 {_('none of these: the request waits, without a held time')}", None))
        times = self.query_one("#times", LineList)
        times.show(lines)
        times.focus()

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#times").has_focus and event.character and event.character.isdigit():
            event.stop()
            number, last = int(event.character), len(self._card.line.request.offers)
            if number > last:
                self._say(_("0 to {n} choose").format(n=last))
                return
            times = self.query_one("#times", LineList)
            times.move((number - 1 if number else last) - times.cursor)
            self._say("")

    def on_line_list_chosen(self) -> None:
        self.action_take()

    def action_move(self, by: int) -> None:
        self.query_one("#times", LineList).move(by)

    def action_take(self) -> None:
        chosen: int | None = self.query_one("#times", LineList).chosen
        self._answer(chosen)

    def _answer(self, choice: int | None) -> None:
        record: ClientId | None = None
        if choice is not None and self._card.known:
            record = self.query_one("#record", Choice).value
            if record is None:
                self._say(_("is it one of these, or a new client? ‹ › chooses"))
                self.query_one("#times", LineList).move((choice - 1) - self.query_one("#times", LineList).cursor)
                self.query_one("#record").focus()
                return
        known = record if record is not None and record != AS_NEW else None
        self.dismiss(Answer(choice=choice, client=known, new_client=record == AS_NEW))

    def _say(self, text: str) -> None:
        self.query_one("#problem", Static).update(plain(text, "$error"))

    def _records(self) -> list[tuple[str, ClientId | None]]:
        line = self._card.line
        known = [(" ".join(filter(None, (it.name, it.phone, it.email))), it.id) for it in self._card.known]
        return [(_("choose"), None), *known, (_("a new client: {who}").format(who=line.client_name), AS_NEW)]
