"""What tests of mails share: a practice that mails, a post that takes everything, and who got what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.mails import Leased, ListMails, Report, ReportMail, TakeMails
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.machine import Machine, Security, Smtp
from frontdesk.core.domain.outbox import Attempt, Call, DeliveryTrouble, Mail, QueueFault, Trouble, Webhook
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.told import MailKind
from frontdesk.core.parse.practice import practice_file
from tests.builders import Clock, on

MAILING = """
[practice]
email = "desk@test.example"
phone = "+44 20 7946 0000"
[portal]
enabled = true
address = "https://book.test.example"
[mail]
grace = 60
[[staff]]
id = "ann"
name = "Ann Archer"
email = "ann@test.example"
[[staff]]
id = "bob"
name = "Bob Brown"
email = "bob@test.example"
"""

MACHINE = Machine(
    terminal="t1",
    smtp=Smtp(host="127.0.0.1", port=1, security=Security.NONE),
    seal_key=bytes(range(32)),
    seal_key_file="seal.key",
)


def mailing(desk: Desk, more: str = "") -> Desk:
    """The same practice on a machine that mails; Ann and Bob have addresses, the portal is on."""
    made = replace(desk, machine=replace(MACHINE, terminal=desk.machine.terminal))
    made.do(ApplyPractice(file=practice_file(MAILING)))
    if more:
        made.do(ApplyPractice(file=practice_file(more)))
    return made


def a_client(desk: Desk, name: str = "Clara Client", email: str = "clara@client.example", **more: Any) -> Client:
    return desk.do(AddClient(client=NewClient(name=name, email=email, **more))).client


@dataclass
class Post:
    """Takes every mail that is due, as a mail server that never fails."""

    desk: Desk
    clock: Clock
    sent: list[Leased] = field(default_factory=list)

    def go(self, after: int = 61) -> list[Leased]:
        """So many seconds later, everything that is due leaves; answers what did."""
        self.clock.now += after
        worker, new = self.desk.acting(SYSTEM), []
        while taken := worker.do(TakeMails(limit=5)):
            for it in taken:
                report = Report(
                    mail=it.owed.id, lease=it.owed.delivery.lease, outcome=Attempt.SENT, under_fault=it.under_fault
                )
                worker.do(ReportMail(report=report))
                new.append(it)
        self.sent += new
        return new

    def to(self, address: str) -> list[Leased]:
        return [it for it in self.sent if it.mail.recipient == address]


def outbox(desk: Desk, client: ClientId | None = None) -> tuple[Mail | Call, ...]:
    """What people are owed, the newest last of what waits; no webhooks."""
    return tuple(it for it in desk.see(ListMails(client=client)).items if not isinstance(it, Webhook))


def report(leased: Leased, outcome: Attempt, trouble: Trouble | None = None) -> ReportMail:
    """What became of something that was leased."""
    owed = leased.owed
    return ReportMail(report=Report(mail=owed.id, lease=owed.delivery.lease, outcome=outcome, trouble=trouble))


REFUSED = Trouble(DeliveryTrouble.REFUSED, "550 who?")
BUSY = Trouble(DeliveryTrouble.PUT_OFF, "451 busy")
NO_SIGN_IN = Trouble(QueueFault.SIGN_IN, "535 no")


CLARA, ANN = "clara@client.example", "ann@test.example"


def move(desk: Desk, it: Any, to: Any, **more: Any) -> Any:
    return desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=to, **more)).appointment


def cancel(desk: Desk, it: Any, **more: Any) -> Any:
    return desk.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule"), **more)).appointment


def wish(desk: Desk, client: Any, hour: int) -> Any:
    ask = RequestAppointment(
        service=ServiceId("review"), start=on(26, hour), client=client.id, practitioner=StaffId("ann")
    )
    return desk.do(ask).request  # type: ignore[union-attr]


def ended(desk: Desk, leased: Leased, outcome: Attempt) -> None:
    """An attempt ended so, with what a server says then."""
    trouble = {Attempt.REFUSED: REFUSED, Attempt.UNKNOWN: Trouble(DeliveryTrouble.LOST, "reset")}.get(outcome, BUSY)
    desk.acting(SYSTEM).do(report(leased, outcome, trouble))


def kinds(post: Post, address: str) -> list[MailKind]:
    return [it.mail.kind for it in post.to(address)]
