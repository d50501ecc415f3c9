"""The one mail of a change, looked at and rewritten before the change is made."""

from __future__ import annotations

from typing import Any

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import PreviewLetter
from frontdesk.core.render.language import _
from frontdesk.core.render.marks import is_broken
from frontdesk.screens.desk_screen import DeskScreen
from frontdesk.screens.dialogs.letter import LetterDialog


class Rewriting:
    """The words somebody put in the place of the template's, and the change they were written for."""

    def __init__(self, text: str = "") -> None:
        """`text` empty: as the template has it."""
        self.text = text
        self._of: RescheduleAppointment | CancelAppointment | None = None

    @property
    def sign(self) -> str:
        """Says that the mail does not go as the template has it."""
        return _("mail rewritten") if self.text else ""

    def belongs_to(self, change: RescheduleAppointment | CancelAppointment) -> None:
        """The words are about this change."""
        self._of = change

    def is_about(self, change: RescheduleAppointment | CancelAppointment) -> bool:
        """Whether the words may go out with this change: they would tell of another time, reason or message."""
        return not self.text or self._of == change

    async def look(
        self, screen: DeskScreen[Any], change: RescheduleAppointment | CancelAppointment, why: str = ""
    ) -> None:
        """Show the mail as it will read, to be changed by hand; `why` says what to look at."""
        letter = await screen.look(PreviewLetter(change=change))
        if letter is None:
            self.text = ""
            screen.tell(_("the client gets no mail about this: no e-mail address, or nothing new"), bad=True)
            return
        text = await screen.answer(
            LetterDialog(
                letter.subject, self.text or letter.text, error=why, template=letter.text, done=_("keep it so")
            )
        )
        while text is not None and is_broken(text, letter.text):
            told = _("a covered link was changed: leave it whole, take it out, or ^d for the template's words")
            text = await screen.answer(
                LetterDialog(letter.subject, text, error=told, template=letter.text, done=_("keep it so"))
            )
        if text is not None:
            self.text = "" if text.strip() == letter.text.strip() else text
            self._of = change

    async def look_again(self, screen: DeskScreen[Any], change: RescheduleAppointment | CancelAppointment) -> None:
        """The words were written for another choice: they stay, and are looked at before they go."""
        await self.look(screen, change, _("written for another choice: mend it, or ^d for the template's words"))
