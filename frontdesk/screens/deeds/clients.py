"""With a client, from whichever screen: entered, and what is known of them changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from frontdesk.core.asks.charges import ListCharges, SettleCharge, WaiveCharge
from frontdesk.core.asks.clients import AddClient, EditClient, NewClient, ShowClient
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.views import ChargeLine
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import charge_amount
from frontdesk.screens.deeds.deeds import Deeds, unchanged
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.client_form import ClientDraft, ClientFormDialog

FIELDS = tuple(name for name in ClientDraft.__dataclass_fields__ if name != "known")


class ClientDeeds(Deeds):
    """The form, until it is saved or left; a refusal keeps what was typed."""

    async def add(self, draft: ClientDraft | None = None) -> ClientId | None:
        """Somebody new, or somebody known who was found while typing."""
        known: list[ClientId] = []

        def form(begun: ClientDraft, filled: ClientDraft | None, error: str) -> ClientFormDialog:
            return ClientFormDialog(filled or begun, _("New client"), error)

        def add(_begun: ClientDraft, filled: ClientDraft) -> AddClient | None:
            if filled.known is not None:
                known.append(filled.known)
                return None
            return _adding(filled)

        done = await self.until_done(draft or ClientDraft(), form, add, unchanged)
        return done.client.id if done is not None else next(iter(known), None)

    async def edit(self, client: Client) -> None:
        """What a colleague changed meanwhile stays, and so does what was typed here."""
        touched: dict[str, Any] = {}

        def form(client: Client, _filled: ClientDraft | None, error: str) -> ClientFormDialog:
            return ClientFormDialog(replace(_draft_of(client), **touched), client.name, error, new=False)

        def edit(client: Client, filled: ClientDraft) -> EditClient:
            known = _draft_of(client)
            changed = {
                name: getattr(filled, name) for name in FIELDS if getattr(filled, name) != getattr(known, name)
            }
            touched.clear()
            touched.update(changed)
            given = {**changed, "born": filled.birth_date} if "born" in changed else changed
            return EditClient(client=client.id, seen=client.revision, **given)

        async def again(client: Client) -> Client:
            card = await self.screen.look(ShowClient(client=client.id, opening=False))
            return card.client if card is not None else client

        await self.until_done(client, form, edit, again)

    async def end_charge(self, line: ChargeLine, *, waives: bool) -> None:
        """It was paid, or need not be."""
        title = (_("Waive {amount}") if waives else _("Settle {amount}")).format(
            amount=charge_amount(self.screen.voice, line.charge)
        )

        def form(_line: ChargeLine, typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            label, reason = _("why") if waives else _("how it was paid"), typed[0] if typed is not None else ""
            return AskTextDialog(
                title,
                ((label, reason),),
                explain=error,
                fits=lambda typed: _("a reason is needed") if waives and not typed[0].strip() else "",
            )

        def end(line: ChargeLine, typed: tuple[str, ...]) -> WaiveCharge | SettleCharge:
            of = WaiveCharge if waives else SettleCharge
            return of(charge=line.charge.id, seen=line.charge.revision, reason=typed[0])

        async def again(line: ChargeLine) -> ChargeLine | None:
            due = ListCharges(client=line.charge.client, states=(ChargeState.DUE,))
            return next((it for it in await self.screen.look(due) or () if it.charge.id == line.charge.id), None)

        await self.until_done(line, form, end, again)


def _adding(filled: ClientDraft) -> AddClient:
    return AddClient(
        client=NewClient(
            name=filled.name,
            kind=filled.kind,
            phone=filled.phone,
            email=filled.email,
            born=filled.birth_date,
            preferences=filled.preferences,
            note=filled.note,
        )
    )


def _draft_of(client: Client) -> ClientDraft:
    return ClientDraft(
        name=client.name,
        kind=client.kind,
        phone=client.phone,
        email=client.email,
        born=client.born.isoformat() if client.born else "",
        preferences=client.preferences,
        note=client.note,
    )
