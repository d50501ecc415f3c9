"""What somebody is to be told, and what waits for somebody."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.notices import ListNotices, ShowGlance
from frontdesk.core.asks.schedule import ListWork
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission, may
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import day_span, local_date
from frontdesk.core.domain.views import BellLine, Glance, Named, RequestCount, RequestLine
from frontdesk.core.queries.mails import is_in_trouble, list_mails
from frontdesk.core.queries.schedule import list_work
from frontdesk.core.store import appointments, clients, mails, notices, pickers, practice, requests
from frontdesk.core.store.look import Look


def list_notices(look: Look, question: ListNotices) -> tuple[BellLine, ...]:
    """Each with whom and when it is about, as that stands now."""
    setup = practice.load(look)
    lines = notices.for_reader(look, question.limit)
    booked = {
        it.appointment.id: it
        for it in appointments.named(
            look,
            setup,
            {AppointmentId(int(it.notice.subject_id)) for it in lines if it.notice.subject_kind == "appointment"},
        )
    }
    asked = {
        it.request.id: it
        for it in requests.listed(
            look,
            setup,
            ids={RequestId(int(it.notice.subject_id)) for it in lines if it.notice.subject_kind == "request"},
        )
    }
    return tuple(_told(look, line, booked, asked) for line in lines)


def show_glance(look: Look, _: ShowGlance) -> Glance:
    zone_name = practice.load(look).practice.timezone
    today = day_span(local_date(look.now, zone_name), zone_name)
    decides = may(look.actor, Permission.SEE_CLIENTS)
    waiting = requests.count(look) if decides else RequestCount(pending=0, oldest=None)
    post = list_mails(look, ListMails(limit=0)) if decides else None
    return Glance(
        pending=waiting.pending,
        oldest=waiting.oldest,
        late=appointments.count_late(look, today),
        unread=notices.count_unread(look),
        work=len(list_work(look, ListWork())) + (len(mails.calls(look)) if decides else 0),
        mails=post.waiting if post is not None else 0,
        mail_trouble=post is not None and is_in_trouble(post),
        ended=bool(requests.run_out(look, 1)) or pickers.has_expired(look),
    )


def _told(
    look: Look, line: BellLine, booked: dict[AppointmentId, Named], asked: dict[RequestId, RequestLine]
) -> BellLine:
    id_ = int(line.notice.subject_id)
    if line.notice.subject_kind == "client":
        client = clients.living(look, ClientId(id_))
        return line if client is None else replace(line, client_name=client.name)
    if line.notice.subject_kind == "appointment" and (named := booked.get(AppointmentId(id_))) is not None:
        it = named.appointment
        return replace(line, client_name=named.client_name, start=it.start, zone=it.zone, ticket=it.ticket)
    if line.notice.subject_kind == "request" and (found := asked.get(RequestId(id_))) is not None:
        request = found.request
        return replace(
            line, client_name=found.client_name, start=request.slot.start, zone=request.zone, ticket=request.ticket
        )
    return line


QUERIES: Queries = {
    ListNotices: list_notices,
    ShowGlance: show_glance,
}
