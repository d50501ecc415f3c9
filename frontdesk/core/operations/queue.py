"""What whoever delivers does: takes what is due, says what became of it, writes the reminders."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.mails import Leased, Report, ReportMail, TakeMails, WriteReminders
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.automations import still_holds
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.domain.news import in_letters, lead_of
from frontdesk.core.domain.outbox import (
    GIVE_UP,
    LEASE,
    Attempt,
    Call,
    DeliveryTrouble,
    Letter,
    Mail,
    MailId,
    MailState,
    Owed,
    QueueFault,
    ReminderDue,
    Standstill,
    Trouble,
    Webhook,
    is_told,
    retry_delay,
)
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.reminders import is_storm, reminder_due
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import MINUTE, Instant
from frontdesk.core.domain.told import (
    MailKind,
    Reader,
    appointment_for_client,
    request_for_client,
    request_for_practitioner,
)
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.telling.automations import automation_of, signing_key
from frontdesk.core.operations.telling.delivery import (
    Link,
    deliver,
    manage_link,
    of_appointment,
    supersede,
    without_address,
)
from frontdesk.core.queries.letters import facts_of, to_client
from frontdesk.core.queries.reminders import due_reminders, is_wanted
from frontdesk.core.render.joint import joined
from frontdesk.core.render.marks import opened
from frontdesk.core.store import appointments, clients, mail_queue, mails, practice, requests, seals
from frontdesk.core.store.look import Look, Tx

FIRST_FAULT_RETRY, LONGEST_FAULT_RETRY = MINUTE, 15 * MINUTE
"""How soon a queue that stands still is tried again."""


def take_mails(tx: Tx, ask: TakeMails) -> tuple[Leased, ...]:
    if tx.machine.keeps_everything:
        return ()
    taken: list[Leased] = []
    lease = uuid.uuid4().hex
    if ask.only is not None:
        return tuple(_leased(tx, mail_queue.this_one(tx, ask.only), lease, alone=True))
    while len(taken) < ask.limit and (
        found := mail_queue.next_due(tx, ask.limit - len(taken), by_mail=tx.machine.smtp is not None)
    ):
        taken += _leased(tx, found, lease)
    return tuple(taken)


@dataclass(frozen=True, slots=True)
class _Fit:
    """What may leave, with its secrets."""

    owed: Mail | Webhook
    due: mail_queue.Due
    secrets: dict[str, str]

    @property
    def letter(self) -> Letter:
        """As it leaves, its secrets in place."""
        assert isinstance(self.owed, Mail), "a webhook is no letter"
        return opened(self.owed.letter, self.secrets)


def _leased(tx: Tx, found: Sequence[mail_queue.Due], lease: str, *, alone: bool = False) -> list[Leased]:
    """Ours for a while, letter by letter; without what is not to leave any more."""
    every = found if alone else [*found, *mail_queue.beside(tx, found)]
    fit = {it.owed.id: it for due in every if (it := _fit(tx, due, lease)) is not None}
    due_now = {it.owed.id for it in found}
    taken: list[Leased] = []
    leads: dict[MailId, MailId] = {}
    for several in in_letters(it.owed for it in fit.values()):
        if due_now.isdisjoint(it.id for it in several):
            continue
        lead = lead_of(several)
        leads |= {it.id: lead for it in several}
        taken.append(_whole(tx, fit[lead], [fit[it.id] for it in several]))
    mail_queue.lease(tx, [fit[id_].owed for id_ in leads], leads)
    return taken


def _fit(tx: Tx, due: mail_queue.Due, lease: str) -> _Fit | None:
    """None for what is not to leave any more."""
    it = due.owed
    if is_told(it) and not it.delivery.perhaps:  # its worker died, maybe after the server took it
        it = replace(it, delivery=replace(it.delivery, perhaps=True))
    if not is_true(tx, it, due.sequence):
        supersede(tx, it)
        return None
    if isinstance(it, Mail):
        corrected = _to_the_address_now(tx, it, due.address)
        if corrected is None:
            return None
        it = corrected
    if it.delivery.attempts and tx.now >= it.made_at + GIVE_UP:
        last = it.delivery.trouble
        trouble = Trouble(DeliveryTrouble.OUT_OF_TIME, last.detail if last is not None else "")
        mails.save(tx, replace(it, state=MailState.FAILED, delivery=replace(it.delivery, trouble=trouble)))
        return None
    try:
        secrets = seals.unseal(tx, it.sealed, it.message_id) if isinstance(it, Mail) else {}
    except StoreUnusable as unusable:  # another machine may have the key; this mail waits, the others go
        lacks = replace(it.delivery, trouble=Trouble(DeliveryTrouble.NO_KEY, unusable.where))
        mails.save(tx, replace(it, state=MailState.QUEUED, due_at=tx.now + LEASE, delivery=lacks))
        return None
    return _Fit(_ours(it, lease, tx.now + LEASE), due, secrets)


def _ours(it: Mail | Webhook, lease: str, until: int) -> Mail | Webhook:
    taken = replace(it.delivery, lease=lease, leased_until=until, attempts=it.delivery.attempts + 1)
    return replace(it, state=MailState.SENDING, delivery=taken)


def _to_the_address_now(tx: Tx, it: Mail, address: str | None) -> Mail | None:
    """The client's address may be another one since; None for who has none any more: they are called, or nothing."""
    if address is None or address == it.address:
        return it
    client = clients.living(tx, it.client) if it.client is not None else None
    if not address and client is not None:
        without_address(tx, it, client)
        return None
    it = replace(it, address=address)
    mails.save(tx, it)
    return it


