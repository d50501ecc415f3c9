"""What somebody is to be told, and what waits for somebody."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.notices import ListNotices, ShowGlance
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission, may
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import day_span, local_date
from frontdesk.core.domain.views import BellLine, Glance, Named, RequestLine
from frontdesk.core.queries.mails import is_in_trouble, outbox
from frontdesk.core.queries.schedule import waiting_work
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
    """All of it is asked together: on a server it takes as long as one question."""
    zone_name = practice.load(look).practice.timezone
    today = day_span(local_date(look.now, zone_name), zone_name)
    decides = may(look.actor, Permission.SEE_CLIENTS)
    asked, post, calls = (requests.count(look), outbox(look), mails.count_calls(look)) if decides else (None,) * 3
    late, unread, work = appointments.count_late(look, today), notices.count_unread(look), waiting_work(look)
    over, left = requests.run_out(look, 1), pickers.has_expired(look)
    waiting, out = (None, None) if asked is None or post is None else (asked(), post())
    return Glance(
        pending=waiting.pending if waiting is not None else 0,
        oldest=waiting.oldest if waiting is not None else None,
        late=late(),
        unread=unread(),
        work=len(work()) + (calls() if calls is not None else 0),
        mails=out.waiting if out is not None else 0,
        mail_trouble=out is not None and is_in_trouble(out),
        ended=bool(over()) or left(),
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
