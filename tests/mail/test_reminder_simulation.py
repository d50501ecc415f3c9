"""Weeks of a practice that reminds, hour by hour, with moves, cancels and changes of the rules.

With `--full` it is 100,000 appointment days; in everyday runs 10,000.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from frontdesk.core.asks.appointments import CancelAppointment, EditAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import ListMails, ReleaseMails, Report, ReportMail, TakeMails, WriteReminders
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.errors import Refused, SlotTaken
from frontdesk.core.domain.outbox import Attempt, ReminderDue
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.records import AppointmentRecord, ClientRecord, Records
from frontdesk.core.domain.told import MailKind
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store import appointments
from frontdesk.core.store.look import Look
from tests.builders import ZONE, Clock, at, open_test_desk
from tests.operations.mailing import mailing
from tests.sizes import size

APPOINTMENT_DAYS = size(10_000, full=100_000)
LIFE = 20
"""Days from an appointment's booking to its start, at most."""
BEGIN = datetime(2026, 10, 12, 8)
HOUR, PASS = 3600, 2 * 3600


@dataclass
class Diary:
    """What the test knows of one appointment by its own book-keeping: each time it was given, and when."""

    times: list[tuple[int, int]] = field(default_factory=list)
    """Given at, start."""
    ended: int | None = None
    own: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """From when on it has reminders of its own."""


def test_each_due_reminder_goes_once_and_none_for_the_dead_or_after_the_start(tmp_path: Path) -> None:
    seed, clock = random.Random(23), Clock(BEGIN)
    desk = mailing(open_test_desk(tmp_path / "practice.db", clock))
    rules: list[tuple[int, tuple[int, ...]]] = [(at(BEGIN), (72, 24))]
    diaries = _import(desk, seed, clock)
    sent: list[tuple[int, int, int, int]] = []  # appointment, hours, at, start it told
    worker = desk.acting(SYSTEM)
    ends = at(BEGIN) + (LIFE + 12) * 24 * HOUR
    while clock.now < ends:
        clock.now += PASS
        if seed.random() < 0.02:
            hours: tuple[int, ...] = seed.choice(((72, 24), (48, 24), (72, 48, 24), (24,), (96, 3)))
            rules.append((clock.now, hours))
            desk.do(ApplyPractice(file=practice_file(f"[mail]\nreminders = {list(hours)}\n")))
        for id_ in seed.sample(sorted(diaries), max(1, len(diaries) // 400)):
            _change(desk, seed, clock, id_, diaries[id_])
        worker.do(WriteReminders())
        if desk.see(ListMails(limit=0)).paused:
            desk.do(ReleaseMails())
        while taken := worker.do(TakeMails(limit=50)):
            for it in taken:
                report = Report(mail=it.owed.id, lease=it.owed.delivery.lease, outcome=Attempt.SENT)
                worker.do(ReportMail(report=report))
                if it.mail.kind is MailKind.REMINDER:
                    assert it.mail.tells is None and isinstance(it.mail.occasion, ReminderDue)
                    start = _start_of(desk, int(it.mail.about.id))
                    sent.append((int(it.mail.about.id), it.mail.occasion.hours, clock.now, start))
    assert max(Counter((id_, hours, start) for id_, hours, _, start in sent).values()) == 1
    for number, _hours, when, start in sent:
        diary = diaries[AppointmentId(number)]
        assert when < start, "after the start"
        assert diary.ended is None or when < diary.ended, "for the dead"
        assert start == [told for given, told in diary.times if given <= when][-1], "for another time"
    wanted = _wanted(diaries, rules, ends)
    assert Counter((id_, hours, start) for id_, hours, _, start in sent) == Counter(wanted)
    print(f"{len(diaries)} appointments, {APPOINTMENT_DAYS} days of them, {len(sent)} reminders, {len(rules)} rules")
    desk.close()


def _wanted(
    diaries: dict[AppointmentId, Diary], rules: list[tuple[int, tuple[int, ...]]], ends: int
) -> list[tuple[int, int, int]]:
    """By another way than the program's: the passes of each time an appointment had, one after the other."""
    wanted = []
    for id_, diary in diaries.items():
        for n, (given, start) in enumerate(diary.times):
            over = diary.times[n + 1][0] if n + 1 < len(diary.times) else ends + 1
            over = min(over, start, diary.ended if diary.ended is not None else over)
            told: set[int] = set()
            first = at(BEGIN) + -(-max(given - at(BEGIN), 1) // PASS) * PASS
            for now in range(first, min(over, ends + 1), PASS):
                hours = [it for since, it in rules if since <= now][-1]
                mine = [it for since, it in diary.own if since <= now]
                due = [it for it in (mine[-1] if mine else hours) if start - it * HOUR <= now]
                last = min(due, default=None)
                if last is not None and given < start - last * HOUR and all(last < it for it in told):
                    told.add(last)
                    wanted.append((int(id_), last, start))
    return wanted


def _import(desk: Desk, seed: random.Random, clock: Clock) -> dict[AppointmentId, Diary]:
    many = APPOINTMENT_DAYS // LIFE
    clients = [ClientRecord(source_id=str(n), name=f"Client {n}", email=f"c{n}@c.example") for n in range(many)]
    records = [
        AppointmentRecord(
            source_id=str(n),
            client=str(n),
            practitioner="ann" if n % 2 else "bob",
            start=BEGIN + timedelta(days=seed.randrange(1, LIFE + 4), minutes=15 * seed.randrange(0, 40)),
            minutes=30,
            service="review",
        )
        for n in range(many)
    ]
    desk.do(ImportRecords(records=Records(clients=tuple(clients), appointments=tuple(records)), hours=False))
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=clock.now)
        found = appointments.standing(look, clock.now, clock.now + 99 * 24 * HOUR, 0)
    return {it.id: Diary(times=[(clock.now, it.start)]) for it in found}


def _change(desk: Desk, seed: random.Random, clock: Clock, id_: AppointmentId, diary: Diary) -> None:
    """A move, a cancel, or reminders of its own; what the desk refuses did not happen."""
    if diary.ended is not None or diary.times[-1][1] <= clock.now:
        return
    chance = seed.random()
    try:
        if chance < 0.2:
            desk.do(CancelAppointment(appointment=id_, seen=None, reason=ReasonId("schedule")))
            diary.ended = clock.now
        elif chance < 0.3:
            own: tuple[int, ...] = seed.choice(((36,), (), (5, 1)))
            desk.do(EditAppointment(appointment=id_, seen=None, reminders=own))
            diary.own.append((clock.now, own))
        else:
            start = clock.now // 900 * 900 + seed.randrange(1, 8 * 96) * 900
            it = desk.do(RescheduleAppointment(appointment=id_, seen=None, start=start, override="busy"))
            if it.appointment.sequence != it.before.sequence:
                diary.times.append((clock.now, start))
    except (Refused, SlotTaken):
        return


def _start_of(desk: Desk, id_: int) -> int:
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=desk.now())
        it = appointments.find(look, AppointmentId(id_))
    assert it is not None and ZONE
    return it.start