def _whole(tx: Tx, lead: _Fit, several: Sequence[_Fit]) -> Leased:
    """As it leaves, and who sends it."""
    owed, setup = lead.owed, practice.load(tx, lead.due.setup_revision)
    under_fault = any(it.due.under_fault for it in several)
    if isinstance(owed, Webhook):
        return Leased(owed=owed, text=owed.body, signing=signing_key(setup, owed), under_fault=under_fault)
    letter = joined(setup, owed.reader, owed.language, [(it.owed.kind, it.letter) for it in several])
    sender = tx.machine.smtp.sender if tx.machine.smtp is not None else ""
    return Leased(
        owed=replace(owed, letter=letter),
        text=letter.text,
        html=letter.html,
        sender=sender or setup.practice.email,
        sender_name=setup.practice.name,
        reply_to=setup.practice.email,
        under_fault=under_fault,
    )


def report_mail(tx: Tx, ask: ReportMail) -> None:
    report = ask.report
    if report.outcome is Attempt.SENT:
        mail_queue.mark_sent(tx, report.mail, report.lease, tx.now)
        if report.under_fault:
            _run_again(tx)
        return
    several = mail_queue.in_letter(tx, report.mail, report.lease)
    if not several:
        return  # the lease is not ours any more
    if report.under_fault and report.outcome in (Attempt.REFUSED, Attempt.UNKNOWN):
        _run_again(tx)  # who we are is believed again; it is about this mail
    if report.outcome is Attempt.QUEUE_FAULT and several[0].kind is not MailKind.TEST:
        _stand_still(tx, report.trouble)
    again = tx.now + retry_delay(several[0].delivery.attempts, random.random())
    for it in several:
        mails.save(tx, _after(it, report, again))


def _after(it: Mail | Webhook, report: Report, again: Instant) -> Mail | Webhook:
    """As an attempt that did not succeed leaves it; it is tried `again`."""
    how = replace(it.delivery, lease="", leased_until=None, trouble=report.trouble)
    once_less = replace(how, attempts=how.attempts - 1)
    match report.outcome:
        case Attempt.UNTRIED:
            return replace(it, state=MailState.QUEUED, delivery=replace(once_less, trouble=it.delivery.trouble))
        case _ if it.kind is MailKind.TEST:  # a trial is watched: it is over, and stops nobody
            return replace(it, state=MailState.DROPPED, delivery=how)
        case Attempt.REFUSED:
            return replace(it, state=MailState.FAILED, delivery=how)
        case Attempt.QUEUE_FAULT:
            return replace(it, state=MailState.QUEUED, delivery=once_less)
        case _:
            how = replace(how, perhaps=how.perhaps or report.outcome is Attempt.UNKNOWN)
            return replace(it, state=MailState.QUEUED, due_at=again, delivery=how)


def _run_again(tx: Tx) -> None:
    """One mail got through, so others may; but for what only a yes ends."""
    still = mail_queue.standstill(tx)()
    if still is not None and still.fault is not QueueFault.RESTORED:
        mail_queue.set_standstill(tx, None)


