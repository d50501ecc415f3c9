"""Going to a date that is typed."""

from __future__ import annotations

from datetime import date

from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import MainScreen
from frontdesk.screens.dialogs.ask_text import AskTextDialog


async def asked_date(screen: MainScreen, today: date, shown: date | None) -> date | None:
    """What people typed, from the day that is shown; None where they left it."""

    def understood(typed: tuple[str, ...]) -> str:
        try:
            return "= " + times.day(when(typed[0], today, base=shown).day, year=True)
        except NotUnderstood as error:
            return f"? “{error.word}”"

    typed = await screen.answer(
        AskTextDialog(
            _("Go to"),
            ((_("a date: thu, +2w, 24 dec, 2026-12-24"), ""),),
            echo=understood,
            fits=lambda typed: "" if understood(typed).startswith("=") else understood(typed),
        )
    )
    return None if typed is None else when(typed[0], today, base=shown).day
