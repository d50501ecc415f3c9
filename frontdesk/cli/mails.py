"""Mails: what waits, what left, what failed; sending it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from frontdesk.cli.appointments import ClientRef
from frontdesk.cli.naming import appointment_id, client_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import EXIT_CODES, AsJson, lines, say, show, table
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    DropPaused,
    GiveBookingLink,
    ListCalls,
    ListMails,
    ReleaseMails,
    RetryMail,
    SendNow,
    ShowMail,
    TakeBackDecision,
    WriteAsClient,
    WriteMessage,
)
from frontdesk.core.asks.replies import ReceiveReply
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.errors import BadInput, MailRefused, Problem
from frontdesk.core.domain.events.mails import MailEvent
from frontdesk.core.domain.outbox import MailId, MailState, Owed, Webhook, trouble_of
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.outbox import mail_head_words, mail_state_words, mail_text, outbox_words
from frontdesk.core.render.words.troubles import trouble_words
from frontdesk.core.render.words.voice import Voice

if TYPE_CHECKING:
    from frontdesk.core.sender import Sender

T = TypeVar("T")

group = typer.Typer(help="One mail.", rich_markup_mode=None, no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**62)]

DELIVERY_FAULT = EXIT_CODES[MailRefused]
TEST_WAITS = 90
"""Seconds in which a test mail has to have left."""


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="mail")
    for command in (outbox, calls, link, deliver, inbound):
        app.command()(command)


def outbox(
    context: typer.Context,
    client: ClientRef = None,
    state: Annotated[list[MailState] | None, typer.Option("--state", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """What waits first, by when it leaves, then the rest, the newest first."""
    opening: Opening = context.obj
    who = None if client is None else client_id(client)
    found = opening.see(ListMails(client=who, states=tuple(state or ()), limit=limit))
    voice = opening.voice
    if as_json:
        show(shapes.items((shapes.mail(it, voice) for it in found.items), found.more))
        return
    now = opening.desk.now()
    table([[str(it.id), mail_state_words(voice, it, now), it.name, it.recipient, it.title] for it in found.items])
    if not found.items:
        say(_("no mails"))
    if found.more:
        say(_("there are more: see --limit"))
    for line in outbox_words(voice, found, now):
        say(line)


def deliver(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Send what is due, then end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send the mails that are due, and the reminders; without --once until it is stopped.

    With --once, exit code 7: no mail server, or it takes nothing.
    """
    from frontdesk.core.keeper import Keeper
    from frontdesk.core.sender import Sender
    from frontdesk.log import log_to_stderr

    log_to_stderr()
    opening: Opening = context.obj
    desk = opening.desk.acting(SYSTEM)
    sender = Sender(desk, opening.machine.smtp, desk.now)
    if once:
        sender.remind()
        sent = _run(sender.deliver())
        left = opening.see(ListMails(limit=0))
        troubles = outbox_words(opening.voice, left, opening.desk.now())
        if as_json:
            why = left.standstill
            fault = why.trouble if why is not None else None
            said = {
                "fault": fault.kind.value if fault is not None else None,
                "detail": fault.detail if fault else None,
            }
            show(shapes.item({"sent": sent, "waiting": left.waiting, "failed": left.failed, **said}))
        else:
            for line in (plural("{n} mail sent", "{n} mails sent", sent).format(n=sent), *troubles):
                say(line)
            for mail in opening.see(ListMails(states=(MailState.QUEUED,))).items:
                trouble = trouble_of(mail)
                if trouble is not None:
                    state = mail_state_words(opening.voice, mail, opening.desk.now())
                    say(f"{state}: {mail.title} ({trouble_words(trouble)})")
        if left.standstill is not None or (left.waiting and not left.has_server):
            raise typer.Exit(DELIVERY_FAULT)
        return
    if opening.machine.smtp is None:
        say(_("no mail server is set up here: mails wait ([smtp] in the config file), webhooks leave"))
    say(_("delivering; ctrl+c ends it"))
    stop = threading.Event()
    config = opening.config
    keeper = Keeper(folder=config.backup_folder, keep=config.keep, recipient=config.backup_key)
    threading.Thread(target=keeper.run, args=(desk, stop), daemon=True).start()
    _run(_until_stopped(sender, stop))


