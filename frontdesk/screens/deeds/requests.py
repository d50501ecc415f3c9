"""What is decided about a request, from whichever screen: the dialogues, then the deed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.requests import (
    ApproveRequest,
    DeclineRequest,
    DeclineRequests,
    EditRequest,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    ShowRequest,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.domain.objections import RequestIsOver
from frontdesk.core.domain.requests import RequestAction, RequestId, RequestState
from frontdesk.core.domain.times import local_date, wall_time
from frontdesk.core.domain.views import RequestCard, RequestLine
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.request_card import request_card
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import wish_words
from frontdesk.screens.deeds.deeds import Deeds, unchanged
from frontdesk.screens.dialogs.approve import Approval, ApproveDialog
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.offer import AnswerDialog, OfferChoice, OfferDialog
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
        await self.until_done(card, ApproveDialog, _approving, self._while_open)

    async def _offer(self, card: RequestCard) -> None:
        if card.line.request.offers:
            await self._answer(card)
            return
        await self.until_done(card, OfferDialog, _offering, self._while_open)

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

        def form(_card: RequestCard, typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            note = typed[0] if typed is not None else ""
            return AskTextDialog(title, ((label, note),), explain=error, done=_("decline"))

        def decline(card: RequestCard, typed: tuple[str, ...]) -> DeclineRequest:
            request = card.line.request
            return DeclineRequest(request=request.id, seen=request.revision, message=typed[0])

        await self.until_done(card, form, decline, self._while_open)

    async def decline_all(self, chosen: Sequence[RequestLine]) -> None:
        """Several at once, with one note for all of them."""
        n = len(chosen)
        title = plural("Decline {n} request", "Decline {n} requests", n).format(n=n)
        names = ", ".join(it.client_name for it in chosen)
        label = _("a note to each client; none is needed")

        def form(_chosen: Sequence[RequestLine], typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            note = typed[0] if typed is not None else ""
            return AskTextDialog(title, ((label, note),), explain=error or names, done=_("decline"))

        def decline(chosen: Sequence[RequestLine], typed: tuple[str, ...]) -> DeclineRequests:
            asked = tuple((it.request.id, it.request.revision) for it in chosen)
            return DeclineRequests(requests=asked, message=typed[0])

        await self.until_done(chosen, form, decline, unchanged)

    async def _withdraw(self, card: RequestCard) -> None:
        request = card.line.request
        title = _("{client} withdraws?").format(client=card.line.client_name)
        lines = [wish_words(self.screen.voice, request), _("This cannot be undone.")]
        verb = await self.screen.answer(PageDialog(title, lines, {Verb.OPEN: f"⏎ {_('the client withdraws it')}"}))
        if verb is Verb.OPEN:
            await self.screen.perform(WithdrawRequest(request=request.id, seen=request.revision))

    async def _change(self, card: RequestCard) -> None:
        """What the client asks for, changed for them, under their rules."""
        request = card.line.request
        at = wall_time(request.slot.start, request.zone).replace(tzinfo=None)
        kept = (f"{at:%Y-%m-%d %H:%M}", request.description)

        def resolved(typed: tuple[str, ...]) -> datetime | None:
            try:
                found = when(typed[0], local_date(self.screen.host.now(), request.zone), base=at.date())
            except NotUnderstood:
                return None
            return found.wall

        def form(card: RequestCard, typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            start, words = typed or kept
            return AskTextDialog(
                _("What {client} asks for").format(client=card.line.client_name),
                ((_("when"), start), (_("in the client's words"), words)),
                explain=error,
                fits=lambda typed: "" if resolved(typed) is not None else _("when? for example thu 3p"),
            )

        def change(card: RequestCard, typed: tuple[str, ...]) -> EditRequest:
            return EditRequest(
                request=request.id,
                seen=card.line.request.revision,
                start=None if typed[0] == kept[0] else resolved(typed),
                description=typed[1],
            )

        await self.until_done(card, form, change, self._while_open)

    async def _request_history(self, card: RequestCard) -> None:
        request = card.line.request
        lines = await self.screen.look(ShowHistory(request=request.id))
        if lines is not None:
            told = history_page(self.screen.voice, lines)
            await self.screen.answer(PageDialog(_("History · {ref}").format(ref=request.ref), told))

    async def _while_open(self, card: RequestCard) -> RequestCard | None:
        """The request as it is now; None where there is nothing left to decide."""
        fresh = await self.screen.look(ShowRequest(request=card.line.request.id))
        return fresh if fresh is not None and fresh.line.request.state is RequestState.PENDING else None


def _approving(card: RequestCard, chosen: Approval) -> ApproveRequest:
    return ApproveRequest(
        request=card.line.request.id,
        seen=card.line.request.revision,
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
    )


def _offering(card: RequestCard, chosen: OfferChoice) -> OfferTimes:
    times = tuple(
        OfferedTime(start=it.start, practitioner=it.practitioner, location=it.location, room=it.room)
        for it in chosen.times
    )
    request = card.line.request
    return OfferTimes(request=request.id, seen=request.revision, times=times, message=chosen.message)
