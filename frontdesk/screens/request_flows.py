"""What is decided about a request, from whichever screen: the dialogues, then the deed."""

from __future__ import annotations

from datetime import datetime

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
from frontdesk.core.render.words.history import history_words, who_words
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import wish_words
from frontdesk.screens.desk_screen import MainScreen
from frontdesk.screens.dialogs.approve import ApproveDialog
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.offer import AnswerDialog, OfferDialog
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.verbs import Verb

ON_A_REQUEST = (Verb.APPROVE, Verb.OFFER, Verb.DECLINE, Verb.CANCEL, Verb.EDIT, Verb.HISTORY)


class RequestFlows(MainScreen):
    """Screens that have a request under the cursor share what is decided about it."""

    def request_here(self) -> RequestId | None:
        """The one the verbs act on."""
        raise NotImplementedError

    def request_verb(self, verb: Verb, on: RequestId | None = None) -> bool:
        """Starts what a verb means for a request, the one here if none is named; whether it was such a verb."""
        flows = {
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
        here = on or self.request_here()
        if here is None:
            self.tell(_("no request under the cursor"), bad=True)
        else:
            self.begin(self._with_request(here, action, flow))
        return True

    async def open_request(self, id_: RequestId) -> None:
        """Everything about a request, and what can be decided."""
        card = await self.look(ShowRequest(request=id_))
        if card is None:
            return
        title = f"{card.line.request.ref} · {card.line.client_name}"
        labels: dict[Verb, str | None] = dict.fromkeys(ON_A_REQUEST, "")
        labels[Verb.CANCEL] = f"c {_('withdraw')}"
        if card.line.request.state is not RequestState.PENDING:
            labels = {Verb.HISTORY: ""}
        verb = await self.answer(PageDialog(title, [it.text for it in request_card(self.voice, card)], labels))
        if verb is not None:
            self.request_verb(verb, on=id_)

    async def _with_request(self, id_: RequestId, action: RequestAction | None, flow: object) -> None:
        card = await self.look(ShowRequest(request=id_))
        if card is None:
            return
        request = card.line.request
        if action is not None and request.state is not RequestState.PENDING:
            self.tell(objection_words(self.voice, RequestIsOver(request.state, request.ended, action)), bad=True)
            return
        await flow(card)  # type: ignore[operator]

    async def _approve(self, card: RequestCard) -> None:
        chosen, error = None, ""
        while True:
            chosen = await self.answer(ApproveDialog(card, chosen, error))
            if chosen is None:
                return
            request = card.line.request
            done = await self.perform(
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
            error = self.say_error(done)
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
            chosen = await self.answer(OfferDialog(card, chosen, error))
            if chosen is None:
                return
            request = card.line.request
            times = tuple(
                OfferedTime(start=it.start, practitioner=it.practitioner, location=it.location, room=it.room)
                for it in chosen.times
            )
            ask = OfferTimes(request=request.id, seen=request.revision, times=times, message=chosen.message)
            done = await self.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            error = self.say_error(done)
            fresh = await self._still_open(card, error)
            if fresh is None:
                return
            card = fresh

    async def _answer(self, card: RequestCard) -> None:
        """The client said on the phone which time suits, or none."""
        request = card.line.request
        chosen = await self.answer(AnswerDialog(card))
        if chosen is None:
            return
        if chosen.choice is None:
            await self.perform(RefuseOffers(request=request.id, seen=request.revision))
        else:
            await self.perform(
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
            client=f"{card.line.client_name} · {wish_words(self.voice, card.line.request)}"
        )
        label = _("a note to the client; none is needed")
        note = await self.answer(AskTextDialog(title, ((label, ""),), done=_("decline")))
        if note is not None:
            request = card.line.request
            await self.perform(DeclineRequest(request=request.id, seen=request.revision, message=note[0]))

    async def _withdraw(self, card: RequestCard) -> None:
        request = card.line.request
        title = _("{client} withdraws?").format(client=card.line.client_name)
        lines = [wish_words(self.voice, request), _("This cannot be undone.")]
        verb = await self.answer(PageDialog(title, lines, {Verb.OPEN: f"⏎ {_('the client withdraws it')}"}))
        if verb is Verb.OPEN:
            await self.perform(WithdrawRequest(request=request.id, seen=request.revision))

    async def _change(self, card: RequestCard) -> None:
        """What the client asks for, changed for them, under their rules."""
        request, error = card.line.request, ""
        at = wall_time(request.slot.start, request.zone).replace(tzinfo=None)
        start, words = f"{at:%Y-%m-%d %H:%M}", request.description
        kept = start

        def resolved(typed: tuple[str, ...]) -> datetime | None:
            try:
                found = when(typed[0], local_date(self.host.now(), request.zone), base=at.date())
            except NotUnderstood:
                return None
            return found.wall

        while True:
            typed = await self.answer(
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
            done = await self.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            error = self.say_error(done)
            fresh = await self._still_open(card, error)
            if fresh is None:
                return
            card, request = fresh, fresh.line.request

    async def _request_history(self, card: RequestCard) -> None:
        request = card.line.request
        lines = await self.look(ShowHistory(request=request.id))
        if lines is not None:
            told = [
                f"{self.voice.moment(it.at)}  {who_words(self.voice, it)}  {history_words(self.voice, it)}"
                for it in lines
            ]
            await self.answer(PageDialog(_("History · {ref}").format(ref=request.ref), told))

    async def _still_open(self, card: RequestCard, error: str) -> RequestCard | None:
        """The request as it is now; None, and the reason told, where there is nothing left to decide."""
        fresh = await self.look(ShowRequest(request=card.line.request.id))
        if fresh is not None and fresh.line.request.state is RequestState.PENDING:
            return fresh
        self.tell(error, bad=True)
        return None