async def _until_stopped(sender: Sender, stop: threading.Event) -> None:
    import asyncio

    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await sender.run(stop)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Only who delivers waits for what that needs."""
    import asyncio

    return asyncio.run(work)


def inbound(context: typer.Context, as_json: AsJson = False) -> None:
    """Read one mail from standard input: what a client's calendar answered to an invitation.

    Accepted confirms, another time becomes a request, declined is a question for the desk; nothing is cancelled.
    Exit code 0: taken over. 2: no answer to an invitation, left alone. 3: nobody's appointment. 5: nothing to answer.
    """
    from frontdesk.core.parse import replies

    opening: Opening = context.obj
    given = replies.reply(sys.stdin.buffer.read(replies.MOST_BYTES + 1))
    event = opening.do(
        ReceiveReply(
            answer=given.answer,
            holder=given.holder,
            attendee=given.attendee,
            sequence=given.sequence,
            sender=given.sender,
            stamped=given.stamped,
            start=given.start,
            comment=given.comment,
        )
    )
    if as_json:
        show(shapes.done({"answer": given.answer.value}, event, []))
    else:
        lines([event_words(opening.voice, event)])


@group.command("show")
def show_mail(
    context: typer.Context,
    id: Id,
    html: Annotated[bool, typer.Option("--html", help="As a page.")] = False,
    as_json: AsJson = False,
) -> None:
    """One mail as it reads; its links stay covered."""
    opening: Opening = context.obj
    mail = opening.see(ShowMail(mail=MailId(id)))
    voice = opening.voice
    if as_json:
        text = {"text": mail.body} if isinstance(mail, Webhook) else {"text": mail.letter.text}
        show(shapes.item({**shapes.mail(mail, voice), **text, "html": _page_of(mail) or None}))
        return
    if html:
        print(_page_of(mail))
        return
    lines([*mail_head_words(voice, mail, opening.desk.now()), "", *mail_text(mail)])


def _page_of(mail: Owed) -> str:
    return "" if isinstance(mail, Webhook) else mail.letter.html


@group.command()
def write(
    context: typer.Context,
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Reference of a client.")],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    appointment: Annotated[str | None, typer.Option("--appointment", help="What it is about.")] = None,
    from_client: Annotated[bool, typer.Option("--from-client", help="As the client: to the practitioner.")] = False,
    as_json: AsJson = False,
) -> None:
    """A message to a client; or what a client has to say."""
    opening: Opening = context.obj
    about = None if appointment is None else appointment_id(appointment)
    whose = client_id(client)
    event: MailEvent = (
        opening.do(WriteAsClient(client=whose, text=text, appointment=about))
        if from_client
        else opening.do(WriteMessage(client=whose, text=text, appointment=about))
    )
    if as_json:
        show(shapes.done({}, event, []))
    else:
        lines([event_words(opening.voice, event)])


@group.command()
def send(context: typer.Context, id: Id, as_json: AsJson = False) -> None:
    """It leaves without its delay."""
    opening: Opening = context.obj
    _decided(opening, opening.do(SendNow(mail=MailId(id))), as_json)


@group.command()
def drop(context: typer.Context, id: Id, as_json: AsJson = False) -> None:
    """It does not leave."""
    opening: Opening = context.obj
    _decided(opening, opening.do(DropMail(mail=MailId(id))), as_json)


@group.command()
def retry(context: typer.Context, id: Id, as_json: AsJson = False) -> None:
    """It failed or was dropped, and leaves after all."""
    opening: Opening = context.obj
    _decided(opening, opening.do(RetryMail(mail=MailId(id))), as_json)


@group.command()
def called(context: typer.Context, id: Id, as_json: AsJson = False) -> None:
    """The client was called instead."""
    opening: Opening = context.obj
    _decided(opening, opening.do(CallMade(mail=MailId(id))), as_json)


@group.command("take-back")
def take_back(context: typer.Context, id: Id, as_json: AsJson = False) -> None:
    """What was decided about it is taken back: a mail that was dropped, a call that was made."""
    opening: Opening = context.obj
    _decided(opening, opening.do(TakeBackDecision(mail=MailId(id))), as_json)


def calls(
    context: typer.Context,
    made: Annotated[int | None, typer.Option("--made", min=1, help="This one was made: they know.")] = None,
    as_json: AsJson = False,
) -> None:
    """Whom the desk has to call, and what about."""
    opening: Opening = context.obj
    if made is not None:
        _decided(opening, opening.do(CallMade(mail=MailId(made))), as_json)
        return
    found, voice = opening.see(ListCalls()), opening.voice
    if as_json:
        show(shapes.items(shapes.call(it, voice) for it in found))
        return
    table([[str(it.owed.id), it.owed.name, it.phone, it.owed.title] for it in found])
    if not found:
        say(_("nobody has to be called"))


def link(
    context: typer.Context,
    client: Annotated[str, typer.Option("--client", "-c", help="Reference of a client.")],
    service: Annotated[str, typer.Option("--service", help="Id or name.")],
    show_it: Annotated[bool, typer.Option("--show", help="Only show it; nothing is mailed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a client a link with which they book a service once."""
    opening: Opening = context.obj
    ask = GiveBookingLink(client=client_id(client), service=opening.service(service), mailed=not show_it)
    event = opening.do(ask)
    if as_json:
        show(shapes.done({"link": event.link, "mailed": event.mailed}, event))
    else:
        lines([event_words(opening.voice, event), event.link])


