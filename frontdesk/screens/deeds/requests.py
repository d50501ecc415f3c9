"""What is decided about a request, from whichever screen: the dialogues, then the deed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeAlias

from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.requests import (
    ApproveRequest,
    DeclineRequest,
    EditRequest,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    ShowRequest,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.objections import RequestIsOver
from frontdesk.core.domain.requests import RequestAction, RequestId, RequestState
from frontdesk.core.domain.times import local_date, wall_time
from frontdesk.core.domain.views import RequestCard
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render.language import _
from frontdesk.core.render.request_card import request_card
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import wish_words
from frontdesk.screens.deeds.deeds import Deeds
from frontdesk.screens.dialogs.approve import ApproveDialog
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.offer import AnswerDialog, OfferDialog
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.verbs import Verb

ON_A_REQUEST = (Verb.APPROVE, Verb.OFFER, Verb.DECLINE, Verb.CANCEL, Verb.EDIT, Verb.HISTORY)


Flow: TypeAlias = Callable[[RequestCard], Coroutine[Any, Any, None]]


class RequestDeeds(Deeds):
    """With a request: approved, declined, offered other times, changed, withdrawn."""

    def start(self, verb: Verb, here: RequestId | None) -> bool:
        """Begin what a verb means for the request under the cursor; whether it was such a verb."""
        flows: dict[Verb, tuple[RequestAction | None, Flow]] = {
            Verb.APPROVE: (RequestAction.APPROVE, self._approve),
            Verb.OFFER: (RequestAction.OFFER, self._offer),
            Verb.DECLINE: (RequestAction.DECLINE, self._decline),
            Verb.CANCEL: (RequestAction.WITHDRAW, self._withdraw),
            Verb.EDIT: (RequestAction.EDIT, self._change),
            Verb.HISTORY: (None, self._request_history),
        }
        if verb not in flows:
            return False
        action, flow = flows[verb]
        if here is None:
            self.screen.tell(_("no request under the cursor"), bad=True)
        else:
            self.screen.begin(self._with_request(here, action, flow))
        return True

    async def open(self, id_: RequestId) -> None:
        """Everything about a request, and what can be decided."""
        card = await self.screen.look(ShowRequest(request=id_))
        if card is None:
            return
        title = f"{card.line.request.ref} · {card.line.client_name}"
        labels: dict[Verb, str | None] = dict.fromkeys(ON_A_REQUEST, "")
        labels[Verb.CANCEL] = f"c {_('withdraw')}"
        if card.line.request.state is not RequestState.PENDING:
            labels = {Verb.HISTORY: ""}
        verb = await self.screen.answer(
            PageDialog(title, [it.text for it in request_card(self.screen.voice, card)], labels)
        )
        if verb is not None:
            self.start(verb, id_)

    async def _with_request(self, id_: RequestId, action: RequestAction | None, flow: Flow) -> None:
        card = await self.screen.look(ShowRequest(request=id_))
        if card is None:
            return
        request = card.line.request
        if action is not None and request.state is not RequestState.PENDING:
            self.screen.tell(
                objection_words(self.screen.voice, RequestIsOver(request.state, request.ended, action)), bad=True
            )
            return
        await flow(card)

    async def _approve(self, card: RequestCard) -> None:
        chosen, error = None, ""
        while True:
            chosen = await self.screen.answer(ApproveDialog(card, chosen, error))
            if chosen is None:
                return
            request = card.line.request
            done = await self.screen.perform(
                ApproveRequest(
                    request=request.id,
                    seen=request.revision,
                    practitioner=chosen.practitioner,
                    start=chosen.start,
                    location=chosen.location,
                    room=chosen.room,
                    internal_note=chosen.internal_note,
                    ticket=chosen.ticket,
                    message=chosen.message,
                    client=chosen.client,
                    new_client=chosen.new_client,
                    override=chosen.override,
                ),
                tell=False,
            )
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self._still_open(card, error)
            if fresh is None:
                return
            card = fresh

    async def _offer(self, card: RequestCard) -> None:
        if card.line.request.offers:
            await self._answer(card)
            return
        chosen, error = None, ""
        while True:
            chosen = await self.screen.answer(OfferDialog(card, chosen, error))
            if chosen is None:
                return
            request = card.line.request
            times = tuple(
                OfferedTime(start=it.start, practitioner=it.practitioner, location=it.location, room=it.room)
                for it in chosen.times
            )
            ask = OfferTimes(request=request.id, seen=request.revision, times=times, message=chosen.message)
            done = await self.screen.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self._still_open(card, error)
            if fresh is None:
                return
            card = fresh

    async def _answer(self, card: RequestCard) -> None:
        """The client said on the phone which time suits, or none."""
        request = card.line.request
        chosen = await self.screen.answer(AnswerDialog(card))
        if chosen is None:
            return
        if chosen.choice is None:
            await self.screen.perform(RefuseOffers(request=request.id, seen=request.revision))
        else:
            await self.screen.perform(
                TakeOffer(
                    request=request.id,
                    seen=request.revision,
                    choice=chosen.choice,
                    client=chosen.client,
                    new_client=chosen.new_client,
                )
            )

    async def _decline(self, card: RequestCard) -> None:
        title = _("Decline {client}").format(
            client=f"{card.line.client_name} · {wish_words(self.screen.voice, card.line.request)}"
        )
        label = _("a note to the client; none is needed")
        note = await self.screen.answer(AskTextDialog(title, ((label, ""),), done=_("decline")))
        if note is not None:
            request = card.line.request
            await self.screen.perform(DeclineRequest(request=request.id, seen=request.revision, message=note[0]))

    async def _withdraw(self, card: RequestCard) -> None:
        request = card.line.request
        title = _("{client} withdraws?").format(client=card.line.client_name)
        lines = [wish_words(self.screen.voice, request), _("This cannot be undone.")]
        verb = await self.screen.answer(PageDialog(title, lines, {Verb.OPEN: f"⏎ {_('the client withdraws it')}"}))
        if verb is Verb.OPEN:
            await self.screen.perform(WithdrawRequest(request=request.id, seen=request.revision))

    async def _change(self, card: RequestCard) -> None:
        """What the client asks for, changed for them, under their rules."""
        request, error = card.line.request, ""
        at = wall_time(request.slot.start, request.zone).replace(tzinfo=None)
        start, words = f"{at:%Y-%m-%d %H:%M}", request.description
        kept = start

        def resolved(typed: tuple[str, ...]) -> datetime | None:
            try:
                found = when(typed[0], local_date(self.screen.host.now(), request.zone), base=at.date())
            except NotUnderstood:
                return None
            return found.wall

        while True:
            typed = await self.screen.answer(
                AskTextDialog(
                    _("What {client} asks for").format(client=card.line.client_name),
                    ((_("when"), start), (_("in the client's words"), words)),
                    explain=error,
                    fits=lambda typed: "" if resolved(typed) is not None else _("when? for example thu 3p"),
                )
            )
            if typed is None:
                return
            start, words = typed[0], typed[1]
            ask = EditRequest(
                request=request.id,
                seen=request.revision,
                start=None if start == kept else resolved(typed),
                description=words,
            )
            done = await self.screen.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self._still_open(card, error)
            if fresh is None:
                return
            card, request = fresh, fresh.line.request

    async def _request_history(self, card: RequestCard) -> None:
        request = card.line.request
        lines = await self.screen.look(ShowHistory(request=request.id))
        if lines is not None:
            told = history_page(self.screen.voice, lines)
            await self.screen.answer(PageDialog(_("History · {ref}").format(ref=request.ref), told))

    async def _still_open(self, card: RequestCard, error: str) -> RequestCard | None:
        """The request as it is now; None, and the reason told, where there is nothing left to decide."""
        fresh = await self.screen.look(ShowRequest(request=card.line.request.id))
        if fresh is not None and fresh.line.request.state is RequestState.PENDING:
            return fresh
        self.screen.tell(error, bad=True)
        return None
