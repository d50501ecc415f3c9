"""`frontdesk client …`."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from frontdesk.cli.naming import client_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, done, lines, say, show, table
from frontdesk.core.asks.clients import AddClient, EditClient, FindClients, MergeClients, NewClient, ShowClient
from frontdesk.core.domain.appointments import client_ref
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.people import ClientKind
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status

group = typer.Typer(help="Clients.", rich_markup_mode=None, no_args_is_help=True)

Born = Annotated[str | None, typer.Option("--born", help="Birth date, as 1980-07-03.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="client")


@group.command()
def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Half a name, last digits of a phone, e-mail, reference.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Find clients; small typing errors are forgiven."""
    opening: Opening = context.obj
    found = opening.see(FindClients(text=text, limit=limit + 1))
    more, found = len(found) > limit, found[:limit]
    voice = opening.voice
    if as_json:
        show(shapes.items((shapes.client_hit(it, voice) for it in found), more))
        return
    table(
        [
            [
                client_ref(it.id),
                it.name,
                it.born.isoformat() if it.born else "",
                it.phone,
                it.email,
                voice.moment(it.next) if it.next is not None else "",
            ]
            for it in found
        ]
    )
    if not found:
        say(_("nobody found"))
    if more:
        say(_("only the first {n}; --limit shows more").format(n=limit))


@group.command("show")
def show_(context: typer.Context, id: str, as_json: AsJson = False) -> None:
    """One client with their appointments."""
    opening: Opening = context.obj
    card = opening.see(ShowClient(client=client_id(id)))
    if as_json:
        item = shapes.client(card.client)
        item["upcoming"] = [shapes.named(it) for it in card.upcoming]
        item["past"] = [shapes.named(it) for it in card.past]
        show(shapes.item(item))
        return
    client, voice = card.client, opening.voice
    born = client.born.isoformat() if client.born else ""
    lines([f"{client_ref(client.id)}  {client.name}  {born}  {client.phone}  {client.email}".rstrip()])
    if client.note:
        lines([client.note])
    for title, found in ((_("Next"), card.upcoming), (_("Past, and cancelled"), card.past)):
        if found:
            lines([title])
            table(
                [
                    [
                        " ",
                        voice.moment(it.appointment.start, it.appointment.zone),
                        it.service_name,
                        it.practitioner_name,
                        status(it.appointment.status),
                        it.appointment.ref,
                    ]
                    for it in found
                ]
            )


@group.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name")],
    phone: Annotated[str, typer.Option("--phone")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
    born: Born = None,
    kind: Annotated[ClientKind, typer.Option("--kind")] = ClientKind.PERSON,
    note: Annotated[str, typer.Option("--note")] = "",
    preferences: Annotated[str, typer.Option("--preferences")] = "",
    locale: Annotated[str, typer.Option("--locale")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a client; a name is enough."""
    opening: Opening = context.obj
    event = opening.do(
        AddClient(
            client=NewClient(
                name=name,
                phone=phone,
                email=email,
                born=_born(born),
                kind=kind,
                note=note,
                preferences=preferences,
                locale=locale,
            )
        )
    )
    done(opening, event, shapes.client(event.client), as_json)


@group.command()
def edit(
    context: typer.Context,
    id: str,
    name: Annotated[str | None, typer.Option("--name")] = None,
    phone: Annotated[str | None, typer.Option("--phone")] = None,
    email: Annotated[str | None, typer.Option("--email")] = None,
    born: Born = None,
    kind: Annotated[ClientKind | None, typer.Option("--kind")] = None,
    note: Annotated[str | None, typer.Option("--note")] = None,
    preferences: Annotated[str | None, typer.Option("--preferences")] = None,
    locale: Annotated[str | None, typer.Option("--locale")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given, leave the rest."""
    opening: Opening = context.obj
    event = opening.do(
        EditClient(
            client=client_id(id),
            seen=None,
            name=name,
            phone=phone,
            email=email,
            born=_born(born),
            kind=kind,
            note=note,
            preferences=preferences,
            locale=locale,
        )
    )
    done(opening, event, shapes.client(event.client), as_json)


@group.command()
def merge(
    context: typer.Context,
    keep: Annotated[str, typer.Argument(help="The client that stays.")],
    drop: Annotated[str, typer.Argument(help="The client that becomes part of it.")],
    as_json: AsJson = False,
) -> None:
    """Make one record of two."""
    opening: Opening = context.obj
    event = opening.do(MergeClients(keep=client_id(keep), drop=client_id(drop)))
    done(opening, event, shapes.client(event.kept), as_json)


@group.command()
def erase(
    context: typer.Context,
    id: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget a client for ever: name, contacts, notes, letters, history; their times stay as nobody's.

    Copies of the database know them still, until they are tidied away; a restore erases them again.
    """
    from frontdesk.core.upkeep import erase as forget

    opening: Opening = context.obj
    client = opening.see(ShowClient(client=client_id(id))).client
    named = f"{client_ref(client.id)} {client.name}"
    if not yes and not (sys.stdin.isatty() and typer.confirm(_("Erase {client} for ever?").format(client=named))):
        raise BadInput("--yes", Problem.MISSING, hint=saying("it erases {client} for ever", client=named))
    folder = None if opening.desk.store.is_of_a_drill else opening.config.backup_folder
    event = forget(opening.desk, client.id, folder)
    done(opening, event, shapes.client(event.client), as_json)
    if folder is not None:
        told = _("copies know them still; {list} lets a restore erase them again: keep it with copies elsewhere too")
        say(told.format(list=folder / "erased"))


def _born(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("--born", Problem.NOT_A_DATE, text) from None
