"""Terms, and the money they come to."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.appointments import ClientRef, Practitioner
from frontdesk.cli.naming import client_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, done, say, show, table
from frontdesk.core.asks.charges import ListCharges, SettleCharge, ShowPolicy, WaiveCharge
from frontdesk.core.domain.charges import ChargeId, ChargeState
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import CHARGE_STATE_WORDS, charge_amount
from frontdesk.core.render.words.terms import terms_words

group = typer.Typer(help="One charge.", rich_markup_mode=None, no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**62)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="charge")
    for command in (charges, policy):
        app.command()(command)


def charges(
    context: typer.Context,
    client: ClientRef = None,
    state: Annotated[list[ChargeState] | None, typer.Option("--state", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """What is owed for late cancels, late moves and no-shows, the newest first."""
    opening: Opening = context.obj
    who = None if client is None else client_id(client)
    found = opening.see(ListCharges(client=who, states=tuple(state or ()), limit=limit + 1))
    more, found = len(found) > limit, found[:limit]
    if as_json:
        show(shapes.items((shapes.charge(it.charge) for it in found), more))
        return
    voice = opening.voice
    table(
        [
            [
                str(it.charge.id),
                voice.moment(it.start, it.zone),
                it.client_name,
                charge_amount(voice, it.charge),
                _(CHARGE_STATE_WORDS[it.charge.state]),
                it.charge.reason,
            ]
            for it in found
        ]
    )
    if not found:
        say(_("no charges"))
    if more:
        say(_("there are more: see --limit"))


def policy(
    context: typer.Context,
    service: Annotated[str | None, typer.Option("--service", help="Id or name.")] = None,
    practitioner: Practitioner = None,
    as_json: AsJson = False,
) -> None:
    """The terms in force now, each with the level it comes from."""
    opening: Opening = context.obj
    terms = opening.see(
        ShowPolicy(
            service=None if service is None else opening.service(service),
            practitioner=opening.practitioner(practitioner),
        )
    )
    if as_json:
        show(shapes.items(shapes.policy(terms)))
    else:
        table(terms_words(opening.voice, terms))


@group.command()
def settle(
    context: typer.Context,
    id: Id,
    reason: Annotated[str, typer.Option("--reason", help="How it was paid.")] = "",
    as_json: AsJson = False,
) -> None:
    """It was paid."""
    opening: Opening = context.obj
    event = opening.do(SettleCharge(charge=ChargeId(id), reason=reason))
    done(opening, event, shapes.charge(event.charge), as_json)


@group.command()
def waive(
    context: typer.Context,
    id: Id,
    reason: Annotated[str, typer.Option("--reason", help="Why it need not be paid.")],
    as_json: AsJson = False,
) -> None:
    """It need not be paid."""
    opening: Opening = context.obj
    event = opening.do(WaiveCharge(charge=ChargeId(id), reason=reason))
    done(opening, event, shapes.charge(event.charge), as_json)