@group.command()
def release(
    context: typer.Context,
    drop: Annotated[bool, typer.Option("--drop", help="The no: none of them leaves.")] = False,
    as_json: AsJson = False,
) -> None:
    """The yes that many reminders at once wait for."""
    opening: Opening = context.obj
    many = opening.do(DropPaused() if drop else ReleaseMails())
    if as_json:
        show(shapes.item({"dropped" if drop else "released": many}))
    elif drop:
        say(plural("{n} mail is dropped", "{n} mails are dropped", many).format(n=many))
    else:
        say(plural("{n} mail leaves", "{n} mails leave", many).format(n=many))


def prove(opening: Opening, address: str) -> Owed:
    """Send a test mail through the whole outbox. Raises MailRefused with what the server said."""
    from frontdesk.core.asks.mails import WriteTestMail
    from frontdesk.core.sender import Sender

    smtp = opening.machine.smtp
    if smtp is None:
        hint = 'a mail server in the config file: [smtp] host = "mail.example.org"'
        raise BadInput("smtp.host", Problem.MISSING, hint=hint)
    mail = opening.do(WriteTestMail(address=address))
    desk = opening.desk.acting(SYSTEM)
    begun = time.monotonic()
    while time.monotonic() - begun < TEST_WAITS:
        _run(Sender(desk, smtp, desk.now).deliver(only=mail.id))
        seen = opening.see(ShowMail(mail=mail.id))
        if seen.state is MailState.SENT:
            return seen
        if seen.state is not MailState.SENDING:  # somebody else may have it
            raise MailRefused(address, trouble_of(seen))
        time.sleep(1)
    raise MailRefused(address)


def _decided(opening: Opening, mail: Owed, as_json: bool) -> None:
    voice: Voice = opening.voice
    if as_json:
        show(shapes.item(shapes.mail(mail, voice)))
    else:
        lines([f"{mail_state_words(voice, mail, opening.desk.now())}: {mail.title}"])
