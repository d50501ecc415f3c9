"""The one mail of a change, looked at and rewritten before the change is made."""

from __future__ import annotations

from typing import Any

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import PreviewLetter
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskScreen
from frontdesk.screens.dialogs.letter import LetterDialog


async def rewrite(
    screen: DeskScreen[Any], change: RescheduleAppointment | CancelAppointment, written: str
) -> str | None:
    """What the client's mail is to say; empty: as the template has it, None: nothing was decided."""
    letter = await screen.look(PreviewLetter(change=change))
    if letter is None:
        screen.tell(_("the client gets no mail about this: no e-mail address, or nothing new"), bad=True)
        return None
    text = await screen.answer(
        LetterDialog(letter.subject, written or letter.text, template=letter.text, done=_("keep it so"))
    )
    if text is None:
        return None
    return "" if text.strip() == letter.text.strip() else text
