"""What is done about mails, from whichever screen: reading one, sending it, dropping it, writing one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from frontdesk.core.asks.clients import ShowClient
from frontdesk.core.asks.door import Ask
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    GiveBookingLink,
    ListMails,
    RetryMail,
    SendNow,
    ShowMail,
    TakeBackDecision,
    WriteMessage,
)
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.outbox import Call, Mail, MailId, MailState, Owed, is_to_be_called, may_be_dropped
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.files import write_private
from frontdesk.core.render.language import _
from frontdesk.core.render.words.outbox import mail_head_words, mail_kind_words, mail_state_words, mail_text
from frontdesk.screens.deeds.deeds import Deeds, unchanged
from frontdesk.screens.dialogs.booking_link import BookingLinkDialog
from frontdesk.screens.dialogs.letter import LetterDialog
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.verbs import Verb, sign_of
from frontdesk.widgets.text import fit

if TYPE_CHECKING:
    from frontdesk.screens.desk_screen import MainScreen


class MailDeeds(Deeds):
    """With what is owed: read, sent, dropped, called about; and words to a client."""

    def __init__(self, screen: MainScreen) -> None:
        super().__init__(screen)
        self._decided: Owed | None = None  # dropped, or called about, as it was before
        self._decided_as = 0  # which deed of the screen that was

    def line(self, it: Owed, wide: int = 26) -> str:
        """A mail in one line: how it stands, to whom, what."""
        state = mail_state_words(self.screen.voice, it, self.screen.host.now())
        return f" {fit(state, 22)} {fit(it.name, 16)} {fit(it.title, wide)}"

    async def read(self, id_: MailId) -> None:
        """A mail as it reads, with what can be done about it."""
        mail = await self.screen.look(ShowMail(mail=id_))
        if mail is None:
            return
        lines = [*mail_head_words(self.screen.voice, mail, self.screen.host.now()), "", *mail_text(mail)]
        verb = await self.screen.answer(PageDialog(mail_kind_words(mail), lines, self.verbs(mail)))
        if verb is not None:
            await self.start(verb, mail)

    def verbs(self, mail: Owed) -> dict[Verb, str]:
        """What can be done about a mail, each with its key and words."""
        words = {
            Verb.STATUS: self.next_word(mail),
            Verb.CANCEL: _("drop") if may_be_dropped(mail) else None,
            Verb.KEEP: _("was called") if is_to_be_called(mail) and isinstance(mail, Mail) else None,
            Verb.PRINT: _("as a page") if isinstance(mail, Mail) and mail.letter.html else None,
        }
        return {verb: f"{sign_of(verb)} {word}" for verb, word in words.items() if word is not None}

    def next_word(self, mail: Owed) -> str | None:
        """What the next step of a mail is, None where there is none."""
        if isinstance(mail, Call):
            return _("was called") if mail.state is MailState.QUEUED else None
        match mail.state:
            case MailState.QUEUED | MailState.PAUSED:
                return _("send now")
            case MailState.FAILED | MailState.DROPPED:
                return _("send again")
            case _:
                return None

    async def start(self, verb: Verb, mail: Owed) -> None:
        """The next step, dropping, that the client was called instead, or the page."""
        match verb:
            case Verb.KEEP:
                await self.called(mail)
            case Verb.STATUS if isinstance(mail, Call):
                await self.called(mail)
            case Verb.STATUS if mail.state in (MailState.FAILED, MailState.DROPPED):
                await self._decide(RetryMail(mail=mail.id), _("It goes again to {name}"))
            case Verb.STATUS:
                queue = await self.screen.look(ListMails(limit=0))
                if queue is not None and queue.keeps_everything:
                    self.screen.tell(_("a demo keeps its mails: nothing leaves, everything can be read"), bad=True)
                    return
                held = queue is not None and not queue.has_server
                told = _("It is the next, to {name}, once there is a mail server") if held else ""
                await self._decide(SendNow(mail=mail.id), told or _("It leaves next, to {name}"))
            case Verb.CANCEL:
                await self._decide(DropMail(mail=mail.id), _("Dropped: {name} is not told by mail"), mail)
            case Verb.PRINT if isinstance(mail, Mail):
                self._write_page(mail)
            case _:
                return

    async def called(self, mail: Owed) -> None:
        """The client knows: somebody called."""
        await self._decide(CallMade(mail=mail.id), _("Noted: {name} was called"), mail)

    async def write_message(self, client: ClientId, appointment: AppointmentId | None = None) -> None:
        """The words, until they wait in the outbox or are left; a refusal keeps them, and so does leaving."""
        seen = await self.screen.look(ShowClient(client=client))
        if seen is None:
            return
        whom = seen.client
        title = _("Message to {name}").format(name=whom.name)
        title += f" · {whom.email}" if whom.email else " · " + _("no e-mail: somebody calls")
        drafts = self.screen.host.drafts

        def keep(left: str) -> None:
            drafts[whom.id] = left.strip()

        def letter(text: str, written: str | None, error: str) -> LetterDialog:
            begun = _("what you had begun") if text else ""
            return LetterDialog(title, written or text, error or begun, keep=keep)

        def write(_begun: str, written: str) -> WriteMessage:
            drafts.pop(whom.id, None)
            return WriteMessage(client=client, text=written, appointment=appointment)

        await self.until_done(drafts.get(whom.id, ""), letter, write, unchanged)

    async def give_booking_link(self, client: ClientId, name: str) -> None:
        """Choose a service; mail the link, or show it once."""
        wanted = await self.screen.answer(BookingLinkDialog(name))
        if wanted is None:
            return
        service: ServiceId = wanted.service
        done = await self.screen.perform(GiveBookingLink(client=client, service=service, mailed=wanted.mailed))
        if not isinstance(done, DeskError) and not wanted.mailed:
            until = self.screen.voice.moment(done.until)
            lines = [done.link, "", _("It books once, until {when}. It is shown only now.").format(when=until)]
            await self.screen.answer(PageDialog(_("Booking link · {name}").format(name=name), lines))

    async def _decide(self, ask: Ask[Owed], told: str, before: Owed | None = None) -> None:
        """`before` is the mail as it was: what `u` brings back."""
        done = await self.screen.perform(ask)
        if not isinstance(done, DeskError):
            self.screen.tell(told.format(name=done.name))
            self._decided, self._decided_as = before, self.screen.deeds_begun

    def undoes_decision(self) -> bool:
        """Takes back what was just decided here about a mail, if that was the last thing done."""
        mail = self._decided if self._decided_as == self.screen.deeds_begun else None
        if mail is not None:
            call = isinstance(mail, Call)
            told = _("To be called again: {name}") if call else _("It is as it was, for {name}")
            self.screen.begin(self._decide(TakeBackDecision(mail=mail.id, was=mail.state), told))
        return mail is not None

    def _write_page(self, mail: Mail) -> None:
        """The page beside where the program was started; its links stay covered."""
        path = Path(f"mail-{mail.id}.html")
        try:
            write_private({path: mail.letter.html})
        except OSError as error:
            self.screen.tell(_("the page was not written: {why}").format(why=error.strerror or ""), bad=True)
            return
        self.screen.tell(_("written: {path}").format(path=path.resolve()))