def _stand_still(tx: Tx, trouble: Trouble | None) -> None:
    assert trouble is not None and isinstance(trouble.kind, QueueFault), "a fault of the queue is one"
    before = mail_queue.standstill(tx)()
    if before is not None and before.fault is QueueFault.RESTORED:
        return
    tries = before.tries if before is not None else 0
    wait = min(LONGEST_FAULT_RETRY, FIRST_FAULT_RETRY * 2 ** min(tries, 10))
    mail_queue.set_standstill(
        tx,
        Standstill(
            fault=trouble.kind,
            detail=trouble.detail,
            since=before.since if before is not None else tx.now,
            retry_at=tx.now + wait,
            tries=tries + 1,
        ),
    )


def write_reminders(tx: Tx, ask: WriteReminders) -> int:
    require_allowed(tx, ask.needs)
    setup = practice.load(tx)
    still_paused(tx, seen=False)
    due = due_reminders(tx, setup)
    if not due:
        return 0
    state = MailState.PAUSED if is_storm(len(due), mail_queue.usual_hour(tx)) else MailState.QUEUED
    sealing = seals.can_seal(tx)
    return sum(_remind(tx, setup, it, hours, state, sealing) for it, hours in due)


def _remind(tx: Tx, setup: Setup, it: Appointment, hours: int, state: MailState, sealing: bool) -> bool:
    """Whether it was written: where links cannot be sealed, one with the phone number is better than none."""
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    to, told = to_client(setup, client), appointment_for_client(it)
    link = manage_link(tx, setup, it) if sealing else Link()
    facts = facts_of(tx, setup, to, MailKind.REMINDER, client.name, it, known=None, told=told, manage=link.address)
    made = deliver(
        tx,
        setup,
        to,
        facts,
        of_appointment(it),
        link=link,
        occasion=ReminderDue(hours),
        due_at=reminder_due(it.start, hours, setup.practice.mail.quiet_hours, it.zone),
        until=it.start,
        state=state,
    )
    return made is not None


def still_paused(tx: Tx, seen: bool) -> list[Mail]:
    """What waits for a yes, and is still worth one; the rest is put aside."""
    held = []
    for mail in mails.paused(tx, seen):
        if is_true(tx, mail, sequence_of(tx, mail)):
            held.append(mail)
        else:
            supersede(tx, mail)
    return held


def sequence_of(look: Look, it: Owed) -> int | None:
    """Of the appointment it is about, as that is now."""
    return appointments.sequence_of(look, int(it.about.id)) if it.about.kind == "appointment" else None


def is_true(look: Look, it: Owed, sequence: int | None) -> bool:
    """Whether what it says still stands, and still helps; `sequence` is its appointment's."""
    if it.until is not None and look.now >= it.until:
        return False
    if isinstance(it, Webhook):
        return bool(signing_key(practice.load(look), it))
    match it.about.kind:
        case "appointment" | "request" if it.kind is MailKind.MESSAGE:
            return True
        case "appointment":
            return sequence == it.about.sequence and _has_cause(look, it)
        case "request":
            return _is_true_of_request(look, it)
        case _:
            return True


def _is_true_of_request(look: Look, it: Mail | Call) -> bool:
    request = requests.find(look, RequestId(int(it.about.id)))
    if request is None:
        return False
    now = request.as_of(look.now)
    if it.kind is MailKind.AUTOMATION and isinstance(it, Mail):
        automation = automation_of(practice.load(look), it)
        return automation is not None and still_holds(automation, now)
    if it.reader is Reader.CLIENT:
        return request_for_client(now) == it.tells
    return it.staff is not None and request_for_practitioner(now, it.staff) == it.tells


def _has_cause(look: Look, it: Mail | Call) -> bool:
    """Whether what wrote a mail of an appointment still would: a reminder, an automation; others need no more."""
    match it:
        case Mail(kind=MailKind.REMINDER):
            return is_wanted(look, practice.load(look), it)
        case Mail(kind=MailKind.AUTOMATION):
            return automation_of(practice.load(look), it) is not None
        case _:
            return True


OPERATIONS: Operations = {
    TakeMails: take_mails,
    ReportMail: report_mail,
    WriteReminders: write_reminders,
}
